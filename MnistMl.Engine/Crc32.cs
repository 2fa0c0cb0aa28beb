namespace MnistMl;

/// <summary>The checksum of ZIP, gzip and PNG files: CRC-32 as in ISO 3309.</summary>
static class Crc32
{
    /// <summary>The generator polynomial, its bits reversed.</summary>
    const uint Polynomial = 0xEDB88320;

    static readonly uint[] _table = [.. Enumerable.Range(0, 256).Select(index => Remainder((uint)index))];

    /// <summary>The checksum of bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
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
