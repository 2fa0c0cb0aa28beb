using System.Runtime.CompilerServices;

namespace MnistMl.Network;

/// <summary>Rows of floats.</summary>
/// <param name="values">[rows, features]</param>
/// <param name="features">Length of a row.</param>
sealed unsafe class FloatRows(float[] values, int features) : InputRows
{
    public override int Rows { get; } = values.Length / features;

    public override int Features => features;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Load(int row, SparseRows batch, int batchRow)
    {
        var floats = values.AsSpan(row * features, batch.End);
        var nonZero = batch.Row(batchRow);
        for (var i = batch.First; i < floats.Length; i++)
        {
            if (floats[i] != 0)
                *nonZero++ = new NonZero(i, floats[i]);
        }
        *nonZero = NonZero.End;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Load(int row, float* destination) =>
        values.AsSpan(row * features, features).CopyTo(new Span<float>(destination, features));
}
