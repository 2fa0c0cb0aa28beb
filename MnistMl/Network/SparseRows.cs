using System.Runtime.CompilerServices;

namespace MnistMl.Network;

/// <summary>
/// Some features of the rows of a batch, without the zeros: for each row the features it has, in order, and for each
/// feature the rows that have it, in order. <see cref="NonZero.End"/> ends each of them.
/// </summary>
sealed unsafe class SparseRows
{
    readonly int _rowStride, _columnStride;
    readonly AlignedArray<NonZero> _rows, _columns;
    readonly AlignedArray<int> _columnCounts;
    readonly AlignedArray<nint> _rowCursors, _columnCursors;

    /// <param name="capacity">The most rows a batch has.</param>
    /// <param name="first">The first feature.</param>
    /// <param name="end">The feature after the last.</param>
    public SparseRows(int capacity, int first, int end)
    {
        (First, End) = (first, end);
        (_rowStride, _columnStride) = (Stride(end - first), Stride(capacity));
        _rows = new AlignedArray<NonZero>((long)capacity * _rowStride);
        _columns = new AlignedArray<NonZero>((long)(end - first) * _columnStride);
        _columnCounts = new AlignedArray<int>(end - first);
        _rowCursors = new AlignedArray<nint>(capacity);
        _columnCursors = new AlignedArray<nint>(end - first);
    }

    /// <summary>The first feature.</summary>
    public int First { get; }

    /// <summary>The feature after the last.</summary>
    public int End { get; }

    /// <summary>A row's non-zero features; there is room for all of them and the end.</summary>
    public NonZero* Row(int row) => _rows.Pointer + (nint)row * _rowStride;

    /// <summary>The rows' beginnings, for a kernel to advance.</summary>
    public NonZero** RowCursors(int rows)
    {
        var cursors = (NonZero**)_rowCursors.Pointer;
        for (var row = 0; row < rows; row++)
            cursors[row] = Row(row);
        return cursors;
    }

    /// <summary>The rows that have the features from <paramref name="feature"/> on, for a kernel to advance.</summary>
    public NonZero** ColumnCursors(int feature) => (NonZero**)_columnCursors.Pointer + (feature - First);

    /// <summary>Collects the rows of each feature.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Transpose(int rows)
    {
        var counts = _columnCounts.Pointer;
        nint features = End - First;
        for (nint feature = 0; feature < features; feature++)
            counts[feature] = 0;

        nint stride = _columnStride;
        var columns = _columns.Pointer;
        for (var row = 0; row < rows; row++)
        {
            for (var entry = Row(row); entry->Index < End; entry++)
            {
                nint feature = entry->Index - First;
                nint count = counts[feature];
                columns[feature * stride + count] = new NonZero(row, entry->Value);
                counts[feature] = (int)count + 1;
            }
        }

        var cursors = (NonZero**)_columnCursors.Pointer;
        for (nint feature = 0; feature < features; feature++)
        {
            cursors[feature] = columns + feature * stride;
            cursors[feature][counts[feature]] = NonZero.End;
        }
    }

    /// <summary>
    /// Room for <paramref name="length"/> non-zeros and the end, in an odd number of cache lines: rows an even number
    /// apart would all compete for few places in the cache.
    /// </summary>
    static int Stride(int length)
    {
        const int PerCacheLine = 8;
        return (length / PerCacheLine + 1 | 1) * PerCacheLine;
    }
}
