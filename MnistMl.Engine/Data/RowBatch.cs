namespace MnistMl.Data;

/// <summary>Some rows to predict, with the values that their file has. It is valid until the next is asked for.</summary>
/// <param name="Bytes">[rows, features]: the values; empty if some are no bytes.</param>
/// <param name="Floats">[rows, features]: the values; empty if all are bytes.</param>
/// <param name="RowCount">Number of rows, at least 1.</param>
readonly record struct RowBatch(ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<float> Floats, int RowCount)
{
    /// <summary>Whether all values are bytes.</summary>
    public bool AreBytes => Floats.IsEmpty;
}
