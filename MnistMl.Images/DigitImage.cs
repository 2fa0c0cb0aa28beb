namespace MnistMl.Images;

/// <summary>A picture in MNIST's form.</summary>
public sealed class DigitImage
{
    internal DigitImage(byte[]? pixels, Box? box, IReadOnlyList<ImageStep> steps, IReadOnlyList<string> warnings) =>
        (Pixels, Box, Steps, Warnings) = (pixels, box, steps, warnings);

    /// <summary>[28, 28]: from 0 for paper to 255 for ink; null if no digit is seen.</summary>
    public byte[]? Pixels { get; }

    /// <summary>Where the ink is, in pixels of the file, turned as it says; null if no digit is seen.</summary>
    public Box? Box { get; }

    /// <summary>What was done, if it was asked for; else none.</summary>
    public IReadOnlyList<ImageStep> Steps { get; }

    /// <summary>Why it may be wrong, a sentence each; where there are no pixels, why there are none.</summary>
    public IReadOnlyList<string> Warnings { get; }
}

/// <summary>An image on the way from a picture to MNIST's form.</summary>
public sealed class ImageStep
{
    internal ImageStep(string name, Plane image) => (Name, Image) = (name, image);

    /// <summary>What was done: one of <see cref="MnistForm.Steps"/>.</summary>
    public string Name { get; }

    /// <summary>Pixels in a line.</summary>
    public int Width => Image.Width;

    /// <summary>Number of lines.</summary>
    public int Height => Image.Height;

    /// <summary>The image, from 0 for black to 255 for white.</summary>
    internal Plane Image { get; }

    /// <summary>The image.</summary>
    /// <returns>[height, width]: from 0 for black to 255 for white.</returns>
    public byte[] ToPixels() => Array.ConvertAll(Image.Values, value => (byte)value);
}
