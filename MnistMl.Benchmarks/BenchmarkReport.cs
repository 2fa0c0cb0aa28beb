using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace MnistMl.Benchmarks;

/// <summary>Runs all benchmarks of the report and writes docs/lab/benchmarks.md.</summary>
static class BenchmarkReport
{
    static readonly TimeSpan _limit = TimeSpan.FromMinutes(30);

    public static void Run(BenchmarkOptions options)
    {
        var clock = Stopwatch.StartNew();
        var load = Machine.Load;
        if (Machine.IsBusy)
        {
            Benchmarks.Progress(
                $"Warning: this machine is busy (load {load:F2}). Times will be too long, not all by the same factor.");
        }

        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            # Benchmarks

            Written by `MnistMl.Benchmarks/peers/run`, which repeats all measurements on your machine. Unless said
            otherwise, times are medians of {options.Rounds} rounds. In each round, the contenders run one after
            another, each in its own process.

            | | |
            |---|---|
            | date | {DateTime.UtcNow:yyyy-MM-dd} |
            | processor | {Machine.Processor}, {Machine.Cores} cores |
            | vectors | {Machine.Kernels} |
            | system | {Machine.System} |
            | runtime | {Machine.Runtime} |
            | load average before the start | {load:F2} |

            """);
        foreach (var (name, _) in Benchmarks.InReport)
        {
            Benchmarks.Progress($"{clock.Elapsed:mm\\:ss} {name}");
            page.Append('\n').Append(ChildProcess.RunSelf(name, options, _limit));
        }

        Console.Write(page);
        var dataFolder = Directory.GetParent(Path.GetFullPath(Commands.BundledData.Find()))!;
        var path = Path.Join(dataFolder.Parent!.CreateSubdirectory("docs/lab").FullName, "benchmarks.md");
        File.WriteAllText(path, page.ToString());
        Benchmarks.Progress($"{clock.Elapsed:mm\\:ss} written to {path}");
    }
}
