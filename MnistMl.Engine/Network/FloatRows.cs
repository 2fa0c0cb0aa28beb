namespace MnistMl.Network;

/// <summary>Rows of floats.</summary>
/// <param name="values">[rows, features]</param>
/// <param name="features">Length of a row.</param>
sealed unsafe class FloatRows(float[] values, int features) : InputRows
{
    public override int Rows { get; } = values.Length / features;

    public override int Features => features;

    public override void Load(int row, SparseRows batch, int batchRow) => batch.Set(batchRow, Row(row));

    public override void Load(int row, float* destination) => Row(row).CopyTo(new Span<float>(destination, features));

    ReadOnlySpan<float> Row(int row) => values.AsSpan(row * features, features);
}
