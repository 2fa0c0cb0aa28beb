using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace MnistMl.Reporting;

/// <summary>Writes images as PNG files, in gray or of up to 256 colors (W3C, "Portable Network Graphics, third edition", 2025).</summary>
static class PngFile
{
    const byte BitsPerPixel = 8, Gray = 0, Indexed = 3, Unfiltered = 0;

    /// <summary>Writes a gray image to a stream.</summary>
    /// <param name="stream">A stream to write to; it is left open.</param>
    /// <param name="pixels">[height, width]: from 0 for black to 255 for white.</param>
    /// <param name="width">Pixels in a row, at least 1.</param>
    public static void Write(Stream stream, ReadOnlySpan<byte> pixels, int width) => Write(stream, pixels, width, []);

    /// <summary>Writes an image of some colors to a stream.</summary>
    /// <param name="stream">A stream to write to; it is left open.</param>
    /// <param name="pixels">[height, width]: the number of each pixel's color.</param>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="colors">The colors, at most 256, with their opacity.</param>
    public static void Write(
        Stream stream, ReadOnlySpan<byte> pixels, int width, IReadOnlyList<(byte Red, byte Green, byte Blue, byte Opacity)> colors)
    {
        var height = pixels.Length / width;
        stream.Write([0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n']);

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (BitsPerPixel, colors.Count > 0 ? Indexed : Gray);
        WriteChunk(stream, "IHDR", header);
        if (colors.Count > 0)
        {
            WriteChunk(stream, "PLTE", [.. colors.SelectMany(color => (byte[])[color.Red, color.Green, color.Blue])]);
            WriteChunk(stream, "tRNS", [.. colors.Select(color => color.Opacity)]);
        }

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var row = 0; row < height; row++)
            {
                zlib.WriteByte(Unfiltered);
                zlib.Write(pixels.Slice(row * width, width));
            }
        }
        WriteChunk(stream, "IDAT", packed.ToArray());
        WriteChunk(stream, "IEND", []);
    }

    static void WriteChunk(Stream stream, string type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        stream.Write(number);
        byte[] checkedBytes = [.. Encoding.ASCII.GetBytes(type), .. content];
        stream.Write(checkedBytes);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(checkedBytes));
        stream.Write(number);
    }
}
