namespace MnistMl.Network;

/// <summary>Rows of floats that are mostly zeros, without the zeros (CSR).</summary>
/// <param name="ends">[rows]: where each row ends among the others.</param>
/// <param name="indices">The features of the values, ascending within a row.</param>
/// <param name="values">The values, row by row.</param>
/// <param name="featureCount">Length of a row.</param>
sealed unsafe class SparseFloatMatrix(int[] ends, int[] indices, float[] values, int featureCount) : FeatureMatrix
{
    public override int RowCount => ends.Length;

    public override int FeatureCount => featureCount;

    public override void Load(int row, SparseBatch batch, int batchRow)
    {
        var range = Range(row);
        batch.Set(batchRow, indices.AsSpan(range), values.AsSpan(range));
    }

    public override void Load(int row, float* destination)
    {
        new Span<float>(destination, featureCount).Clear();
        var (start, end) = (Range(row).Start.Value, ends[row]);
        for (var i = start; i < end; i++)
            destination[indices[i]] = values[i];
    }

    Range Range(int row) => (row == 0 ? 0 : ends[row - 1])..ends[row];
}
