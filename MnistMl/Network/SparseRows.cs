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
    readonly AlignedArray<int> _indices = new((long)capacity * features);
    readonly AlignedArray<float> _values = new((long)capacity * features);
    readonly int[] _counts = new int[capacity];

    readonly AlignedArray<int> _columnRows = new((long)capacity * features);
    readonly AlignedArray<float> _columnValues = new((long)capacity * features);
    readonly int[] _columnCounts = new int[features];

    /// <summary>The features of a row that are not zero, <see cref="Count"/> of them; there is room for all.</summary>
    public int* Indices(int row) => _indices.Pointer + (nint)row * features;

    /// <summary>What they are.</summary>
    public float* Values(int row) => _values.Pointer + (nint)row * features;

    /// <summary>How many features of a row are not zero.</summary>
    public ref int Count(int row) => ref _counts[row];

    /// <summary>The rows in which a feature is not zero, <see cref="ColumnCount"/> of them, after <see cref="Transpose"/>.</summary>
    public int* ColumnRows(int feature) => _columnRows.Pointer + (nint)feature * capacity;

    /// <summary>What it is there.</summary>
    public float* ColumnValues(int feature) => _columnValues.Pointer + (nint)feature * capacity;

    /// <summary>In how many rows a feature is not zero, after <see cref="Transpose"/>.</summary>
    public int ColumnCount(int feature) => _columnCounts[feature];

    /// <summary>Collects the rows of each feature from <paramref name="first"/> up to, not including, <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Transpose(int rows, int first, int end)
    {
        Array.Clear(_columnCounts, first, end - first);
        for (var row = 0; row < rows; row++)
        {
            var indices = Indices(row);
            var values = Values(row);
            var count = _counts[row];
            var i = new ReadOnlySpan<int>(indices, count).BinarySearch(first);
            for (i = i < 0 ? ~i : i; i < count && indices[i] < end; i++)
            {
                var feature = indices[i];
                var at = _columnCounts[feature]++;
                ColumnRows(feature)[at] = row;
                ColumnValues(feature)[at] = values[i];
            }
        }
    }
}
