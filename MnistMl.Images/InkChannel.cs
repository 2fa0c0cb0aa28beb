namespace MnistMl.Images;

/// <summary>The color channel in which ink and paper differ most: weights of red, green and blue.</summary>
readonly record struct InkChannel(float Red, float Green, float Blue)
{
    const int ThumbnailSide = 120;

    /// <summary>The longer side, in half-widths of the thickest strokes.</summary>
    const int StrokesInSide = 15;

    /// <summary>By how much a channel must be better than the light, which has the least noise.</summary>
    const float ClearlyBetter = 1.15f;

    /// <summary>The light that the eye sees (ITU-R BT.601).</summary>
    public static InkChannel Light { get; } = new(0.299f, 0.587f, 0.114f);

    static readonly InkChannel[] _colors = [new(1, 0, 0), new(0, 1, 0), new(0, 0, 1)];

    /// <summary>The light, or red, green or blue where ink differs clearly more from the paper around it.</summary>
    public static InkChannel Choose(Colors colors)
    {
        if (colors.IsGray)
            return Light;
        var thumbnail = new Colors(
            Resampling.Limit(colors.Red, ThumbnailSide), Resampling.Limit(colors.Green, ThumbnailSide), Resampling.Limit(colors.Blue, ThumbnailSide));
        var (best, contrast) = _colors.Select(color => (Color: color, Contrast: LocalContrast(color.Of(thumbnail)))).MaxBy(color => color.Contrast);
        return contrast > ClearlyBetter * LocalContrast(Light.Of(thumbnail)) ? best : Light;
    }

    /// <summary>The channel of some colors.</summary>
    public Plane Of(Colors colors)
    {
        if (colors.IsGray || Red == 1)
            return colors.Red;
        if (Green == 1)
            return colors.Green;
        if (Blue == 1)
            return colors.Blue;
        var result = new Plane(colors.Red.Width, colors.Red.Height);
        for (var i = 0; i < result.Values.Length; i++)
            result.Values[i] = Red * colors.Red.Values[i] + Green * colors.Green.Values[i] + Blue * colors.Blue.Values[i];
        return result;
    }

    /// <summary>How much the pixels that differ most from what is around strokes do: neither slow light nor the edge of a sheet plays a part in it.</summary>
    static float LocalContrast(Plane thumbnail)
    {
        const double share = 0.985;
        // The greatest of many pixels would be noise.
        var smooth = thumbnail.LocalMean(1, []);
        var radius = Math.Max(1, Math.Max(thumbnail.Width, thumbnail.Height) / StrokesInSide);
        // A table of which little is seen is no stroke.
        var (closed, opened) = (Morphology.CloseBeyondBorder(smooth, radius), Morphology.OpenBeyondBorder(smooth, radius));
        var differences = new float[smooth.Values.Length];
        for (var i = 0; i < differences.Length; i++)
            differences[i] = Math.Max(closed.Values[i] - smooth.Values[i], smooth.Values[i] - opened.Values[i]);
        return Plane.Quantile(differences, share);
    }
}

/// <summary>The colors of a picture or of a part of it, from 0 to 255. Those of a gray one are the same plane.</summary>
sealed record Colors(Plane Red, Plane Green, Plane Blue)
{
    public bool IsGray => ReferenceEquals(Red, Green) && ReferenceEquals(Red, Blue);
}
