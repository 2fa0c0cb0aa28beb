namespace MnistMl.Images;

/// <summary>Tells light ink on dark paper from dark ink on light paper.</summary>
static class Polarity
{
    const int ThumbnailSide = 120;

    /// <summary>
    /// Strokes, from thin ones on: the square's radius, in pixels of a thumbnail; what must vanish in it, as a share of what vanishes
    /// with thick strokes (less is no ink, but holes in it); and how many times as much must be dark as light, or light as dark, to decide.
    /// </summary>
    static readonly (int Radius, double Share, double Clear)[] _strokes = [(1, 0.15, 3), (2, 0.15, 3), (5, 0.4, 3.5)];

    /// <summary>The square's radius for thick strokes, and how many times as much must vanish of one kind as of the other.</summary>
    const int ThickRadius = 8;

    const double ThickClear = 1.5;

    /// <summary>What must vanish with thick strokes, as a share of the image's variation.</summary>
    const double MinThick = 0.25;

    /// <summary>Share of the border that must be of one kind for it to decide against thick strokes.</summary>
    const double Certain = 0.9;

    /// <summary>
    /// Whether the paper is darker than the ink. Ink is what vanishes first when narrow things are filled with what is around them,
    /// dark ones by grey closing and light ones by opening, in ever larger squares: shadows, vignettes and a table around the paper
    /// stay. The holes in thick ink are narrow, too, and so is what is left of a sheet beside it: there the paper is the sheet, and where
    /// none is seen, what is at the border, in one of Otsu's two classes, once the slow change of the light is taken away.
    /// </summary>
    /// <param name="gray">The image.</param>
    public static bool IsPaperDark(Plane gray)
    {
        var image = Resampling.Limit(gray, ThumbnailSide);
        var thick = Contrast(image, ThickRadius);
        foreach (var (radius, share, clear) in _strokes)
        {
            var (dark, light) = Contrast(image, radius);
            if (Math.Max(dark, light) >= share * Math.Max(thick.Dark, thick.Light) && Math.Max(dark, light) > clear * Math.Min(dark, light))
                return light > dark;
        }
        if (Sheet.IsDark(image) is { } isSheetDark)
            return isSheetDark;
        var flat = SmoothLight.Remove(image);
        var (border, within) = (LightShare(flat, 0), LightShare(flat, Math.Min(flat.Width, flat.Height) / 6));
        var isBorderCertain = (border is >= Certain or <= 1 - Certain) && within > 0.5 == border > 0.5;
        // Of still thicker strokes what is narrow tells nothing.
        var isThickClear = Math.Max(thick.Dark, thick.Light) > Math.Max(ThickClear * Math.Min(thick.Dark, thick.Light), MinThick * Variation(image));
        if (isThickClear && !isBorderCertain)
            return thick.Light > thick.Dark;
        // What ink fills is taken for the light, too: the border is as it is, where that is the clearer.
        var unchanged = LightShare(image, 0);
        return (Math.Abs(unchanged - 0.5) > Math.Abs(border - 0.5) ? unchanged : border) < 0.5;
    }

    /// <summary>How much dark and how much light vanishes that is narrower than a square. Paper of which little is left around ink need not end there.</summary>
    static (double Dark, double Light) Contrast(Plane image, int radius) =>
        (Energy(image, Morphology.CloseBeyondBorder(image, radius)), Energy(image, Morphology.OpenBeyondBorder(image, radius)));

    /// <summary>Sum of the squares of what has vanished from an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="filtered">What is left of it.</param>
    static double Energy(Plane image, Plane filtered)
    {
        var sum = 0.0;
        for (var i = 0; i < image.Values.Length; i++)
        {
            var vanished = image.Values[i] - filtered.Values[i];
            sum += vanished * vanished;
        }
        return sum;
    }

    /// <summary>Sum of the squares of the differences from the mean.</summary>
    static double Variation(Plane image)
    {
        var mean = image.Values.Average();
        return image.Values.Sum(value => (double)(value - mean) * (value - mean));
    }

    /// <summary>The share of a frame that is of the lighter of Otsu's classes.</summary>
    static double LightShare(Plane flat, int inset)
    {
        var threshold = Otsu.Threshold(flat.Values);
        var (light, count) = (0, 0);
        var margin = inset + Math.Max(1, Math.Min(flat.Width, flat.Height) / 40);
        for (var y = inset; y < flat.Height - inset; y++)
        {
            for (var x = inset; x < flat.Width - inset; x++)
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
}
