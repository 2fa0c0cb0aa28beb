using System.Runtime.CompilerServices;

namespace MnistMl.Network;

/// <summary>
/// Rows of bytes that are mostly zeros, without the zeros: three bytes for each other, read many times faster than they
/// are picked out.
/// </summary>
sealed unsafe class CompactPixelRows : InputRows
{
    /// <summary>The most features that rows may have to be kept so.</summary>
    public const int MaxFeatures = ushort.MaxValue + 1;

    // Room to read whole vectors at the very end.
    const int Padding = 16;

    readonly float _scale;
    readonly long[] _starts;
    readonly AlignedArray<ushort> _indices;
    readonly AlignedArray<byte> _values;

    /// <summary>Picks out what is not zero.</summary>
    /// <param name="pixels">[rows, features]</param>
    /// <param name="features">Length of a row, at most <see cref="MaxFeatures"/>.</param>
    /// <param name="scale">What a byte is multiplied by.</param>
    public CompactPixelRows(ReadOnlySpan<byte> pixels, int features, float scale)
    {
        (Rows, Features, _scale) = (pixels.Length / features, features, scale);
        var nonZeros = pixels.Length - pixels.Count((byte)0);
        _indices = new AlignedArray<ushort>(nonZeros + Padding);
        _values = new AlignedArray<byte>(nonZeros + Padding);
        _starts = new long[Rows + 1];
        Fill(pixels);
    }

    public override int Rows { get; }

    public override int Features { get; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Fill(ReadOnlySpan<byte> pixels)
    {
        nint at = 0;
        for (var row = 0; row < Rows; row++)
        {
            _starts[row] = at;
            var bytes = pixels.Slice(row * Features, Features);
            for (var i = 0; i < bytes.Length; i++)
            {
                // Written always, kept if it is not zero: no branch to mispredict.
                _indices.Pointer[at] = (ushort)i;
                _values.Pointer[at] = bytes[i];
                at += bytes[i] == 0 ? 0 : 1;
            }
        }
        _starts[Rows] = at;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Load(int row, SparseRows batch, int batchRow)
    {
        var indices = _indices.Pointer + _starts[row];
        var values = _values.Pointer + _starts[row];
        var count = (nint)(_starts[row + 1] - _starts[row]);
        var nonZeros = batch.Row(batchRow);
        for (nint i = 0; i < count; i++)
            nonZeros[i] = new NonZero(indices[i], values[i] * _scale);
        batch.RowCount(batchRow) = (int)count;
    }

    public override void Load(int row, float* destination)
    {
        new Span<float>(destination, Features).Clear();
        for (var i = _starts[row]; i < _starts[row + 1]; i++)
            destination[_indices.Pointer[i]] = _values.Pointer[i] * _scale;
    }
}
