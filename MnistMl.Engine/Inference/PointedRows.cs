using System.Runtime.CompilerServices;
using MnistMl.Network;
using MnistMl.Numerics;

namespace MnistMl.Inference;

/// <summary>Examples that somebody else holds in memory, for as long as one call lasts: nothing is copied or allocated.</summary>
/// <param name="features">Length of an example.</param>
sealed unsafe class PointedRows(int features) : InputRows
{
    /// <summary>[256]: each byte as a float.</summary>
    static readonly AlignedArray<float> _bytesToFloats = new([.. Enumerable.Range(0, byte.MaxValue + 1).Select(value => (float)value)]);

    byte* _bytes;
    float* _floats;
    int _rows;

    public override int Rows => _rows;

    public override int Features => features;

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

    public override void Load(int row, SparseRows batch, int batchRow)
    {
        if (_bytes != null)
            batch.Set(batchRow, Bytes(row), _bytesToFloats.Pointer);
        else
            batch.Set(batchRow, Floats(row));
    }

    public override void Load(int row, float* destination)
    {
        if (_bytes != null)
            PixelRows.Widen(Bytes(row), 1, destination);
        else
            Floats(row).CopyTo(new Span<float>(destination, features));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ReadOnlySpan<byte> Bytes(int row) => new(_bytes + (nint)row * features, features);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ReadOnlySpan<float> Floats(int row) => new(_floats + (nint)row * features, features);
}
