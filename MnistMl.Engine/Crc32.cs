namespace MnistMl;

/// <summary>The checksum of ZIP, gzip and PNG files: CRC-32 as in ISO 3309.</summary>
static class Crc32
{
    /// <summary>The generator polynomial, its bits reversed.</summary>
    const uint Polynomial = 0xEDB88320;

    static readonly uint[] _table = [.. Enumerable.Range(0, 256).Select(index => Remainder((uint)index))];

    /// <summary>The checksum of bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="before">The checksum of those before them, if any.</param>
    public static uint Of(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        var crc = ~before;
        foreach (var value in bytes)
            crc = (crc >> 8) ^ _table[(byte)crc ^ value];
        return ~crc;
    }

    static uint Remainder(uint value)
    {
        for (var bit = 0; bit < 8; bit++)
            value = (value >> 1) ^ ((value & 1) * Polynomial);
        return value;
    }
}
