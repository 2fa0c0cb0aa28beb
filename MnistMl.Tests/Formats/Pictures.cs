using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace MnistMl.Tests.Formats;

/// <summary>Gray pictures to read.</summary>
static class Pictures
{
    /// <summary>Pixels that are told apart by a number.</summary>
    public static byte[] Pixels(int number, int count = 6) => [.. Enumerable.Range(0, count).Select(i => (byte)(number * 10 + i))];

    /// <summary>A picture as a PNG file holds it.</summary>
    public static byte[] Png(byte[] gray, int width)
    {
        using var image = Image.LoadPixelData<L8>(gray, width, gray.Length / width);
        using var stream = new MemoryStream();
        image.SaveAsPng(stream);
        return stream.ToArray();
    }

    /// <summary>A dark stroke from top to bottom on a large white sheet.</summary>
    public static byte[] Stroke()
    {
        const int side = 120;
        return Png([.. Enumerable.Range(0, side * side).Select(i => (byte)(i % side is >= 54 and < 66 && i / side is >= 20 and < 100 ? 20 : 230))], side);
    }
}
