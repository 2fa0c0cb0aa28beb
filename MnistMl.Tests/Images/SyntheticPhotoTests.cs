using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Images;
using MnistMl.Inference;
using MnistMl.Tests.Data;

namespace MnistMl.Tests.Images;

/// <summary>
/// Photographs of validation digits, and a model that has not seen them: a few of each kind. How many of 100 are read is what the
/// benchmarks' <c>photos</c> prints.
/// </summary>
[Collection<SyntheticPhotoTests.TrainedOnce>]
public sealed class SyntheticPhotoTests(SyntheticPhotoTests.Digits digits)
{
    const int TrainRows = 50_000, Photos = 3;

    public static TheoryData<string> Kinds => [.. SyntheticPhoto.Kinds.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Photographs_are_read_like_the_digits_themselves(string name)
    {
        var kind = SyntheticPhoto.Kinds.Single(kind => kind.Name == name);
        for (var i = 0; i < (kind.Side > 600 ? 1 : Photos); i++)
        {
            Assert.True(digits.IsRight(i, kind.Original(digits.Validation.Row(i))), $"{i} itself");
            var image = MnistForm.Of(PictureDecoder.Read(kind.Draw(digits.Validation.Row(i), seed: i), name));
            Assert.True(image.Pixels is { } pixels && digits.IsRight(i, pixels), $"{i}: {string.Join(' ', image.Warnings)}");
        }
    }

    [Fact]
    public void The_digits_of_a_number_are_read_from_left_to_right_and_touching_ones_are_cut()
    {
        // Apart, near each other, and two that touch.
        var number = new Plane(420, 200);
        var (lefts, rows) = ((int[])[20, 120, 185, 300], (int[])[0, 1, 2, 0]);
        foreach (var (left, row) in lefts.Zip(rows))
        {
            var digit = new Plane([.. digits.Validation.Row(row).ToArray().Select(value => (float)value)], 28, 28);
            var ink = Box.Around(digit, 60)!.Value;
            var large = Resampling.Resize(digit, ink, ink.Width * 5, ink.Height * 5);
            for (var i = 0; i < large.Values.Length; i++)
            {
                ref var pixel = ref number[left + i % large.Width, 50 + i / large.Width];
                pixel = Math.Max(pixel, large.Values[i]);
            }
        }
        var image = NumberForm.Of(Drawing.Picture(number.Select(value => 255 - value)), digits.Probability);
        Assert.Equal(rows.Select(digits.ClassName), image.Digits.Select(digit => digits.Read(digit.Pixels!)));
        Assert.All(image.Digits.Zip(lefts), pair => Assert.InRange(pair.First.Box!.Value.Left, pair.Second - 8, pair.Second + 12));
        Assert.StartsWith("There seem to be several", Assert.Single(MnistForm.Of(Drawing.Picture(number.Select(value => 255 - value))).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_draws_the_same() =>
        Assert.Equal(SyntheticPhoto.Kinds[^1].Draw(digits.Validation.Row(0), 5), SyntheticPhoto.Kinds[^1].Draw(digits.Validation.Row(0), 5));

    /// <summary>The tests that share one network.</summary>
    public sealed class TrainedOnce : ICollectionFixture<Digits>;

    /// <summary>Digits that no photograph of the tests is of train a small network; those after them are photographed.</summary>
    public sealed class Digits : IDisposable
    {
        readonly TemporaryFolder _folder = new();
        readonly Predictor _model;

        public Digits()
        {
            var all = DatasetFile.Read(BundledData.Find());
            Validation = all.Slice(TrainRows, Photos);
            var path = Path.Join(_folder.Path, "digits.zip");
            using var error = new StringWriter();
            var exitCode = CommandLine.Run(
                ["train", "--train-rows", $"{TrainRows}", "--epochs", "3", "--quiet", "--output", path], TextWriter.Null, error);
            Assert.True(exitCode == 0, $"{error}");
            _model = Predictor.Load(path);
        }

        internal Dataset Validation { get; }

        internal bool IsRight(int row, ReadOnlySpan<byte> pixels) => Read(pixels) == ClassName(row);

        internal string ClassName(int row) => Validation.ClassNames[Validation.Labels[row]];

        internal string Read(ReadOnlySpan<byte> pixels) => _model.Predict(pixels).ClassName;

        internal float Probability(byte[] pixels) => _model.Predict(pixels).Probability;

        public void Dispose() => _folder.Dispose();
    }
}
