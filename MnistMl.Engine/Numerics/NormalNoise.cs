using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MnistMl.Numerics;

/// <summary>
/// Many random numbers at once, as good as normal: each is the sum of four uniform bytes, less its mean.
/// </summary>
static unsafe class NormalNoise
{
    const int Bytes = 4;

    const double Variance = Bytes * (256.0 * 256.0 - 1) / 12;

    const int Mean = Bytes * byte.MaxValue / 2;

    /// <summary>
    /// Fills an array with numbers of mean 0. The same key gives the same numbers with any instruction set.
    /// </summary>
    /// <param name="key">What the numbers depend on.</param>
    /// <param name="deviation">Their standard deviation.</param>
    /// <param name="destination">[length]</param>
    /// <param name="length">A multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(uint key, double deviation, float* destination, nint length)
    {
        var counter = Vector512<uint>.Indices + Vector512.Create(key);
        var scale = Vector512.Create((float)(deviation / Math.Sqrt(Variance)));
        var everyOtherByte = Vector512.Create(0x00FF00FFu);
        for (nint i = 0; i < length; i += Vector512<uint>.Count)
        {
            var bits = RandomBits.Of(counter);
            var pairs = (bits & everyOtherByte) + ((bits >> 8) & everyOtherByte);
            var sums = (pairs & Vector512.Create(0xFFFFu)) + (pairs >> 16);
            Vector512.Store(
                scale * Vector512.ConvertToSingle(sums.AsInt32() - Vector512.Create(Mean)), destination + i);
            counter += Vector512.Create((uint)Vector512<uint>.Count);
        }
    }
}
