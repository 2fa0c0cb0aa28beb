using System.Runtime.CompilerServices;

namespace MnistMl.Network;

/// <summary>
/// The rows of one batch without their zeros: for each row the features it has, in order, and for each feature the rows
/// that have it, in order.
/// </summary>
/// <param name="capacity">The most rows a batch has.</param>
/// <param name="features">Length of a row.</param>
sealed unsafe class SparseRows(int capacity, int features)
{
    readonly AlignedArray<NonZero> _rows = new((long)capacity * features);
    readonly AlignedArray<NonZero> _columns = new((long)capacity * features);
    readonly AlignedArray<int> _rowCounts = new(capacity);
    readonly AlignedArray<int> _columnCounts = new(features);

    /// <summary>A row's features, <see cref="RowCount"/> of them; there is room for all.</summary>
    public NonZero* Row(int row) => _rows.Pointer + (nint)row * features;

    /// <summary>How many features of a row are not zero.</summary>
    public ref int RowCount(int row) => ref _rowCounts.Pointer[row];

    /// <summary>The rows that have a feature, <see cref="ColumnCount"/> of them, after <see cref="Transpose"/>.</summary>
    public NonZero* Column(int feature) => _columns.Pointer + (nint)feature * capacity;

    /// <summary>In how many rows a feature is not zero, after <see cref="Transpose"/>.</summary>
    public int ColumnCount(int feature) => _columnCounts.Pointer[feature];

    /// <summary>Collects the rows of each feature from <paramref name="first"/> up to, not including, <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Transpose(int rows, int first, int end)
    {
        var counts = _columnCounts.Pointer;
        for (nint feature = first; feature < end; feature++)
            counts[feature] = 0;

        nint stride = capacity;
        var columns = _columns.Pointer;
        for (var row = 0; row < rows; row++)
        {
            var entry = Row(row);
            var last = entry + RowCount(row);
            while (entry < last && entry->Index < first)
                entry++;
            for (; entry < last && entry->Index < end; entry++)
            {
                nint feature = entry->Index;
                nint count = counts[feature];
                columns[feature * stride + count] = new NonZero(row, entry->Value);
                counts[feature] = (int)count + 1;
            }
        }
    }
}
