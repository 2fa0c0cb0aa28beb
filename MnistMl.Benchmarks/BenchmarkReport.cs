using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace MnistMl.Benchmarks;

/// <summary>All that is measured, on one page: docs/lab/benchmarks.md.</summary>
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
                $"Warning: this machine is busy (load {load:F2}). Times will be too long, and not by the same factor.");
        }

        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            # Benchmarks

            Written by `MnistMl.Benchmarks/peers/run`, which measures all of this again on your machine. Where
            nothing else is said, times are medians of runs in {options.Rounds} rounds; in a round, the contenders run one
            after the other, each in a process of its own.

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
