using System.Runtime.CompilerServices;

namespace MnistMl.Numerics.Kernels;

unsafe partial class KernelSet<TVector, TSimd>
{
    /// <inheritdoc/>
    public override void SparseProduct(
        SparseMatrix a, float* b, nint bStride, float* start, nint startStride, float* c, nint cStride, int rows,
        int columns) =>
        SparseProduct(a, b, bStride, start, startStride, new StoreEpilogue(c), cStride, rows, columns);

    /// <inheritdoc/>
    public override void SparseAdam(
        SparseMatrix a, float* b, nint bStride, float* start, in AdamStep step, nint stride, int rows, int columns) =>
        SparseProduct(a, b, bStride, start, stride, new StepEpilogue(step), stride, rows, columns);

    static void SparseProduct<TEpilogue>(
        SparseMatrix a, float* b, nint bStride, float* start, nint startStride, TEpilogue epilogue, nint endStride,
        int rows, int columns)
        where TEpilogue : struct, IEpilogue
    {
        if (a.BytesToFloats != null)
        {
            SparseProduct<ByteNumber, TEpilogue>(a, b, bStride, start, startStride, epilogue, endStride, rows, columns);
        }
        else
        {
            SparseProduct<FloatNumber, TEpilogue>(
                a, b, bStride, start, startStride, epilogue, endStride, rows, columns);
        }
    }

    static void SparseProduct<TNumber, TEpilogue>(
        SparseMatrix a, float* b, nint bStride, float* start, nint startStride, TEpilogue epilogue, nint endStride,
        int rows, int columns)
        where TNumber : struct, INumber
        where TEpilogue : struct, IEpilogue
    {
        for (nint column = 0; column < columns;)
        {
            var vectors = Math.Min((columns - column) / TSimd.Count, 4);
            switch (vectors)
            {
                case 4:
                    Columns<TNumber, Vectors4, TEpilogue>(
                        a, b, bStride, start, startStride, epilogue, endStride, rows, column);
                    break;
                case 3:
                    Columns<TNumber, Vectors3, TEpilogue>(
                        a, b, bStride, start, startStride, epilogue, endStride, rows, column);
                    break;
                case 2:
                    Columns<TNumber, Vectors2, TEpilogue>(
                        a, b, bStride, start, startStride, epilogue, endStride, rows, column);
                    break;
                default:
                    Columns<TNumber, Vectors1, TEpilogue>(
                        a, b, bStride, start, startStride, epilogue, endStride, rows, column);
                    break;
            }
            column += vectors * TSimd.Count;
        }
    }

    // Two numbers of A at a time, into sums of their own: a single chain of additions would be bound by their latency.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Columns<TNumber, TVectors, TEpilogue>(
        SparseMatrix a, float* b, nint bStride, float* start, nint startStride, TEpilogue epilogue, nint endStride,
        nint rows, nint column)
        where TNumber : struct, INumber
        where TVectors : struct, IVectors<TVectors>
        where TEpilogue : struct, IEpilogue
    {
        var bits = a.Bits;
        var numbers = (byte*)a.Numbers;
        var bytesToFloats = a.BytesToFloats;
        var columnStep = a.ColumnStep;
        var rowStep = a.RowStep * TNumber.Size;
        var hasStart = start != null;
        b += column;
        start += column;
        var at = column;
        for (nint row = 0; row < rows; row++)
        {
            TVectors s = default, t = default;
            if (hasStart)
            {
                s = TVectors.Load(start);
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
                s = TVectors.MultiplyAdd(x, b + i * bStride, s);
                t = TVectors.MultiplyAdd(y, b + j * bStride, t);
            }
            TVectors.Take(TVectors.Add(s, t), epilogue, at);
            numbers += rowStep;
            at += endStride;
        }
    }
}
