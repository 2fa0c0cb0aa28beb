using System.Runtime.CompilerServices;

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
        var bytes = pixels.Span.Slice(row * features, features);
        var indices = batch.Indices(batchRow);
        var values = batch.Values(batchRow);
        var count = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != 0)
            {
                indices[count] = i;
                values[count++] = bytes[i] * scale;
            }
        }
        batch.Count(batchRow) = count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Load(int row, float* destination)
    {
        var bytes = pixels.Span.Slice(row * features, features);
        for (var i = 0; i < bytes.Length; i++)
            destination[i] = bytes[i] * scale;
    }
}
