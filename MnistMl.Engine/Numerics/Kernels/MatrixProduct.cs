using System.Runtime.CompilerServices;

namespace MnistMl.Numerics.Kernels;

sealed unsafe partial class KernelSet<TVector, TSimd> : KernelSet
    where TVector : struct where TSimd : struct, ISimd<TVector>
{
    /// <inheritdoc/>
    public override void MatrixProduct(
        float* a, nint aRowStride, nint aInnerStride, float* b, nint bStride, float* bias, float* c, nint cStride,
        int rows, int inner, int columns)
    {
        // Column panels of two vectors on the outside: a panel of B stays in the first-level cache for all the rows.
        nint column = 0;
        for (; column + 2 * TSimd.Count <= columns; column += 2 * TSimd.Count)
        {
            Panel<Vectors2>(
                a, aRowStride, aInnerStride, b + column, bStride, bias == null ? null : bias + column, c + column,
                cStride, rows, inner);
        }
        for (; column < columns; column += TSimd.Count)
        {
            Panel<Vectors1>(
                a, aRowStride, aInnerStride, b + column, bStride, bias == null ? null : bias + column, c + column,
                cStride, rows, inner);
        }
    }

    static void Panel<TVectors>(
        float* a, nint aRowStride, nint aInnerStride, float* b, nint bStride, float* bias, float* c, nint cStride,
        int rows, nint inner)
        where TVectors : struct, IVectors<TVectors>
    {
        var row = 0;
        for (; row + 4 <= rows; row += 4)
        {
            Tile4<TVectors>(
                a + row * aRowStride, aRowStride, aInnerStride, b, bStride, bias, c + row * cStride, cStride, inner);
        }
        for (; row < rows; row++)
            Tile1<TVectors>(a + row * aRowStride, aInnerStride, b, bStride, bias, c + row * cStride, inner);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile4<TVectors>(
        float* a, nint aRowStride, nint aInnerStride, float* b, nint bStride, float* bias, float* c, nint cStride,
        nint inner)
        where TVectors : struct, IVectors<TVectors>
    {
        TVectors c0 = bias == null ? default : TVectors.Load(bias), c1 = c0, c2 = c0, c3 = c0;
        var a1 = a + aRowStride;
        var a2 = a1 + aRowStride;
        var a3 = a2 + aRowStride;
        nint at = 0;
        for (nint i = 0; i < inner; i++)
        {
            var here = TVectors.Load(b);
            c0 = TVectors.MultiplyAdd(TSimd.Create(a[at]), here, c0);
            c1 = TVectors.MultiplyAdd(TSimd.Create(a1[at]), here, c1);
            c2 = TVectors.MultiplyAdd(TSimd.Create(a2[at]), here, c2);
            c3 = TVectors.MultiplyAdd(TSimd.Create(a3[at]), here, c3);
            at += aInnerStride;
            b += bStride;
        }
        Store(c0, c);
        Store(c1, c + cStride);
        Store(c2, c + 2 * cStride);
        Store(c3, c + 3 * cStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile1<TVectors>(float* a, nint aInnerStride, float* b, nint bStride, float* bias, float* c, nint inner)
        where TVectors : struct, IVectors<TVectors>
    {
        TVectors sum = bias == null ? default : TVectors.Load(bias);
        for (nint i = 0; i < inner; i++)
        {
            sum = TVectors.MultiplyAdd(TSimd.Create(*a), b, sum);
            a += aInnerStride;
            b += bStride;
        }
        Store(sum, c);
    }
}
