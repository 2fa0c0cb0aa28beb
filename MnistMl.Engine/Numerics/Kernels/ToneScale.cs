using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MnistMl.Numerics.Kernels;

/// <summary>A linear change of brightness.</summary>
static unsafe class ToneScale
{
    const int Unit = 256, AtOnce = 16;

    /// <summary>
    /// pixels = paper + pixels·(ink − paper) ÷ 255, up to 1 off, in whole numbers that are the same on every processor.
    /// </summary>
    /// <param name="pixels">[length], with room for 15 bytes more, which are overwritten.</param>
    /// <param name="length">Number of pixels.</param>
    /// <param name="paper">What 0 becomes.</param>
    /// <param name="ink">What 255 becomes, from <paramref name="paper"/> to 255.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(byte* pixels, nint length, float paper, float ink)
    {
        // The factor is rounded up and the rest down: 255 becomes no less than the ink, and no sum reaches 2 to the 16.
        var factor = Vector256.Create((ushort)MathF.Ceiling((ink - paper) * Unit / byte.MaxValue));
        var start = Vector256.Create((ushort)(paper * Unit));
        for (nint i = 0; i < length; i += AtOnce)
        {
            var sum = Vector256.WidenLower(Vector128.Load(pixels + i).ToVector256Unsafe()) * factor + start;
            var toned = sum >> 8;
            Vector128.Narrow(toned.GetLower(), toned.GetUpper()).Store(pixels + i);
        }
    }
}
