using System.Runtime.CompilerServices;
using MnistMl.Network;
using MnistMl.Numerics;

namespace MnistMl.Inference;

/// <summary>Examples that somebody else holds in memory, for as long as one call lasts: nothing is copied or allocated.</summary>
/// <param name="featureCount">Length of an example.</param>
sealed unsafe class PinnedMatrix(int featureCount) : FeatureMatrix
{
    /// <summary>[256]: each byte as a float.</summary>
    static readonly AlignedArray<float> _bytesToFloats = new([.. Enumerable.Range(0, byte.MaxValue + 1).Select(value => (float)value)]);

    byte* _bytes;
    float* _floats;
    int _rows;

    public override int RowCount => _rows;

    public override int FeatureCount => featureCount;

    /// <summary>Points at bytes, [rows, features].</summary>
    public void Set(byte* bytes, int rows)
    {
        _bytes = bytes;
        _rows = rows;
    }

    /// <summary>Points at floats, [rows, features].</summary>
    public void Set(float* floats, int rows)
    {
        _bytes = null;
        _floats = floats;
        _rows = rows;
    }

    public override void Load(int row, SparseBatch batch, int batchRow)
    {
        if (_bytes != null)
            batch.Set(batchRow, Bytes(row), _bytesToFloats.Pointer);
        else
            batch.Set(batchRow, Floats(row));
    }

    public override void Load(int row, float* destination)
    {
        if (_bytes != null)
            ByteMatrix.Widen(Bytes(row), 1, destination);
        else
            Floats(row).CopyTo(new Span<float>(destination, featureCount));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ReadOnlySpan<byte> Bytes(int row) => new(_bytes + (nint)row * featureCount, featureCount);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ReadOnlySpan<float> Floats(int row) => new(_floats + (nint)row * featureCount, featureCount);
}
