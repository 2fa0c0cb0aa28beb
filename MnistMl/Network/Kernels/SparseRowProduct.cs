using System.Runtime.CompilerServices;

namespace MnistMl.Network.Kernels;

unsafe partial class KernelSet<TVector, TSimd>
{
    /// <inheritdoc/>
    public override void SparseRowProduct(
        NonZero* nonZeros, int count, float* weights, float* bias, float* output, int stride)
    {
        nint column = 0;
        for (; column + 8 * TSimd.Count <= stride; column += 8 * TSimd.Count)
            Columns8(nonZeros, count, weights + column, bias == null ? null : bias + column, output + column, stride);
        for (; column + 4 * TSimd.Count <= stride; column += 4 * TSimd.Count)
            Columns4(nonZeros, count, weights + column, bias == null ? null : bias + column, output + column, stride);
        for (; column < stride; column += TSimd.Count)
            Columns1(nonZeros, count, weights + column, bias == null ? null : bias + column, output + column, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Columns8(NonZero* nonZeros, nint count, float* weights, float* bias, float* output, nint stride)
    {
        TVector s0 = TSimd.Zero, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        if (bias != null)
        {
            s0 = TSimd.Load(bias);
            s1 = TSimd.Load(bias + TSimd.Count);
            s2 = TSimd.Load(bias + 2 * TSimd.Count);
            s3 = TSimd.Load(bias + 3 * TSimd.Count);
            s4 = TSimd.Load(bias + 4 * TSimd.Count);
            s5 = TSimd.Load(bias + 5 * TSimd.Count);
            s6 = TSimd.Load(bias + 6 * TSimd.Count);
            s7 = TSimd.Load(bias + 7 * TSimd.Count);
        }
        for (nint i = 0; i < count; i++)
        {
            var x = TSimd.Create(nonZeros[i].Value);
            var row = weights + nonZeros[i].Index * stride;
            s0 = TSimd.MultiplyAdd(x, TSimd.Load(row), s0);
            s1 = TSimd.MultiplyAdd(x, TSimd.Load(row + TSimd.Count), s1);
            s2 = TSimd.MultiplyAdd(x, TSimd.Load(row + 2 * TSimd.Count), s2);
            s3 = TSimd.MultiplyAdd(x, TSimd.Load(row + 3 * TSimd.Count), s3);
            s4 = TSimd.MultiplyAdd(x, TSimd.Load(row + 4 * TSimd.Count), s4);
            s5 = TSimd.MultiplyAdd(x, TSimd.Load(row + 5 * TSimd.Count), s5);
            s6 = TSimd.MultiplyAdd(x, TSimd.Load(row + 6 * TSimd.Count), s6);
            s7 = TSimd.MultiplyAdd(x, TSimd.Load(row + 7 * TSimd.Count), s7);
        }
        TSimd.Store(s0, output);
        TSimd.Store(s1, output + TSimd.Count);
        TSimd.Store(s2, output + 2 * TSimd.Count);
        TSimd.Store(s3, output + 3 * TSimd.Count);
        TSimd.Store(s4, output + 4 * TSimd.Count);
        TSimd.Store(s5, output + 5 * TSimd.Count);
        TSimd.Store(s6, output + 6 * TSimd.Count);
        TSimd.Store(s7, output + 7 * TSimd.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Columns4(NonZero* nonZeros, nint count, float* weights, float* bias, float* output, nint stride)
    {
        TVector s0 = TSimd.Zero, s1 = s0, s2 = s0, s3 = s0;
        if (bias != null)
        {
            s0 = TSimd.Load(bias);
            s1 = TSimd.Load(bias + TSimd.Count);
            s2 = TSimd.Load(bias + 2 * TSimd.Count);
            s3 = TSimd.Load(bias + 3 * TSimd.Count);
        }
        for (nint i = 0; i < count; i++)
        {
            var x = TSimd.Create(nonZeros[i].Value);
            var row = weights + nonZeros[i].Index * stride;
            s0 = TSimd.MultiplyAdd(x, TSimd.Load(row), s0);
            s1 = TSimd.MultiplyAdd(x, TSimd.Load(row + TSimd.Count), s1);
            s2 = TSimd.MultiplyAdd(x, TSimd.Load(row + 2 * TSimd.Count), s2);
            s3 = TSimd.MultiplyAdd(x, TSimd.Load(row + 3 * TSimd.Count), s3);
        }
        TSimd.Store(s0, output);
        TSimd.Store(s1, output + TSimd.Count);
        TSimd.Store(s2, output + 2 * TSimd.Count);
        TSimd.Store(s3, output + 3 * TSimd.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Columns1(NonZero* nonZeros, nint count, float* weights, float* bias, float* output, nint stride)
    {
        var sum = bias == null ? TSimd.Zero : TSimd.Load(bias);
        for (nint i = 0; i < count; i++)
            sum = TSimd.MultiplyAdd(TSimd.Create(nonZeros[i].Value), TSimd.Load(weights + nonZeros[i].Index * stride), sum);
        TSimd.Store(sum, output);
    }
}
