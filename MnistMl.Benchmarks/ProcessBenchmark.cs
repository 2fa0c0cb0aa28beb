using System.ComponentModel;
using System.Runtime.InteropServices;

namespace MnistMl.Benchmarks;

/// <summary>What <c>train</c> takes as a whole process: start, reading, training, saving, testing.</summary>
static unsafe class ProcessBenchmark
{
    static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    public static void Run(BenchmarkOptions options)
    {
        using var folder = new TemporaryFolder();
        var seconds = new List<double>();
        for (var round = 1; round <= options.Rounds; round++)
        {
            string[] arguments =
                ["train", "--quiet", "--data", Commands.BundledData.Find(), "--output", folder.Path("mnist.zip")];
            seconds.Add(ChildProcess.Run(MnistMlContender.Program, arguments, _limit).Seconds);
            Benchmarks.Progress($"  train as a process, round {round} of {options.Rounds}: {seconds[^1]:F2} s");
        }

        Benchmarks.Print($"## `MnistMl train` as a whole process");
        Benchmarks.Print($"");
        Benchmarks.Print($"With its default network and epochs, from the start to the end of the process.");
        Benchmarks.Print($"");
        Benchmarks.Print($"| | |");
        Benchmarks.Print($"|---|---:|");
        Benchmarks.Print($"| time, s: median | {seconds.Median():F2} |");
        Benchmarks.Print($"| time, s: least–most | {seconds.Min():F2}–{seconds.Max():F2} |");
        if (OperatingSystem.IsLinux())
            Benchmarks.Print($"| memory at its peak, MB | {ChildrensPeakMemory() / 1e6:F0} |");
    }

    /// <summary>The most memory that any child process has had, in bytes.</summary>
    static long ChildrensPeakMemory()
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
