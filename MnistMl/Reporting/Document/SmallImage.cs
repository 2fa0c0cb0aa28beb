namespace MnistMl.Reporting.Document;

/// <summary>An image as a PNG file, small enough for many of them to go into a document.</summary>
/// <param name="Png">The file.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Width">Width in pixels.</param>
sealed record SmallImage(byte[] Png, int Height, int Width)
{
    /// <summary>A larger image is made smaller.</summary>
    const int MaxSide = 40;

    /// <summary>The image as the address of itself.</summary>
    public string Address => $"data:image/png;base64,{Convert.ToBase64String(Png)}";

    /// <summary>The image of a row.</summary>
    /// <param name="pixels">[height, width]</param>
    /// <param name="max">The value of white, at least 1.</param>
    /// <param name="height">Height of the row's image.</param>
    /// <param name="width">Width of the row's image.</param>
    public static SmallImage Of(ReadOnlySpan<byte> pixels, int max, int height, int width)
    {
        var image = Array.ConvertAll(pixels.ToArray(), pixel => (float)pixel);
        (image, height, width) = Reduce(image, height, width);
        return Of(Array.ConvertAll(image, pixel => (byte)Math.Clamp(pixel * byte.MaxValue / max, 0, byte.MaxValue)), height, width, []);
    }

    /// <summary>An image of colors by number.</summary>
    public static SmallImage Of(byte[] pixels, int height, int width, IReadOnlyList<(byte Red, byte Green, byte Blue, byte Opacity)> colors)
    {
        using var file = new MemoryStream();
        PngFile.Write(file, pixels, width, colors);
        return new(file.ToArray(), height, width);
    }

    /// <summary>Means of squares of pixels, as many as make the image small enough.</summary>
    /// <param name="image">[height, width]</param>
    /// <param name="height">Its height.</param>
    /// <param name="width">Its width.</param>
    public static (float[] Image, int Height, int Width) Reduce(float[] image, int height, int width)
    {
        var factor = (Math.Max(height, width) + MaxSide - 1) / MaxSide;
        if (factor <= 1)
            return (image, height, width);
        var (rows, columns) = ((height + factor - 1) / factor, (width + factor - 1) / factor);
        var (sums, counts) = (new float[rows * columns], new int[rows * columns]);
        for (var i = 0; i < image.Length; i++)
        {
            var place = i / width / factor * columns + i % width / factor;
            sums[place] += image[i];
            counts[place]++;
        }
        return ([.. sums.Zip(counts, (sum, count) => sum / count)], rows, columns);
    }
}
