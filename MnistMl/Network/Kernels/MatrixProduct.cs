using System.Runtime.CompilerServices;

namespace MnistMl.Network.Kernels;

sealed unsafe partial class KernelSet<TVector, TSimd> : KernelSet where TVector : struct where TSimd : struct, ISimd<TVector>
{
    /// <inheritdoc/>
    public override void MatrixProduct(
        float* a, nint aRowStride, nint aInnerStride, float* b, float* bias, float* c,
        int rows, int inner, int columns, int stride)
    {
        // Column panels of two vectors on the outside: a panel of B stays in the first-level cache for all the rows.
        nint column = 0;
        for (; column + 2 * TSimd.Count <= columns; column += 2 * TSimd.Count)
        {
            var panelBias = bias == null ? null : bias + column;
            var row = 0;
            for (; row + 4 <= rows; row += 4)
                Tile4x2(a + row * aRowStride, aRowStride, aInnerStride, b + column, panelBias, c + row * (nint)stride + column, inner, stride);
            for (; row < rows; row++)
                Tile1x2(a + row * aRowStride, aInnerStride, b + column, panelBias, c + row * (nint)stride + column, inner, stride);
        }
        for (; column < columns; column += TSimd.Count)
        {
            var panelBias = bias == null ? null : bias + column;
            var row = 0;
            for (; row + 4 <= rows; row += 4)
                Tile4x1(a + row * aRowStride, aRowStride, aInnerStride, b + column, panelBias, c + row * (nint)stride + column, inner, stride);
            for (; row < rows; row++)
                Tile1x1(a + row * aRowStride, aInnerStride, b + column, panelBias, c + row * (nint)stride + column, inner, stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile4x2(float* a, nint aRowStride, nint aInnerStride, float* b, float* bias, float* c, nint inner, nint stride)
    {
        var left = bias == null ? TSimd.Zero : TSimd.Load(bias);
        var right = bias == null ? TSimd.Zero : TSimd.Load(bias + TSimd.Count);
        TVector c00 = left, c01 = right, c10 = left, c11 = right, c20 = left, c21 = right, c30 = left, c31 = right;
        var a1 = a + aRowStride;
        var a2 = a1 + aRowStride;
        var a3 = a2 + aRowStride;
        nint at = 0;
        for (nint i = 0; i < inner; i++)
        {
            var b0 = TSimd.Load(b);
            var b1 = TSimd.Load(b + TSimd.Count);
            var x = TSimd.Create(a[at]);
            c00 = TSimd.MultiplyAdd(x, b0, c00);
            c01 = TSimd.MultiplyAdd(x, b1, c01);
            x = TSimd.Create(a1[at]);
            c10 = TSimd.MultiplyAdd(x, b0, c10);
            c11 = TSimd.MultiplyAdd(x, b1, c11);
            x = TSimd.Create(a2[at]);
            c20 = TSimd.MultiplyAdd(x, b0, c20);
            c21 = TSimd.MultiplyAdd(x, b1, c21);
            x = TSimd.Create(a3[at]);
            c30 = TSimd.MultiplyAdd(x, b0, c30);
            c31 = TSimd.MultiplyAdd(x, b1, c31);
            at += aInnerStride;
            b += stride;
        }
        TSimd.Store(c00, c);
        TSimd.Store(c01, c + TSimd.Count);
        c += stride;
        TSimd.Store(c10, c);
        TSimd.Store(c11, c + TSimd.Count);
        c += stride;
        TSimd.Store(c20, c);
        TSimd.Store(c21, c + TSimd.Count);
        c += stride;
        TSimd.Store(c30, c);
        TSimd.Store(c31, c + TSimd.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile1x2(float* a, nint aInnerStride, float* b, float* bias, float* c, nint inner, nint stride)
    {
        var c0 = bias == null ? TSimd.Zero : TSimd.Load(bias);
        var c1 = bias == null ? TSimd.Zero : TSimd.Load(bias + TSimd.Count);
        for (nint i = 0; i < inner; i++)
        {
            var x = TSimd.Create(*a);
            c0 = TSimd.MultiplyAdd(x, TSimd.Load(b), c0);
            c1 = TSimd.MultiplyAdd(x, TSimd.Load(b + TSimd.Count), c1);
            a += aInnerStride;
            b += stride;
        }
        TSimd.Store(c0, c);
        TSimd.Store(c1, c + TSimd.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile4x1(float* a, nint aRowStride, nint aInnerStride, float* b, float* bias, float* c, nint inner, nint stride)
    {
        var c0 = bias == null ? TSimd.Zero : TSimd.Load(bias);
        TVector c1 = c0, c2 = c0, c3 = c0;
        var a1 = a + aRowStride;
        var a2 = a1 + aRowStride;
        var a3 = a2 + aRowStride;
        nint at = 0;
        for (nint i = 0; i < inner; i++)
        {
            var b0 = TSimd.Load(b);
            c0 = TSimd.MultiplyAdd(TSimd.Create(a[at]), b0, c0);
            c1 = TSimd.MultiplyAdd(TSimd.Create(a1[at]), b0, c1);
            c2 = TSimd.MultiplyAdd(TSimd.Create(a2[at]), b0, c2);
            c3 = TSimd.MultiplyAdd(TSimd.Create(a3[at]), b0, c3);
            at += aInnerStride;
            b += stride;
        }
        TSimd.Store(c0, c);
        TSimd.Store(c1, c + stride);
        TSimd.Store(c2, c + 2 * stride);
        TSimd.Store(c3, c + 3 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile1x1(float* a, nint aInnerStride, float* b, float* bias, float* c, nint inner, nint stride)
    {
        var sum = bias == null ? TSimd.Zero : TSimd.Load(bias);
        for (nint i = 0; i < inner; i++)
        {
            sum = TSimd.MultiplyAdd(TSimd.Create(*a), TSimd.Load(b), sum);
            a += aInnerStride;
            b += stride;
        }
        TSimd.Store(sum, c);
    }
}
