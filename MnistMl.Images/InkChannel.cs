using System.Numerics;

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
        var light = Light.Of(thumbnail);
        var lightContrast = LocalContrast(light);
        var (best, greatest) = (Light, ClearlyBetter * lightContrast);
        foreach (var color in _colors)
        {
            var plane = color.Of(thumbnail);
            if (MaxContrast(plane, light, lightContrast) > greatest && LocalContrast(plane) is var contrast && contrast > greatest)
                (best, greatest) = (color, contrast);
        }
        return best;
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
        var (red, green, blue) = (colors.Red.Values, colors.Green.Values, colors.Blue.Values);
        var result = Plane.ToWrite(colors.Red.Width, colors.Red.Height);
        var i = 0;
        for (; i <= result.Values.Length - Vector<float>.Count; i += Vector<float>.Count)
            (Red * new Vector<float>(red, i) + Green * new Vector<float>(green, i) + Blue * new Vector<float>(blue, i)).CopyTo(result.Values, i);
        for (; i < result.Values.Length; i++)
            result.Values[i] = Red * red[i] + Green * green[i] + Blue * blue[i];
        return result;
    }

    /// <summary>
    /// What the local contrast of a color cannot exceed, in less time: that of the light, times how much brighter or darker it is, and by
    /// how much it differs from that, as the greatest and least values of a sum are no more than those of both parts.
    /// </summary>
    static float MaxContrast(Plane color, Plane light, float lightContrast)
    {
        var factor = color.Values.Sum() / Math.Max(1, light.Values.Sum());
        var differences = new float[light.Values.Length];
        for (var i = 0; i < differences.Length; i++)
            differences[i] = color.Values[i] - factor * light.Values[i];
        var (min, max) = Plane.Range(differences);
        return factor * lightContrast + max - min;
    }

    /// <summary>How much the pixels that differ most from what is around strokes do: neither slow light nor the edge of a sheet plays a part in it.</summary>
    static float LocalContrast(Plane thumbnail)
    {
        const double share = 0.985;
        // The greatest of many pixels would be noise.
        var smooth = thumbnail.Smooth();
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
