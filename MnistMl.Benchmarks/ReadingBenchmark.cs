using System.Diagnostics;
using System.IO.Compression;
using MnistMl.Data;

namespace MnistMl.Benchmarks;

/// <summary>The time to read the data, compared with the time to inflate it, which no reader can avoid.</summary>
static class ReadingBenchmark
{
    const int PassesPerRound = 3;

    public static void Run(BenchmarkOptions options)
    {
        var path = Commands.BundledData.Find();
        var (reading, inflating) = (new List<double>(), new List<double>());
        for (var pass = -1; pass < PassesPerRound * options.Rounds; pass++)
        {
            var inflated = Seconds(() => Inflate(path));
            var read = Seconds(() => DatasetFile.Read(path));

            // The first pass is a warm-up: of the file system's cache and of the JIT compiler.
            if (pass < 0)
                continue;
            inflating.Add(inflated);
            reading.Add(read);
            Benchmarks.Progress($"  reading: {read:F3} s, inflating alone {inflated:F3} s");
        }

        Benchmarks.Print($"## Reading the data");
        Benchmarks.Print($"");
        Benchmarks.Print($"""
            `Data/mnist_784.csv.gz`, 128 MB of CSV inside; medians of {reading.Count} passes, which alternate.
            """);
        Benchmarks.Print($"");
        Benchmarks.Print($"| | s |");
        Benchmarks.Print($"|---|---:|");
        Benchmarks.Print($"| reading: inflating, parsing, checking | {reading.Median():F3} |");
        Benchmarks.Print($"| inflating alone, with the same library | {inflating.Median():F3} |");
        Benchmarks.Print($"| ratio | {reading.Median() / inflating.Median():F2} × |");
    }

    static void Inflate(string path)
    {
        var block = new byte[1 << 19];
        using var text = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        while (text.Read(block) > 0) { }
    }

    static double Seconds(Action work)
    {
        // Otherwise a pass would include the time to collect the garbage of the one before.
        GC.Collect();
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
