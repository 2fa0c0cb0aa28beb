using System.Diagnostics;
using MnistMl.Data;
using MnistMl.Images;
using MnistMl.Inference;
using MnistMl.Tests.Images;

namespace MnistMl.Benchmarks;

/// <summary>How many photographs of each kind are read, of 100 validation digits, and how many numbers, by a network that was trained on the digits before them.</summary>
static class PhotoReport
{
    const int TrainRows = Benchmarks.RowsBeforeValidation, Photos = 100, ValidationRows = 10_000;

    public static void Run()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Path("digits.zip");
        if (Commands.CommandLine.Run(["train", "--train-rows", $"{TrainRows}", "--quiet", "--output", path], TextWriter.Null, Console.Error) != 0)
            throw new MnistMlException("There is no network to read photographs with.");
        var model = Predictor.Load(path);
        var validation = DatasetFile.Read(Commands.BundledData.Find()).Slice(TrainRows, ValidationRows);
        ReportPhotos(model, validation.Slice(0, Photos));
        ReportNumbers(model, validation);
    }

    static void ReportPhotos(Predictor model, Dataset digits)
    {
        bool IsRight(int row, ReadOnlySpan<byte> pixels) => model.Predict(pixels).ClassName == digits.ClassNames[digits.Labels[row]];

        Benchmarks.Print($"| photographs | digits | right | share | refused | warnings | decoding, ms | MNIST's form, ms |");
        Benchmarks.Print($"|---|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var kind in SyntheticPhoto.Kinds)
        {
            var themselves = Enumerable.Range(0, Photos).Count(row => IsRight(row, kind.Original(digits.Row(row))));
            var files = new byte[Photos][];
            Parallel.For(0, Photos, row => files[row] = kind.Draw(digits.Row(row), seed: row));
            var (right, refused, warned) = (0, 0, 0);
            var (decoding, forming) = (new Stopwatch(), new Stopwatch());
            for (var row = 0; row < Photos; row++)
            {
                decoding.Start();
                var picture = PictureDecoder.Read(new MemoryStream(files[row]), kind.Name);
                decoding.Stop();
                forming.Start();
                var image = MnistForm.Of(picture);
                forming.Stop();
                warned += image.Pixels != null && image.Warnings.Count > 0 ? 1 : 0;
                refused += image.Pixels == null ? 1 : 0;
                right += image.Pixels is { } pixels && IsRight(row, pixels) ? 1 : 0;
            }
            Benchmarks.Print(
                $"| {kind.Name} | {themselves} | {right} | {(double)right / themselves:P1} | {refused} | {warned} | {decoding.Elapsed.TotalMilliseconds / Photos:F1} | {forming.Elapsed.TotalMilliseconds / Photos:F1} |");
        }
    }

    /// <summary>How many numbers are read, and of how many that are not nothing is said.</summary>
    static void ReportNumbers(Predictor model, Dataset digits)
    {
        Benchmarks.Print($"| numbers | right | warned of | wrong without a warning | ms |");
        Benchmarks.Print($"|---|---:|---:|---:|---:|");
        foreach (var kind in SyntheticNumber.Kinds)
        {
            var (right, warned, unwarned) = (0, 0, 0);
            var time = new Stopwatch();
            for (var seed = 0; seed < Photos; seed++)
            {
                var (picture, label) = kind.Draw(digits, seed);
                time.Start();
                var number = NumberForm.Of(picture, pixels => model.Predict(pixels).Probability);
                time.Stop();
                var isRight = string.Concat(number.Digits.Select(digit => model.Predict(digit.Pixels).ClassName)) == label;
                right += isRight ? 1 : 0;
                warned += number.Warnings.Count > 0 ? 1 : 0;
                unwarned += !isRight && number.Warnings.Count == 0 ? 1 : 0;
            }
            Benchmarks.Print($"| {kind.Name} | {right} | {warned} | {unwarned} | {time.Elapsed.TotalMilliseconds / Photos:F1} |");
        }
    }
}
