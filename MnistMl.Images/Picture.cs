using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace MnistMl.Images;

/// <summary>A picture that was read, without transparency. Its longer side is at most <see cref="PictureDecoder.MaxSide"/>.</summary>
public sealed class Picture
{
    const int MaxAlpha = 255;

    /// <summary>Weights of the colors in the light that the eye sees (ITU-R BT.601).</summary>
    const float RedWeight = 0.299f, GreenWeight = 0.587f, BlueWeight = 0.114f;

    /// <summary>Puts a picture together.</summary>
    /// <param name="red">From 0 to 255, as the others.</param>
    /// <param name="green">Of the same size.</param>
    /// <param name="blue">Of the same size.</param>
    internal Picture(Plane red, Plane green, Plane blue) => (Red, Green, Blue) = (red, green, blue);

    /// <summary>Pixels in a line.</summary>
    public int Width => Red.Width;

    /// <summary>Number of lines.</summary>
    public int Height => Red.Height;

    internal Plane Red { get; }

    internal Plane Green { get; }

    internal Plane Blue { get; }

    /// <summary>Whether all pixels are gray.</summary>
    internal bool IsGray => Red.Values.AsSpan().SequenceEqual(Green.Values) && Red.Values.AsSpan().SequenceEqual(Blue.Values);

    /// <summary>The light.</summary>
    internal Plane Luminance()
    {
        if (IsGray)
            return Red;
        var result = new Plane(Width, Height);
        for (var i = 0; i < result.Values.Length; i++)
            result.Values[i] = RedWeight * Red.Values[i] + GreenWeight * Green.Values[i] + BlueWeight * Blue.Values[i];
        return result;
    }

    /// <summary>
    /// Lays an image on paper. Where most of the border is opaque, the paper is what is there; else what is opaque is ink, and the
    /// paper white or black, whichever differs more from it.
    /// </summary>
    internal static Picture Compose(Image<Rgba32> image)
    {
        var pixels = new Rgba32[image.Width * image.Height];
        image.CopyPixelDataTo(pixels);
        var (red, green, blue) = Paper(pixels, image.Width);
        var picture = new Picture(new(image.Width, image.Height), new(image.Width, image.Height), new(image.Width, image.Height));
        for (var i = 0; i < pixels.Length; i++)
        {
            var pixel = pixels[i];
            var opacity = pixel.A / (float)MaxAlpha;
            picture.Red.Values[i] = red + opacity * (pixel.R - red);
            picture.Green.Values[i] = green + opacity * (pixel.G - green);
            picture.Blue.Values[i] = blue + opacity * (pixel.B - blue);
        }
        return picture;
    }

    static (float Red, float Green, float Blue) Paper(Rgba32[] pixels, int width)
    {
        var (border, all) = (default(Sum), default(Sum));
        for (var i = 0; i < pixels.Length; i++)
        {
            all.Add(pixels[i]);
            if (i < width || i >= pixels.Length - width || i % width == 0 || i % width == width - 1)
                border.Add(pixels[i]);
        }
        if (border.Alpha > border.Count * MaxAlpha / 2)
            return ((float)(border.Red / border.Alpha), (float)(border.Green / border.Alpha), (float)(border.Blue / border.Alpha));
        var light = RedWeight * all.Red + GreenWeight * all.Green + BlueWeight * all.Blue;
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
