using System.Numerics;
using System.Runtime.InteropServices;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Advanced;
using SixLabors.ImageSharp.PixelFormats;

namespace MnistMl.Images;

/// <summary>A picture that was read, without transparency.</summary>
public sealed class Picture
{
    const int Channels = 3;

    /// <summary>[height, width, 3]: red, green and blue.</summary>
    readonly byte[] _pixels;

    /// <summary>Takes the pixels of a picture.</summary>
    /// <param name="pixels">[height, width, 3]: red, green and blue, from 0 to 255.</param>
    /// <param name="width">Pixels in a line.</param>
    /// <param name="height">Number of lines.</param>
    /// <param name="reduction">How many pixels of the file are one of these, in each direction.</param>
    internal Picture(byte[] pixels, int width, int height, int reduction = 1)
    {
        (_pixels, Width, Height, Reduction) = (pixels, width, height, reduction);
        var isGray = true;
        for (var i = 0; i < pixels.Length && isGray; i += Channels)
            isGray = pixels[i] == pixels[i + 1] && pixels[i] == pixels[i + 2];
        IsGray = isGray;
    }

    /// <summary>Pixels in a line: less than twice <see cref="PictureDecoder.MaxSide"/>.</summary>
    public int Width { get; }

    /// <summary>Number of lines: less than twice <see cref="PictureDecoder.MaxSide"/>.</summary>
    public int Height { get; }

    /// <summary>How many pixels of the file are one of the picture's, in each direction.</summary>
    public int Reduction { get; }

    /// <summary>Whether all pixels are gray.</summary>
    internal bool IsGray { get; }

    /// <summary>Red, green and blue of a pixel.</summary>
    internal (byte Red, byte Green, byte Blue) this[int x, int y]
    {
        get
        {
            var pixel = _pixels.AsSpan((y * Width + x) * Channels, Channels);
            return (pixel[0], pixel[1], pixel[2]);
        }
    }

    /// <summary>The whole picture.</summary>
    internal Box Bounds => new(0, 0, Width, Height);

    /// <summary>Takes a picture from an image without transparency.</summary>
    /// <param name="image">The image.</param>
    /// <param name="reduction">How many of its pixels become one, in each direction.</param>
    internal static Picture Of(Image<Rgb24> image, int reduction) => Reduce(image.Width, image.Height, reduction, (y, line) =>
        MemoryMarshal.AsBytes(image.DangerousGetPixelRowMemory(y).Span).CopyTo(line));

    /// <summary>
    /// Lays an image on paper. Where most of the border is opaque, the paper is what is there; else what is opaque is ink, and the
    /// paper white or black, whichever differs more from it.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="reduction">How many of its pixels become one, in each direction.</param>
    internal static Picture Compose(Image<Rgba32> image, int reduction)
    {
        var (red, green, blue) = Paper(image);
        return Reduce(image.Width, image.Height, reduction, (y, line) =>
        {
            var pixels = image.DangerousGetPixelRowMemory(y).Span;
            for (var x = 0; x < pixels.Length; x++)
            {
                var (pixel, opacity) = (pixels[x], pixels[x].A / (float)byte.MaxValue);
                line[Channels * x] = (byte)MathF.Round(red + opacity * (pixel.R - red));
                line[Channels * x + 1] = (byte)MathF.Round(green + opacity * (pixel.G - green));
                line[Channels * x + 2] = (byte)MathF.Round(blue + opacity * (pixel.B - blue));
            }
        });
    }

