namespace MnistMl.Images;

/// <summary>Tells light ink on dark paper from dark ink on light paper.</summary>
static class Polarity
{
    const int ThumbnailSide = 120;

    /// <summary>Share of the border that must be of one kind for it to decide, and for it to do so whatever the light.</summary>
    const double Clear = 0.65, Certain = 0.95;

    /// <summary>
    /// Whether the paper is darker than the ink. The paper is what is at the border, in one of Otsu's two classes, once the slow
    /// change of the light is taken away. Where the border is of both, ink is what is the rarer: the tail of the histogram.
    /// </summary>
    /// <param name="gray">The image.</param>
    public static bool IsPaperDark(Plane gray)
    {
        var image = Resampling.Limit(gray, ThumbnailSide);
        var share = LightShare(image);
        if (share is >= Certain or <= 1 - Certain)
            return share < Clear;
        var flat = SmoothLight.Remove(image);
        share = LightShare(flat);
        if (share >= Clear)
            return false;
        return share <= 1 - Clear || Skewness(flat) > 0;
    }

    /// <summary>The share of the border that is of the lighter of Otsu's classes.</summary>
    static double LightShare(Plane flat)
    {
        var threshold = Otsu.Threshold(flat.Values);
        var (light, count) = (0, 0);
        var margin = Math.Max(1, Math.Min(flat.Width, flat.Height) / 40);
        for (var y = 0; y < flat.Height; y++)
        {
            for (var x = 0; x < flat.Width; x++)
            {
                if (x >= margin && x < flat.Width - margin && y >= margin && y < flat.Height - margin)
                    continue;
                count++;
                if (flat[x, y] >= threshold)
                    light++;
            }
        }
        return (double)light / count;
    }

    static double Skewness(Plane flat)
    {
        var mean = flat.LocalMean(Math.Max(2, Math.Min(flat.Width, flat.Height) / 6), []);
        var sum = 0.0;
        for (var i = 0; i < mean.Values.Length; i++)
            sum += Math.Pow(flat.Values[i] - mean.Values[i], 3);
        return sum;
    }
}
