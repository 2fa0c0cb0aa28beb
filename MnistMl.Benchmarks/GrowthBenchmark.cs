using System.Diagnostics;
using System.Globalization;
using MnistMl.Data;
using MnistMl.Training;

namespace MnistMl.Benchmarks;

/// <summary>Time and memory by number of rows, which are copies of MNIST's, and by number of epochs.</summary>
static class GrowthBenchmark
{
    /// <summary>The command that trains once and prints the time in seconds and the peak memory in bytes.</summary>
    public const string Part = "growth-part";

    const int RowEpochs = 2, Runs = 3;
    static readonly int[] _factors = [1, 2, 5, 10];
    static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);

    public static void Run(BenchmarkOptions options)
    {
        var rows = Commands.TrainCommand.DefaultTrainRows;
        var byRows = _factors.Select(factor => Measure(options, factor, RowEpochs)).ToArray();
        int[] epochCounts = [.. _factors.Select(factor => Math.Max(1, factor * options.Epochs / 2))];
        var byEpochs = epochCounts.Select(epochs => Measure(options, 1, epochs)).ToArray();
        var (first, last) = (byRows[0], byRows[^1]);
        var bytesPerRow = (last.Bytes - first.Bytes) / (double)((_factors[^1] - _factors[0]) * rows);
        var (train, _) = Benchmarks.ReadMnist();
        var nonZeros = (train.Pixels.Length - train.Pixels.Count((byte)0)) / (double)train.RowCount;

        Benchmarks.Print($"## Growth");
        Benchmarks.Print($"");
        Benchmarks.Print($"""
            784-128-64-10 in batches of 64 on {Environment.ProcessorCount} threads: {RowEpochs} epochs of one or more
            copies of MNIST's training set. Medians of {Runs} runs.
            """);
        Benchmarks.Print($"");
        Benchmarks.Print($"| rows | training, s | µs per row and epoch | peak memory, MB |");
        Benchmarks.Print($"|---:|---:|---:|---:|");
        foreach (var (factor, (seconds, bytes)) in _factors.Zip(byRows))
        {
            var each = seconds / (factor * rows * RowEpochs) * 1e6;
            Benchmarks.Print($"| {factor * rows:N0} | {seconds:F2} | {each:F2} | {bytes / 1e6:F0} |");
        }
        Benchmarks.Print($"");
        Benchmarks.Print($"""
            By the difference between the first and the last line, a row takes {bytesPerRow:N0} bytes. It has
            {train.FeatureCount} pixels, of which {nonZeros:F0} are not zero on average:
            784 + 3 × {nonZeros:F0} = {train.FeatureCount + 3 * nonZeros:N0}.
            """);
        Benchmarks.Print($"");
        Benchmarks.Print($"| epochs of {rows:N0} rows | training, s | µs per row and epoch |");
        Benchmarks.Print($"|---:|---:|---:|");
        foreach (var (epochs, (seconds, _)) in epochCounts.Zip(byEpochs))
            Benchmarks.Print($"| {epochs} | {seconds:F2} | {seconds / (rows * epochs) * 1e6:F2} |");
    }

    static (double Seconds, long Bytes) Measure(BenchmarkOptions options, int factor, int epochs)
    {
        // Each in its own process, because the peak memory is that of a process.
        var runs = Enumerable.Range(0, Runs).Select(_ =>
        {
            var part = options with { Factor = factor, Epochs = epochs };
            var words = ChildProcess.RunSelf(Part, part, _limit).Split();
            var seconds = double.Parse(words[0], CultureInfo.InvariantCulture);
            return (Seconds: seconds, Bytes: long.Parse(words[1], CultureInfo.InvariantCulture));
        }).ToArray();
        var (seconds, bytes) = (runs.Select(run => run.Seconds).Median(), runs.Max(run => run.Bytes));
        Benchmarks.Progress($"  growth: rows × {factor}, {epochs} epochs: {seconds:F2} s, {bytes / 1e6:F0} MB");
        return (seconds, bytes);
    }

    /// <summary>Trains once, on copies of the training set.</summary>
    public static void RunPart(BenchmarkOptions options)
    {
        var train = Repeat(Benchmarks.ReadMnist().Train, options.Factor);
        var training = new TrainingOptions
        {
            HiddenLayers = [128, 64],
            Epochs = options.Epochs,
            LearningRate = 0.001,
            Schedule = new ConstantRate(),
        };
        var seconds = Trainer.Train(train, null, training).Seconds;
        Benchmarks.Print($"{seconds:R} {Process.GetCurrentProcess().PeakWorkingSet64}");
    }

    static Dataset Repeat(Dataset rows, int factor)
    {
        var pixels = GC.AllocateUninitializedArray<byte>(factor * rows.Pixels.Length);
        var labels = new int[factor * rows.RowCount];
        for (var i = 0; i < factor; i++)
        {
            rows.Pixels.CopyTo(pixels.AsSpan(i * rows.Pixels.Length));
            rows.Labels.CopyTo(labels.AsSpan(i * rows.RowCount));
        }
        return new Dataset(pixels, labels, rows.FeatureCount, rows.ClassNames);
    }
}
