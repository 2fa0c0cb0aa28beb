using System.Runtime.InteropServices;
using SharpFuzz;
using SharpFuzz.Common;

namespace MnistMl.Benchmarks;

/// <summary>The .NET side of coverage-guided fuzzing, which <c>fuzzing/run</c> starts: libFuzzer sends inputs, and sees which branches they take.</summary>
static unsafe class GuidedFuzzer
{
    // What is instrumented counts, whether or not somebody looks.
    static GuidedFuzzer() => Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(1 << 16);

    /// <summary>Reads what libFuzzer sends until an input ends as it should not: <c>fuzz-target NAME</c>.</summary>
    public static int Run(string target)
    {
        var read = FuzzTarget.Named(target).Read;
        Fuzzer.LibFuzzer.Run(input => read(input.ToArray()));
        return 0;
    }

    /// <summary>Writes inputs to begin with: <c>fuzz-seeds NAME FOLDER</c>.</summary>
    public static int WriteSeeds(string target, string folder)
    {
        foreach (var (number, seed) in FuzzTarget.Named(target).Seeds().Index())
            File.WriteAllBytes(Path.Join(folder, $"seed-{number}"), seed);
        return 0;
    }
}
