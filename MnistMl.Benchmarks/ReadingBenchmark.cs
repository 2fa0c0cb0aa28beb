using System.Diagnostics;
using System.IO.Compression;
using MnistMl.Data;

namespace MnistMl.Benchmarks;

/// <summary>What reading the data costs beyond inflating it, which nobody who reads it is spared.</summary>
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

            // The first pass brings the file into memory and the code up to speed.
            if (pass < 0)
                continue;
            inflating.Add(inflated);
            reading.Add(read);
            Benchmarks.Progress($"  reading: {read:F3} s, inflating alone {inflated:F3} s");
        }

        Benchmarks.Print($"## Reading the data");
        Benchmarks.Print($"");
        Benchmarks.Print($"`Data/mnist_784.csv.gz`, 128 MB of CSV inside; medians of {reading.Count} passes, in turn.");
        Benchmarks.Print($"");
        Benchmarks.Print($"| | s |");
        Benchmarks.Print($"|---|---:|");
        Benchmarks.Print($"| reading: inflated, parsed, checked | {reading.Median():F3} |");
        Benchmarks.Print($"| inflating alone, by the same library | {inflating.Median():F3} |");
        Benchmarks.Print($"| the one over the other | {reading.Median() / inflating.Median():F2} × |");
    }

    static void Inflate(string path)
    {
        var block = new byte[1 << 19];
        using var text = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        while (text.Read(block) > 0) { }
    }

    static double Seconds(Action work)
    {
        // Else one pass pays for collecting what the other has left.
        GC.Collect();
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
