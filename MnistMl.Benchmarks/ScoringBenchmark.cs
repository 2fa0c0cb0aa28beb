using System.Diagnostics;
using MnistMl.Inference;
using MnistMl.Training;

namespace MnistMl.Benchmarks;

/// <summary>Throughput and latency of a trained network.</summary>
static class ScoringBenchmark
{
    const int Warmups = 200, Repeats = 300;

    public static void Run()
    {
        var (train, test) = Benchmarks.ReadMnist();
        var trained = Trainer.Train(train, null, new TrainingOptions { HiddenLayers = [128, 64], Epochs = 1 }).Network;
        var predictor = new Predictor(trained);
        var threads = Environment.ProcessorCount;
        var probabilities = new float[test.RowCount * predictor.ClassNames.Count];

        var many = MedianSeconds(() => predictor.Probabilities(test.Pixels, probabilities));
        Benchmarks.Progress($"  scoring: {test.RowCount / many:N0} images per second");

        var scores = new float[predictor.ClassNames.Count];
        var alone = MedianSeconds(() =>
        {
            for (var row = 0; row < test.RowCount; row++)
                predictor.Probabilities(test.Row(row), scores);
        });
        Benchmarks.Progress($"  scoring: {alone / test.RowCount * 1e6:F2} µs for one image");

        Benchmarks.Print($"## Scoring");
        Benchmarks.Print($"");
        Benchmarks.Print($"784-128-64-10 on MNIST's 10,000 test images, from pixels to probabilities.");
        Benchmarks.Print($"Medians of {Repeats} passes.");
        Benchmarks.Print($"");
        Benchmarks.Print($"| | threads | |");
        Benchmarks.Print($"|---|---:|---:|");
        Benchmarks.Print($"| all images in one call, images per second | {threads} | {test.RowCount / many:N0} |");
        Benchmarks.Print($"| one image per call, µs | 1 | {alone / test.RowCount * 1e6:F2} |");
    }

    static double MedianSeconds(Action work)
    {
        var seconds = new double[Repeats];
        for (var i = -Warmups; i < Repeats; i++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            if (i >= 0)
                seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        return seconds.Median();
    }
}
