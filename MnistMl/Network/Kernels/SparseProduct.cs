using System.Runtime.CompilerServices;

namespace MnistMl.Network.Kernels;

unsafe partial class KernelSet<TVector, TSimd>
{
    /// <inheritdoc/>
    public override void SparseProduct(
        SparseMatrix a, float* b, nint bStride, float* start, nint startStride, float* c, nint cStride, int rows, int columns)
    {
        if (a.BytesToFloats != null)
            SparseProduct<ByteNumber>(a, b, bStride, start, startStride, c, cStride, rows, columns);
        else
            SparseProduct<FloatNumber>(a, b, bStride, start, startStride, c, cStride, rows, columns);
    }

    static void SparseProduct<TNumber>(
        SparseMatrix a, float* b, nint bStride, float* start, nint startStride, float* c, nint cStride, int rows, nint columns)
        where TNumber : struct, INumber
    {
        nint column = 0;
        for (; column + 4 * TSimd.Count <= columns; column += 4 * TSimd.Count)
            Columns4<TNumber>(a, b + column, bStride, start == null ? null : start + column, startStride, c + column, cStride, rows);
        for (; column < columns; column += TSimd.Count)
            Columns1<TNumber>(a, b + column, bStride, start == null ? null : start + column, startStride, c + column, cStride, rows);
    }

    // Two numbers of A at a time, into sums of their own: one chain of additions alone would be waited for.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Columns4<TNumber>(
        SparseMatrix a, float* b, nint bStride, float* start, nint startStride, float* c, nint cStride, nint rows)
        where TNumber : struct, INumber
    {
        var bits = a.Bits;
        var numbers = (byte*)a.Numbers;
        var bytesToFloats = a.BytesToFloats;
        var columnStep = a.ColumnStep;
        var rowStep = a.RowStep * TNumber.Size;
        for (nint row = 0; row < rows; row++)
        {
            TVector s0 = TSimd.Zero, s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
            if (start != null)
            {
                s0 = TSimd.Load(start);
                s1 = TSimd.Load(start + TSimd.Count);
                s2 = TSimd.Load(start + 2 * TSimd.Count);
                s3 = TSimd.Load(start + 3 * TSimd.Count);
                start += startStride;
            }
            for (var rest = bits[row]; rest != 0;)
            {
                var i = (nint)ulong.TrailingZeroCount(rest);
                rest &= rest - 1;
                var j = (nint)ulong.TrailingZeroCount(rest);
                rest &= rest - 1;

                // Without a second number, 0 · the first row of B.
                var mask = (j >> 6) - 1;
                j &= mask;
                var x = TSimd.Create(TNumber.Read(numbers, bytesToFloats, i * columnStep, -1));
                var y = TSimd.Create(TNumber.Read(numbers, bytesToFloats, j * columnStep, mask));
                var p = b + i * bStride;
                var q = b + j * bStride;
                s0 = TSimd.MultiplyAdd(x, TSimd.Load(p), s0);
                s1 = TSimd.MultiplyAdd(x, TSimd.Load(p + TSimd.Count), s1);
                s2 = TSimd.MultiplyAdd(x, TSimd.Load(p + 2 * TSimd.Count), s2);
                s3 = TSimd.MultiplyAdd(x, TSimd.Load(p + 3 * TSimd.Count), s3);
                t0 = TSimd.MultiplyAdd(y, TSimd.Load(q), t0);
                t1 = TSimd.MultiplyAdd(y, TSimd.Load(q + TSimd.Count), t1);
                t2 = TSimd.MultiplyAdd(y, TSimd.Load(q + 2 * TSimd.Count), t2);
                t3 = TSimd.MultiplyAdd(y, TSimd.Load(q + 3 * TSimd.Count), t3);
            }
            TSimd.Store(TSimd.Add(s0, t0), c);
            TSimd.Store(TSimd.Add(s1, t1), c + TSimd.Count);
            TSimd.Store(TSimd.Add(s2, t2), c + 2 * TSimd.Count);
            TSimd.Store(TSimd.Add(s3, t3), c + 3 * TSimd.Count);
            numbers += rowStep;
            c += cStride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Columns1<TNumber>(
        SparseMatrix a, float* b, nint bStride, float* start, nint startStride, float* c, nint cStride, nint rows)
        where TNumber : struct, INumber
    {
        var bits = a.Bits;
        var numbers = (byte*)a.Numbers;
        var bytesToFloats = a.BytesToFloats;
        var columnStep = a.ColumnStep;
        var rowStep = a.RowStep * TNumber.Size;
        for (nint row = 0; row < rows; row++)
        {
            TVector s = TSimd.Zero, t = s;
            if (start != null)
            {
                s = TSimd.Load(start);
                start += startStride;
            }
            for (var rest = bits[row]; rest != 0;)
            {
                var i = (nint)ulong.TrailingZeroCount(rest);
                rest &= rest - 1;
                var j = (nint)ulong.TrailingZeroCount(rest);
                rest &= rest - 1;
                var mask = (j >> 6) - 1;
                j &= mask;
                var x = TSimd.Create(TNumber.Read(numbers, bytesToFloats, i * columnStep, -1));
                var y = TSimd.Create(TNumber.Read(numbers, bytesToFloats, j * columnStep, mask));
                s = TSimd.MultiplyAdd(x, TSimd.Load(b + i * bStride), s);
                t = TSimd.MultiplyAdd(y, TSimd.Load(b + j * bStride), t);
            }
            TSimd.Store(TSimd.Add(s, t), c);
            numbers += rowStep;
            c += cStride;
        }
    }
}
