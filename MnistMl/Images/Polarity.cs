namespace MnistMl.Images;

/// <summary>Tells light ink on dark paper from dark ink on light paper.</summary>
static class Polarity
{
    const int ThumbnailSide = 120;

    /// <summary>Share of the border that must be of one kind for it to decide.</summary>
    const double Clear = 0.65;

    /// <summary>
    /// Whether the paper is darker than the ink. The paper is what is at the border, in one of Otsu's two classes, once the slow
    /// change of the light is taken away. Where the border is of both, ink is what is the rarer: the tail of the histogram.
    /// </summary>
    /// <param name="gray">The image.</param>
    public static bool IsPaperDark(Plane gray)
    {
        var image = Resampling.Limit(gray, ThumbnailSide);
        var flat = SmoothLight.Remove(image);
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
        if (light >= Clear * count)
            return false;
        return light <= (1 - Clear) * count || Skewness(flat) > 0;
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
