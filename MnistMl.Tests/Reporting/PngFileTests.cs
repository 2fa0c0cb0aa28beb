using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using MnistMl.Reporting;

namespace MnistMl.Tests.Reporting;

public sealed class PngFileTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(28, 28)]
    [InlineData(300, 7)]
    public void An_image_is_read_back_by_the_formats_rules(int width, int height)
    {
        var pixels = new byte[width * height];
        new Random(width).NextBytes(pixels);
        using var file = new MemoryStream();
        PngFile.Write(file, pixels, width);

        file.Position = 0;
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], ReadBytes(file, 8));
        var header = ReadChunk(file, "IHDR");
        Assert.Equal(width, BinaryPrimitives.ReadInt32BigEndian(header));
        Assert.Equal(height, BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)));
        // Eight bits, grey, deflated, the only filter method, not interlaced.
        Assert.Equal([8, 0, 0, 0, 0], header[8..]);

        using var zlib = new ZLibStream(new MemoryStream(ReadChunk(file, "IDAT")), CompressionMode.Decompress);
        for (var row = 0; row < height; row++)
        {
            Assert.Equal(0, zlib.ReadByte());
            Assert.Equal(pixels[(row * width)..((row + 1) * width)], ReadBytes(zlib, width));
        }
        Assert.Equal(-1, zlib.ReadByte());
        Assert.Empty(ReadChunk(file, "IEND"));
        Assert.Equal(file.Length, file.Position);
    }

    [Fact]
    public void The_checksum_is_that_of_the_standard()
    {
        Assert.Equal(0xCBF43926, Crc32.Of("123456789"u8));
        Assert.Equal(0xAE426082, Crc32.Of("IEND"u8));
    }

    static byte[] ReadChunk(Stream file, string type)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(ReadBytes(file, 4));
        var checkedBytes = ReadBytes(file, 4 + length);
        Assert.Equal(Crc32.Of(checkedBytes), BinaryPrimitives.ReadUInt32BigEndian(ReadBytes(file, 4)));
        Assert.Equal(type, Encoding.ASCII.GetString(checkedBytes[..4]));
        return checkedBytes[4..];
    }

    static byte[] ReadBytes(Stream stream, int count)
    {
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
