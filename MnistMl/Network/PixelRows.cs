using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MnistMl.Network;

/// <summary>Rows of bytes, each multiplied by one scale.</summary>
/// <param name="pixels">[rows, features]</param>
/// <param name="features">Length of a row.</param>
/// <param name="scale">What a byte is multiplied by: 1/255 to train, 1 for a trained network, which has it in its weights.</param>
sealed unsafe class PixelRows(ReadOnlyMemory<byte> pixels, int features, float scale) : InputRows
{
    public override int Rows { get; } = pixels.Length / features;

    public override int Features => features;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Load(int row, SparseRows batch, int batchRow)
    {
        var bytes = pixels.Span.Slice(row * features, batch.End);
        var nonZero = batch.Row(batchRow);
        var i = batch.First;
        fixed (byte* start = bytes)
        {
            for (; i + Vector512<byte>.Count <= bytes.Length; i += Vector512<byte>.Count)
            {
                var zeros = Vector512.Equals(Vector512.Load(start + i), Vector512<byte>.Zero).ExtractMostSignificantBits();
                for (var nonZeros = ~zeros; nonZeros != 0; nonZeros &= nonZeros - 1)
                {
                    var index = i + BitOperations.TrailingZeroCount(nonZeros);
                    *nonZero++ = new NonZero(index, start[index] * scale);
                }
            }
            for (; i < bytes.Length; i++)
            {
                if (start[i] != 0)
                    *nonZero++ = new NonZero(i, start[i] * scale);
            }
        }
        *nonZero = NonZero.End;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Load(int row, float* destination)
    {
        var bytes = pixels.Span.Slice(row * features, features);
        for (var i = 0; i < bytes.Length; i++)
            destination[i] = bytes[i] * scale;
    }

    public override InputRows Compact() =>
        features <= CompactPixelRows.MaxFeatures ? new CompactPixelRows(pixels.Span, features, scale) : this;
}
