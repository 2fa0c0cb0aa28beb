using System.Globalization;
using System.Runtime.InteropServices;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Benchmarks;

/// <summary>The machine that the benchmarks run on.</summary>
static class Machine
{
    const double BusyLoad = 0.3;

    public static string Processor => ReadLines("/proc/cpuinfo")
        .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        ?? RuntimeInformation.ProcessArchitecture.ToString();

    public static int Cores => Environment.ProcessorCount;

    public static string System => RuntimeInformation.OSDescription;

    public static string Runtime => RuntimeInformation.FrameworkDescription;

    public static string Kernels => KernelSet.Supported.First();

    /// <summary>The load average over the last minute; null if the system has none.</summary>
    public static double? Load => ReadLines("/proc/loadavg").FirstOrDefault() is { } line
        ? double.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture)
        : null;

    public static bool IsBusy => Load > BusyLoad;

    static IEnumerable<string> ReadLines(string path) => File.Exists(path) ? File.ReadLines(path) : [];
}
