using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Benchmarks;

/// <summary>The processor's peak rate: multiply-adds in registers, and nothing else.</summary>
static unsafe class FusedMultiplyAdds
{
    const int Chains = 12, Rounds = 100_000;

    /// <summary>
    /// The rate of several threads together. It is less than the number of threads times the rate of one where two
    /// threads share a core, as the host of a virtual machine may have it.
    /// </summary>
    public static double Rate(int threads)
    {
        // Long enough for the system to move each thread to its own core.
        const int times = 200;
        using var together = new Barrier(threads);
        var rates = new double[threads];
        var workers = Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            Rate();
            together.SignalAndWait();
            rates[thread] = times / Enumerable.Range(0, times).Sum(_ => 1 / Rate());
        })).ToArray();
        foreach (var worker in workers)
            worker.Start();
        foreach (var worker in workers)
            worker.Join();
        return rates.Sum();
    }

    /// <summary>10⁹ operations per second with the widest vectors; a multiply-add counts as two.</summary>
    public static double Rate()
    {
        var start = Stopwatch.GetTimestamp();
        var sum = stackalloc float[Vector512<float>.Count];
        var floats = Vector512.IsHardwareAccelerated ? Run<Vector512<float>, Simd512>(Rounds, sum)
            : Vector256.IsHardwareAccelerated ? Run<Vector256<float>, Simd256>(Rounds, sum)
            : Run<Vector128<float>, Simd128>(Rounds, sum);
        return 2e-9 * Chains * Rounds * floats / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <returns>Number of floats in a vector.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Run<TVector, TSimd>(int rounds, float* sum) where TVector : struct where TSimd : struct, ISimd<TVector>
    {
        var x = TSimd.Create(0.5f);
        TVector a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (; rounds > 0; rounds--)
        {
            a = TSimd.MultiplyAdd(a, x, x);
            b = TSimd.MultiplyAdd(b, x, x);
            c = TSimd.MultiplyAdd(c, x, x);
            d = TSimd.MultiplyAdd(d, x, x);
            e = TSimd.MultiplyAdd(e, x, x);
            f = TSimd.MultiplyAdd(f, x, x);
            g = TSimd.MultiplyAdd(g, x, x);
            h = TSimd.MultiplyAdd(h, x, x);
            i = TSimd.MultiplyAdd(i, x, x);
            j = TSimd.MultiplyAdd(j, x, x);
            k = TSimd.MultiplyAdd(k, x, x);
            l = TSimd.MultiplyAdd(l, x, x);
        }

        // The result must depend on all of them, or the compiler would remove them; without a call, which would have
        // them kept in memory.
        var (abcd, efgh) = (TSimd.Add(TSimd.Add(a, b), TSimd.Add(c, d)), TSimd.Add(TSimd.Add(e, f), TSimd.Add(g, h)));
        TSimd.Store(TSimd.Add(TSimd.Add(abcd, efgh), TSimd.Add(TSimd.Add(i, j), TSimd.Add(k, l))), sum);
        return TSimd.Count;
    }
}
