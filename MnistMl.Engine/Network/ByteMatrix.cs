using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MnistMl.Numerics;

namespace MnistMl.Network;

/// <summary>Rows of bytes, each multiplied by one scale.</summary>
sealed unsafe class ByteMatrix : FeatureMatrix
{
    readonly ReadOnlyMemory<byte> _pixels;
    readonly float _scale;

    /// <summary>[256]: each byte, scaled.</summary>
    readonly AlignedArray<float> _scaled = new(byte.MaxValue + 1);

    /// <param name="pixels">[rows, features]</param>
    /// <param name="featureCount">Length of a row.</param>
    /// <param name="scale">
    /// The factor of a byte: 1/255 to train, 1 for a trained network, whose weights contain it.
    /// </param>
    public ByteMatrix(ReadOnlyMemory<byte> pixels, int featureCount, float scale)
    {
        (_pixels, FeatureCount, RowCount, _scale) = (pixels, featureCount, pixels.Length / featureCount, scale);
        for (var i = 0; i < _scaled.Length; i++)
            _scaled.Span[i] = i * scale;
    }

    public override int RowCount { get; }

    public override int FeatureCount { get; }

    public override void Load(int row, SparseBatch batch, int batchRow) =>
        batch.Set(batchRow, Row(row), _scaled.Pointer);

    public override void Load(int row, float* destination) => Widen(Row(row), _scale, destination);

    /// <inheritdoc cref="Widen(ReadOnlySpan{byte}, float, float*)"/>
    public static void Widen(ReadOnlySpan<byte> bytes, float scale, Span<float> destination)
    {
        fixed (float* first = destination)
            Widen(bytes, scale, first);
    }

    /// <summary>Makes floats of bytes, each multiplied by one scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(ReadOnlySpan<byte> bytes, float scale, float* destination)
    {
        var i = 0;
        for (; i + Vector128<byte>.Count <= bytes.Length; i += Vector128<byte>.Count)
        {
            var words = Vector256.WidenLower(Vector128.Create(bytes[i..]).ToVector256Unsafe());
            var (lower, upper) = Vector256.Widen(words);
            (Vector512.ConvertToSingle(Vector512.Create(lower, upper).AsInt32()) * scale).Store(destination + i);
        }
        for (; i < bytes.Length; i++)
            destination[i] = bytes[i] * scale;
    }

    public override void Prefetch(int row)
    {
        ref var first = ref MemoryMarshal.GetReference(Row(row));
        Prefetch((byte*)Unsafe.AsPointer(ref first), FeatureCount);
    }

    public override FeatureMatrix Compact() => new CompactByteMatrix(this, _pixels.Span, _scaled.Pointer);

    /// <summary>Other rows of the same form, [rows, features].</summary>
    public ByteMatrix WithPixels(ReadOnlyMemory<byte> pixels) => new(pixels, FeatureCount, _scale);

    /// <summary>The same rows, not multiplied.</summary>
    public ByteMatrix Unscaled() => new(_pixels, FeatureCount, scale: 1);

    /// <summary>A row's bytes, not multiplied.</summary>
    public ReadOnlySpan<byte> Row(int row) => _pixels.Span.Slice(row * FeatureCount, FeatureCount);
}
