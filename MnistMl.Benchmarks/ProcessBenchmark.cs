using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace MnistMl.Benchmarks;

/// <summary>Time and memory of the whole <c>train</c> command, from its start to the end of testing.</summary>
static unsafe class ProcessBenchmark
{
    const string Model = "mnist.zip";

    static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    public static void Run(BenchmarkOptions options)
    {
        var (saved, ended) = (new List<double>(), new List<double>());
        for (var round = 1; round <= options.Rounds; round++)
        {
            var (untilSaved, untilEnd) = Train(options.Epochs);
            saved.Add(untilSaved);
            ended.Add(untilEnd);
            Benchmarks.Progress(
                $"  train, round {round} of {options.Rounds}: {untilSaved:F2} s, with testing {untilEnd:F2} s");
        }

        Benchmarks.Print($"## `MnistMl train` from start to end");
        Benchmarks.Print($"");
        Benchmarks.Print($"""
            The default network, {options.Epochs} epochs: from the start of the process until the model is saved, and
            until the process has tested the model and ended.
            """);
        Benchmarks.Print($"");
        Benchmarks.Print($"| | median | min–max |");
        Benchmarks.Print($"|---|---:|---:|");
        Benchmarks.Print($"| until the model is saved, s | {saved.Median():F2} | {saved.Min():F2}–{saved.Max():F2} |");
        Benchmarks.Print($"| until the process ends, s | {ended.Median():F2} | {ended.Min():F2}–{ended.Max():F2} |");
        if (OperatingSystem.IsLinux())
            Benchmarks.Print($"| peak memory, MB | | {PeakMemoryOfChildren() / 1e6:F0} |");
    }

    static (double UntilSaved, double UntilEnd) Train(int epochs)
    {
        // The model is written under a temporary name and renamed when it is complete.
        using var folder = new TemporaryFolder();
        using var watcher = new FileSystemWatcher(folder.Path(""), Model);
        var saved = new TaskCompletionSource<double>();
        var clock = Stopwatch.StartNew();
        watcher.Renamed += (_, _) => saved.TrySetResult(clock.Elapsed.TotalSeconds);
        watcher.EnableRaisingEvents = true;

        string[] arguments =
        [
            "train", "--quiet", "--data", Commands.BundledData.Find(), "--output", folder.Path(Model),
            "--epochs", epochs.ToString(CultureInfo.InvariantCulture),
        ];
        clock.Restart();
        var untilEnd = ChildProcess.Run(MnistMlContender.Program, arguments, _limit).Seconds;
        return (saved.Task.WaitAsync(_limit).GetAwaiter().GetResult(), untilEnd);
    }

    /// <summary>The largest peak memory of any child process, in bytes.</summary>
    static long PeakMemoryOfChildren()
    {
        const int Children = -1, PeakInKilobytes = 4, Length = 18;
        var usage = stackalloc long[Length];
        if (getrusage(Children, usage) != 0)
            throw new Win32Exception();
        return usage[PeakInKilobytes] * 1024;
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int getrusage(int who, long* usage);
}
