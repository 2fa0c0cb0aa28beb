namespace MnistMl;

/// <summary>The checksum of ZIP and PNG files: CRC-32 as in ISO 3309.</summary>
static class Crc32
{
    const uint Polynomial = 0xEDB88320;

    static readonly uint[] _table = [.. Enumerable.Range(0, 256).Select(value => OfBits((uint)value))];

    /// <summary>The checksum of bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var value in bytes)
            crc = (crc >> 8) ^ _table[(byte)crc ^ value];
        return ~crc;
    }

    static uint OfBits(uint bits)
    {
        for (var bit = 0; bit < 8; bit++)
            bits = (bits >> 1) ^ ((bits & 1) * Polynomial);
        return bits;
    }
}