    /// <summary>The colors of a part, in which a whole number of pixels becomes one, so that the longer side is at most <paramref name="side"/>.</summary>
    /// <param name="part">The part; what is beyond the last whole pixel is left out.</param>
    /// <param name="side">The longest side.</param>
    internal (Colors Colors, int Factor) Shrink(Box part, int side)
    {
        var factor = (part.LongerSide + side - 1) / side;
        var (width, height) = (Math.Max(1, part.Width / factor), Math.Max(1, part.Height / factor));
        var planes = new Plane[IsGray ? 1 : Channels];
        for (var channel = 0; channel < planes.Length; channel++)
            planes[channel] = Plane.ToWrite(width, height);
        var lines = Math.Min(factor, part.Height);
        var columns = Math.Min(factor, part.Width);
        var (step, scale) = (Channels * columns, 1f / (lines * columns));
        var sums = new ushort[Channels * part.Width];
        for (var y = 0; y < height; y++)
        {
            Array.Clear(sums);
            for (var line = 0; line < lines; line++)
                Add(_pixels.AsSpan(((part.Top + y * lines + line) * Width + part.Left) * Channels, sums.Length), sums);
            for (var x = 0; x < width; x++)
            {
                var (red, green, blue) = (0, 0, 0);
                for (var i = x * step; i < (x + 1) * step; i += Channels)
                {
                    red += sums[i];
                    green += sums[i + 1];
                    blue += sums[i + 2];
                }
                planes[0].Values[y * width + x] = red * scale;
                if (planes.Length == 1)
                    continue;
                planes[1].Values[y * width + x] = green * scale;
                planes[2].Values[y * width + x] = blue * scale;
            }
        }
        return (planes.Length == 1 ? new(planes[0], planes[0], planes[0]) : new(planes[0], planes[1], planes[2]), factor);
    }

    delegate void LineReader(int y, Span<byte> line);

    static Picture Reduce(int width, int height, int reduction, LineReader read)
    {
        // What is left over at the right and at the bottom is no whole pixel.
        var (newWidth, newHeight) = (Math.Max(1, width / reduction), Math.Max(1, height / reduction));
        var (columns, lines) = (Math.Min(reduction, width), Math.Min(reduction, height));
        var pixels = GC.AllocateUninitializedArray<byte>(newWidth * newHeight * Channels);
        if (reduction == 1)
        {
            for (var y = 0; y < height; y++)
                read(y, pixels.AsSpan(y * width * Channels, width * Channels));
            return new(pixels, width, height);
        }
        var (line, sums) = (new byte[width * Channels], new ushort[width * Channels]);
        for (var y = 0; y < newHeight; y++)
        {
            Array.Clear(sums);
            for (var i = 0; i < lines; i++)
            {
                read(y * lines + i, line);
                Add(line, sums);
            }
            var target = pixels.AsSpan(y * newWidth * Channels, newWidth * Channels);
            for (var i = 0; i < target.Length; i++)
            {
                var (x, channel) = Math.DivRem(i, Channels);
                var sum = 0;
                for (var column = 0; column < columns; column++)
                    sum += sums[Channels * (x * columns + column) + channel];
                target[i] = (byte)((sum + lines * columns / 2) / (lines * columns));
            }
        }
        return new(pixels, newWidth, newHeight, reduction);
    }

    /// <summary>Adds bytes to sums of at most 257 of them.</summary>
    static void Add(ReadOnlySpan<byte> line, Span<ushort> sums)
    {
        var i = 0;
        for (; i <= line.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(line[i..]), out var low, out var high);
            var half = sums[(i + Vector<ushort>.Count)..];
            (new Vector<ushort>(sums[i..]) + low).CopyTo(sums[i..]);
            (new Vector<ushort>(half) + high).CopyTo(half);
        }
        for (; i < line.Length; i++)
            sums[i] += line[i];
    }

    static (float Red, float Green, float Blue) Paper(Image<Rgba32> image)
    {
        var (border, all) = (default(Sum), default(Sum));
        for (var y = 0; y < image.Height; y++)
        {
            var line = image.DangerousGetPixelRowMemory(y).Span;
            for (var x = 0; x < line.Length; x++)
            {
                all.Add(line[x]);
                if (y == 0 || y == image.Height - 1 || x == 0 || x == line.Length - 1)
                    border.Add(line[x]);
            }
        }
        if (border.Alpha > border.Count * byte.MaxValue / 2)
            return ((float)(border.Red / border.Alpha), (float)(border.Green / border.Alpha), (float)(border.Blue / border.Alpha));
        var light = InkChannel.Light.Red * all.Red + InkChannel.Light.Green * all.Green + InkChannel.Light.Blue * all.Blue;
        return light > all.Alpha * 127.5 ? default : (255, 255, 255);
    }

    struct Sum
    {
        public long Count, Alpha;
        public double Red, Green, Blue;

        public void Add(Rgba32 pixel)
        {
            Count++;
            Alpha += pixel.A;
            Red += pixel.R * pixel.A;
            Green += pixel.G * pixel.A;
            Blue += pixel.B * pixel.A;
        }
    }
}
