using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Images;
using MnistMl.Inference;
using MnistMl.Tests.Data;

namespace MnistMl.Tests.Images;

/// <summary>Photographs of validation digits, and a model that has not seen them.</summary>
public sealed class SyntheticPhotoTests(SyntheticPhotoTests.Digits digits, ITestOutputHelper output) : IClassFixture<SyntheticPhotoTests.Digits>
{
    const int TrainRows = 50_000, Photos = 60;

    public static TheoryData<string> Kinds => [.. SyntheticPhoto.Kinds.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Photographs_are_read_like_the_digits_themselves(string name)
    {
        var kind = SyntheticPhoto.Kinds.Single(kind => kind.Name == name);
        var read = new bool[Photos];
        Parallel.For(0, Photos, i =>
        {
            using var file = new MemoryStream(kind.Draw(digits.Validation.Row(i), seed: i));
            read[i] = MnistForm.Of(PictureDecoder.Read(file, name)).Pixels is { } pixels && digits.IsRight(i, pixels);
        });
        var (right, themselves) = (read.Count(isRight => isRight), Enumerable.Range(0, Photos).Count(i => digits.IsRight(i, kind.Original(digits.Validation.Row(i)))));
        output.WriteLine($"{name}: {right} of {themselves}");
        Assert.True(right >= 0.98 * themselves, $"{right} of {themselves}");
    }

    [Fact]
    public void The_same_seed_draws_the_same() =>
        Assert.Equal(SyntheticPhoto.Kinds[^1].Draw(digits.Validation.Row(0), 5), SyntheticPhoto.Kinds[^1].Draw(digits.Validation.Row(0), 5));

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

        internal bool IsRight(int row, ReadOnlySpan<byte> pixels) => _model.Predict(pixels).ClassName == Validation.ClassNames[Validation.Labels[row]];

        public void Dispose() => _folder.Dispose();
    }
}
