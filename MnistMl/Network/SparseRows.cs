using System.Runtime.CompilerServices;

namespace MnistMl.Network;

/// <summary>
/// The rows of one batch without their zeros: for each row the features it has, in order, and for each feature the rows
/// that have it, in order. <see cref="NonZero.End"/> ends each of them.
/// </summary>
sealed unsafe class SparseRows
{
    readonly AlignedArray<NonZero> _rows, _columns;
    readonly AlignedArray<int> _columnCounts;

    /// <param name="capacity">The most rows a batch has.</param>
    /// <param name="features">Length of a row.</param>
    public SparseRows(int capacity, int features)
    {
        (RowStride, ColumnStride) = (Stride(features), Stride(capacity));
        _rows = new AlignedArray<NonZero>((long)capacity * RowStride);
        _columns = new AlignedArray<NonZero>((long)features * ColumnStride);
        _columnCounts = new AlignedArray<int>(features);
    }

    /// <summary>Distance between rows.</summary>
    public int RowStride { get; }

    /// <summary>Distance between columns.</summary>
    public int ColumnStride { get; }

    /// <summary>A row's non-zero features; there is room for all of them and the end.</summary>
    public NonZero* Row(int row) => _rows.Pointer + (nint)row * RowStride;

    /// <summary>The rows that have a feature, after <see cref="Transpose"/>.</summary>
    public NonZero* Column(int feature) => _columns.Pointer + (nint)feature * ColumnStride;

    /// <summary>Collects the rows of each feature from <paramref name="first"/> up to, not including, <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Transpose(int rows, int first, int end)
    {
        var counts = _columnCounts.Pointer;
        for (nint feature = first; feature < end; feature++)
            counts[feature] = 0;

        nint stride = ColumnStride;
        var columns = _columns.Pointer;
        for (var row = 0; row < rows; row++)
        {
            var entry = Row(row);
            while (entry->Index < first)
                entry++;
            for (; entry->Index < end; entry++)
            {
                nint feature = entry->Index;
                nint count = counts[feature];
                columns[feature * stride + count] = new NonZero(row, entry->Value);
                counts[feature] = (int)count + 1;
            }
        }

        for (nint feature = first; feature < end; feature++)
            columns[feature * stride + counts[feature]] = NonZero.End;
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
