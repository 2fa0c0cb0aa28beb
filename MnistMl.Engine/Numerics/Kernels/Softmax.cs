using System.Runtime.CompilerServices;

namespace MnistMl.Numerics.Kernels;

unsafe partial class KernelSet<TVector, TSimd>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override (float Max, float LogSum) Softmax(float* logits, int classCount, int stride)
    {
        // What pads the row must not be the highest, nor count.
        var (end, far) = (TSimd.Create(classCount - 0.5f), TSimd.Create(float.MaxValue / 1e6f));
        var maxima = TSimd.Create(float.MinValue);
        for (nint i = 0; i < stride; i += TSimd.Count)
        {
            var before = TSimd.Subtract(end, TSimd.Add(TSimd.Indices, TSimd.Create(i)));
            var below = TSimd.Min(TSimd.Zero, TSimd.Multiply(before, far));
            maxima = TSimd.Max(
                maxima, TSimd.Add(TSimd.WhereGreater(before, TSimd.Zero, TSimd.Load(logits + i)), below));
        }
        var max = TSimd.MaxAcross(maxima);

        var sums = TSimd.Zero;
        for (nint i = 0; i < stride; i += TSimd.Count)
        {
            var before = TSimd.Subtract(end, TSimd.Add(TSimd.Indices, TSimd.Create(i)));
            var exponential = Exp(TSimd.Subtract(TSimd.Load(logits + i), TSimd.Create(max)));
            exponential = TSimd.WhereGreater(before, TSimd.Zero, exponential);
            TSimd.Store(exponential, logits + i);
            sums = TSimd.Add(sums, exponential);
        }
        var sum = TSimd.SumAcross(sums);

        var share = TSimd.Create(1 / sum);
        for (nint i = 0; i < stride; i += TSimd.Count)
            TSimd.Store(TSimd.Multiply(TSimd.Load(logits + i), share), logits + i);
        return (max, max + MathF.Log(sum));
    }

    /// <summary>
    /// e to the power of x ≤ 0, to 2e-7 of itself; below −87, where floats end, e to the power of −87; of what is not a
    /// number, not a number. By the coefficients of the Cephes library: a power of two times a polynomial on ±½ ln 2.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Exp(TVector x)
    {
        x = TSimd.Max(TSimd.Create(-87), x);
        var n = TSimd.Round(TSimd.Multiply(x, TSimd.Create(1.44269504f)));

        // ln 2 in two parts: the first has few bits, so that n times it is exact.
        var r = TSimd.MultiplyAdd(n, TSimd.Create(-0.693359375f), x);
        r = TSimd.MultiplyAdd(n, TSimd.Create(2.12194440e-4f), r);

        var p = TSimd.MultiplyAdd(r, TSimd.Create(1.9875691500e-4f), TSimd.Create(1.3981999507e-3f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(8.3334519073e-3f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(4.1665795894e-2f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(1.6666665459e-1f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(5.0000001201e-1f));
        p = TSimd.MultiplyAdd(p, TSimd.Multiply(r, r), TSimd.Add(r, TSimd.Create(1)));
        return TSimd.Multiply(p, TSimd.TwoToThe(n));
    }
}
