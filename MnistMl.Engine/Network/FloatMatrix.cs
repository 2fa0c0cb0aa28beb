namespace MnistMl.Network;

/// <summary>Rows of floats.</summary>
/// <param name="values">[rows, features]</param>
/// <param name="featureCount">Length of a row.</param>
sealed unsafe class FloatMatrix(float[] values, int featureCount) : FeatureMatrix
{
    public override int RowCount { get; } = values.Length / featureCount;

    public override int FeatureCount => featureCount;

    public override void Load(int row, SparseBatch batch, int batchRow) => batch.Set(batchRow, Row(row));

    public override void Load(int row, float* destination) =>
        Row(row).CopyTo(new Span<float>(destination, featureCount));

    ReadOnlySpan<float> Row(int row) => values.AsSpan(row * featureCount, featureCount);
}
