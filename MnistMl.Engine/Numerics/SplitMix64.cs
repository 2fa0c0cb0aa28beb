namespace MnistMl.Numerics;

/// <summary>
/// Random numbers that any thread can draw for any row without drawing those before (Steele, Lea and Flood, "Fast
/// splittable pseudorandom number generators", 2014).
/// </summary>
/// <param name="state">Where to start.</param>
struct SplitMix64(ulong state)
{
    /// <summary>The numbers of a row in an epoch.</summary>
    public static SplitMix64 For(int seed, long epoch, int row) =>
        new(Mix(Mix(Mix((ulong)seed) + (ulong)epoch) + (ulong)row));

    /// <summary>64 random bits.</summary>
    public ulong Next() => Mix(state += 0x9E3779B97F4A7C15);

    /// <summary>A whole number from 0 up to <paramref name="count"/>, excluded; all are as good as equally likely (Lemire 2019).</summary>
    /// <param name="count">At least 1.</param>
    public int NextBelow(int count) => (int)((Next() >> 32) * (uint)count >> 32);

    /// <summary>From 0 up to 1, 1 excluded.</summary>
    public float NextShare() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>From −1 up to 1, 1 excluded.</summary>
    public float NextSigned() => 2 * NextShare() - 1;

    static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
