using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MnistMl.Numerics.Kernels;

/// <summary>Which outputs of a row dropout zeroes: the same with any instruction set.</summary>
static unsafe class DropoutMask
{
    /// <summary>
    /// Zeroes a random share of a row's outputs, and divides the others by 1 − share (inverted dropout).
    /// </summary>
    /// <param name="values">[count]</param>
    /// <param name="count">A multiple of <see cref="KernelSet.Alignment"/>.</param>
    /// <param name="key">The key of the choice: for the outputs after these, it is higher by their count.</param>
    /// <param name="share">The share, from 0 to below 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(float* values, nint count, uint key, float share)
    {
        var numbers = Vector512<uint>.Indices + Vector512.Create(key);
        var (factor, end) = (Vector512.Create(1 / (1 - share)), Vector512.Create((int)(share * (1L << 31))));
        for (nint i = 0; i < count; i += Vector512<float>.Count)
        {
            var isKept = Vector512.GreaterThanOrEqual((RandomBits.Of(numbers) >> 1).AsInt32(), end).AsSingle();
            (isKept & (Vector512.Load(values + i) * factor)).Store(values + i);
            numbers += Vector512.Create((uint)Vector512<uint>.Count);
        }
    }
}
