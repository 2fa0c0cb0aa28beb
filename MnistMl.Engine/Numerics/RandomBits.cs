using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MnistMl.Numerics;

/// <summary>Many random numbers at once, each of its own number, the same with any instruction set.</summary>
static class RandomBits
{
    /// <summary>32 random bits for each number: a good hash by two multiplications, Wellons' lowbias32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Of(Vector512<uint> numbers)
    {
        var bits = numbers * 0x9E3779B9;
        bits = (bits ^ (bits >> 16)) * 0x7FEB352D;
        bits = (bits ^ (bits >> 15)) * 0x846CA68B;
        return bits ^ (bits >> 16);
    }
}
