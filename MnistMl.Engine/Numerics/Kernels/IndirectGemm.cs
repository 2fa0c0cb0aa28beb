using System.Runtime.CompilerServices;

namespace MnistMl.Numerics.Kernels;

unsafe partial class KernelSet<TVector, TSimd>
{
    /// <summary>Rows of B at a time: two vectors of each stay in the first-level cache.</summary>
    const int InnerBlock = 96;

    /// <inheritdoc/>
    public override void IndirectGemm(
        float* a, int* aRows, int* aInners, float* b, float* bias, float* c, int* cRows,
        int rows, int inner, int columns, int stride)
    {
        var start = 0;
        do
        {
            var end = aInners + Math.Min(inner, start + InnerBlock);
            nint column = 0;
            for (; column + 2 * TSimd.Count <= columns; column += 2 * TSimd.Count)
            {
                Indirect<Vectors2>(
                    a, aRows, aInners + start, end, b + column, bias == null ? null : bias + column, c + column, cRows,
                    rows, stride);
            }
            for (; column < columns; column += TSimd.Count)
            {
                Indirect<Vectors1>(
                    a, aRows, aInners + start, end, b + column, bias == null ? null : bias + column, c + column, cRows,
                    rows, stride);
            }
            b += (nint)InnerBlock * stride;
            bias = null;
            start += InnerBlock;
        }
        while (start < inner);
    }

    static void Indirect<TVectors>(
        float* a, int* aRows, int* inner, int* end, float* b, float* bias, float* c, int* cRows, int rows, nint stride)
        where TVectors : struct, IVectors<TVectors>
    {
        var row = 0;
        for (; row + 6 <= rows; row += 6)
            Indirect6<TVectors>(a, aRows + row, inner, end, b, bias, c, cRows + row, stride);
        for (; row < rows; row++)
            Indirect1<TVectors>(a + aRows[row], inner, end, b, bias, c + cRows[row], stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Indirect6<TVectors>(
        float* a, int* aRows, int* inner, int* end, float* b, float* bias, float* c, int* cRows, nint stride)
        where TVectors : struct, IVectors<TVectors>
    {
        TVectors c0, c1, c2, c3, c4, c5;
        if (bias == null)
        {
            (c0, c1, c2) = (TVectors.Load(c + cRows[0]), TVectors.Load(c + cRows[1]), TVectors.Load(c + cRows[2]));
            (c3, c4, c5) = (TVectors.Load(c + cRows[3]), TVectors.Load(c + cRows[4]), TVectors.Load(c + cRows[5]));
        }
        else
        {
            c0 = c1 = c2 = c3 = c4 = c5 = TVectors.Load(bias);
        }
        float* a0 = a + aRows[0], a1 = a + aRows[1], a2 = a + aRows[2];
        float* a3 = a + aRows[3], a4 = a + aRows[4], a5 = a + aRows[5];
        for (; inner < end; inner++)
        {
            nint at = *inner;
            var here = TVectors.Load(b);
            c0 = TVectors.MultiplyAdd(TSimd.Create(a0[at]), here, c0);
            c1 = TVectors.MultiplyAdd(TSimd.Create(a1[at]), here, c1);
            c2 = TVectors.MultiplyAdd(TSimd.Create(a2[at]), here, c2);
            c3 = TVectors.MultiplyAdd(TSimd.Create(a3[at]), here, c3);
            c4 = TVectors.MultiplyAdd(TSimd.Create(a4[at]), here, c4);
            c5 = TVectors.MultiplyAdd(TSimd.Create(a5[at]), here, c5);
            b += stride;
        }
        Store(c0, c + cRows[0]);
        Store(c1, c + cRows[1]);
        Store(c2, c + cRows[2]);
        Store(c3, c + cRows[3]);
        Store(c4, c + cRows[4]);
        Store(c5, c + cRows[5]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Indirect1<TVectors>(float* a, int* inner, int* end, float* b, float* bias, float* c, nint stride)
        where TVectors : struct, IVectors<TVectors>
    {
        var sum = TVectors.Load(bias == null ? c : bias);
        for (; inner < end; inner++)
        {
            sum = TVectors.MultiplyAdd(TSimd.Create(a[*inner]), b, sum);
            b += stride;
        }
        Store(sum, c);
    }
}
