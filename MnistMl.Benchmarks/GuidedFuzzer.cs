using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace MnistMl.Benchmarks;

/// <summary>The .NET side of coverage-guided fuzzing, which <c>fuzzing/run</c> starts: libFuzzer gives inputs, and sees which branches they take.</summary>
static unsafe class GuidedFuzzer
{
    /// <summary>Limit of a file of kept inputs, in bytes.</summary>
    const int MaxKept = 100_000;

    static Action<byte[]>? _read;

    // What is instrumented counts, whether or not somebody looks.
    static GuidedFuzzer() => Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(1 << 16);

    /// <summary>Counts branches where libFuzzer looks.</summary>
    [UnmanagedCallersOnly]
    internal static void Start(byte* counters)
    {
        Trace.SharedMem = counters;
        _read = FuzzTarget.Named(Environment.GetEnvironmentVariable("FUZZ_TARGET")!).Read;
    }

    /// <summary>Reads an input. Returns 0 if it ends as it should.</summary>
    [UnmanagedCallersOnly]
    internal static int Read(byte* data, int length)
    {
        try
        {
            Trace.PrevLocation = 0;
            _read!(new Span<byte>(data, length).ToArray());
            return 0;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            return 1;
        }
    }

    /// <summary>Writes inputs to begin with, those that are kept and those that are made: <c>fuzz-seeds NAME FOLDER</c>.</summary>
    public static int WriteSeeds(string target, string folder)
    {
        foreach (var (number, seed) in FuzzTarget.Named(target).Seeds().Concat(FuzzTarget.Kept(target)).Index())
            File.WriteAllBytes(Path.Join(folder, $"seed-{number}"), seed);
        return 0;
    }

    /// <summary>Keeps the inputs of a folder, the shortest first, as many as there is room for: <c>fuzz-keep FOLDER FILE</c>.</summary>
    public static int Keep(string folder, string file)
    {
        byte[][] inputs = [.. Directory.GetFiles(folder).Select(File.ReadAllBytes).OrderBy(input => input.Length).ThenBy(Convert.ToHexString)];
        var count = inputs.Length;
        byte[] kept;
        while ((kept = FuzzTarget.Packed(inputs.Take(count))).Length > MaxKept)
            count -= Math.Max(1, count / 50);
        File.WriteAllBytes(file, kept);
        Console.WriteLine($"{file}: {count} of {inputs.Length} inputs, {kept.Length:N0} bytes");
        return 0;
    }
}
