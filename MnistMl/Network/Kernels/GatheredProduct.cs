using System.Runtime.CompilerServices;

namespace MnistMl.Network.Kernels;

unsafe partial class KernelSet<TVector, TSimd>
{
    /// <summary>Rows of B at a time: two vectors of each stay in the first-level cache.</summary>
    const int InnerBlock = 96;

    /// <inheritdoc/>
    public override void GatheredProduct(
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
                var panelBias = bias == null ? null : bias + column;
                var row = 0;
                for (; row + 6 <= rows; row += 6)
                    Gathered6x2(a, aRows + row, aInners + start, end, b + column, panelBias, c + column, cRows + row, stride);
                for (; row < rows; row++)
                    Gathered1x2(a + aRows[row], aInners + start, end, b + column, panelBias, c + cRows[row] + column, stride);
            }
            for (; column < columns; column += TSimd.Count)
            {
                var panelBias = bias == null ? null : bias + column;
                var row = 0;
                for (; row + 8 <= rows; row += 8)
                    Gathered8x1(a, aRows + row, aInners + start, end, b + column, panelBias, c + column, cRows + row, stride);
                for (; row < rows; row++)
                    Gathered1x1(a + aRows[row], aInners + start, end, b + column, panelBias, c + cRows[row] + column, stride);
            }
            b += (nint)InnerBlock * stride;
            bias = null;
            start += InnerBlock;
        }
        while (start < inner);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Gathered6x2(float* a, int* aRows, int* inner, int* end, float* b, float* bias, float* c, int* cRows, nint stride)
    {
        TVector c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51;
        if (bias == null)
        {
            (c00, c01) = (TSimd.Load(c + cRows[0]), TSimd.Load(c + cRows[0] + TSimd.Count));
            (c10, c11) = (TSimd.Load(c + cRows[1]), TSimd.Load(c + cRows[1] + TSimd.Count));
            (c20, c21) = (TSimd.Load(c + cRows[2]), TSimd.Load(c + cRows[2] + TSimd.Count));
            (c30, c31) = (TSimd.Load(c + cRows[3]), TSimd.Load(c + cRows[3] + TSimd.Count));
            (c40, c41) = (TSimd.Load(c + cRows[4]), TSimd.Load(c + cRows[4] + TSimd.Count));
            (c50, c51) = (TSimd.Load(c + cRows[5]), TSimd.Load(c + cRows[5] + TSimd.Count));
        }
        else
        {
            c00 = c10 = c20 = c30 = c40 = c50 = TSimd.Load(bias);
            c01 = c11 = c21 = c31 = c41 = c51 = TSimd.Load(bias + TSimd.Count);
        }
        float* a0 = a + aRows[0], a1 = a + aRows[1], a2 = a + aRows[2];
        float* a3 = a + aRows[3], a4 = a + aRows[4], a5 = a + aRows[5];
        for (; inner < end; inner++)
        {
            nint at = *inner;
            var b0 = TSimd.Load(b);
            var b1 = TSimd.Load(b + TSimd.Count);
            var x = TSimd.Create(a0[at]);
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
            x = TSimd.Create(a4[at]);
            c40 = TSimd.MultiplyAdd(x, b0, c40);
            c41 = TSimd.MultiplyAdd(x, b1, c41);
            x = TSimd.Create(a5[at]);
            c50 = TSimd.MultiplyAdd(x, b0, c50);
            c51 = TSimd.MultiplyAdd(x, b1, c51);
            b += stride;
        }
        TSimd.Store(c00, c + cRows[0]);
        TSimd.Store(c01, c + cRows[0] + TSimd.Count);
        TSimd.Store(c10, c + cRows[1]);
        TSimd.Store(c11, c + cRows[1] + TSimd.Count);
        TSimd.Store(c20, c + cRows[2]);
        TSimd.Store(c21, c + cRows[2] + TSimd.Count);
        TSimd.Store(c30, c + cRows[3]);
        TSimd.Store(c31, c + cRows[3] + TSimd.Count);
        TSimd.Store(c40, c + cRows[4]);
        TSimd.Store(c41, c + cRows[4] + TSimd.Count);
        TSimd.Store(c50, c + cRows[5]);
        TSimd.Store(c51, c + cRows[5] + TSimd.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Gathered1x2(float* a, int* inner, int* end, float* b, float* bias, float* c, nint stride)
    {
        var start = bias == null ? c : bias;
        var (c0, c1) = (TSimd.Load(start), TSimd.Load(start + TSimd.Count));
        for (; inner < end; inner++)
        {
            var x = TSimd.Create(a[*inner]);
            c0 = TSimd.MultiplyAdd(x, TSimd.Load(b), c0);
            c1 = TSimd.MultiplyAdd(x, TSimd.Load(b + TSimd.Count), c1);
            b += stride;
        }
        TSimd.Store(c0, c);
        TSimd.Store(c1, c + TSimd.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Gathered8x1(float* a, int* aRows, int* inner, int* end, float* b, float* bias, float* c, int* cRows, nint stride)
    {
        TVector c0, c1, c2, c3, c4, c5, c6, c7;
        if (bias == null)
        {
            (c0, c1, c2, c3) = (TSimd.Load(c + cRows[0]), TSimd.Load(c + cRows[1]), TSimd.Load(c + cRows[2]), TSimd.Load(c + cRows[3]));
            (c4, c5, c6, c7) = (TSimd.Load(c + cRows[4]), TSimd.Load(c + cRows[5]), TSimd.Load(c + cRows[6]), TSimd.Load(c + cRows[7]));
        }
        else
        {
            c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = TSimd.Load(bias);
        }
        float* a0 = a + aRows[0], a1 = a + aRows[1], a2 = a + aRows[2], a3 = a + aRows[3];
        float* a4 = a + aRows[4], a5 = a + aRows[5], a6 = a + aRows[6], a7 = a + aRows[7];
        for (; inner < end; inner++)
        {
            nint at = *inner;
            var b0 = TSimd.Load(b);
            c0 = TSimd.MultiplyAdd(TSimd.Create(a0[at]), b0, c0);
            c1 = TSimd.MultiplyAdd(TSimd.Create(a1[at]), b0, c1);
            c2 = TSimd.MultiplyAdd(TSimd.Create(a2[at]), b0, c2);
            c3 = TSimd.MultiplyAdd(TSimd.Create(a3[at]), b0, c3);
            c4 = TSimd.MultiplyAdd(TSimd.Create(a4[at]), b0, c4);
            c5 = TSimd.MultiplyAdd(TSimd.Create(a5[at]), b0, c5);
            c6 = TSimd.MultiplyAdd(TSimd.Create(a6[at]), b0, c6);
            c7 = TSimd.MultiplyAdd(TSimd.Create(a7[at]), b0, c7);
            b += stride;
        }
        TSimd.Store(c0, c + cRows[0]);
        TSimd.Store(c1, c + cRows[1]);
        TSimd.Store(c2, c + cRows[2]);
        TSimd.Store(c3, c + cRows[3]);
        TSimd.Store(c4, c + cRows[4]);
        TSimd.Store(c5, c + cRows[5]);
        TSimd.Store(c6, c + cRows[6]);
        TSimd.Store(c7, c + cRows[7]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Gathered1x1(float* a, int* inner, int* end, float* b, float* bias, float* c, nint stride)
    {
        var sum = TSimd.Load(bias == null ? c : bias);
        for (; inner < end; inner++)
        {
            sum = TSimd.MultiplyAdd(TSimd.Create(a[*inner]), TSimd.Load(b), sum);
            b += stride;
        }
        TSimd.Store(sum, c);
    }
}
