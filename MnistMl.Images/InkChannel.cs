namespace MnistMl.Images;

/// <summary>Finds the color channel in which ink and paper differ most.</summary>
static class InkChannel
{
    const int ThumbnailSide = 120;

    /// <summary>By how much a channel must be better than the light, which has the least noise.</summary>
    const float ClearlyBetter = 1.15f;

    /// <summary>The light, or red, green or blue where ink differs clearly more from the paper around it.</summary>
    public static Plane Choose(Picture picture)
    {
        var light = picture.Luminance();
        if (picture.IsGray)
            return light;
        var best = ((Plane[])[picture.Red, picture.Green, picture.Blue]).MaxBy(LocalContrast)!;
        return LocalContrast(best) > ClearlyBetter * LocalContrast(light) ? best : light;
    }

    /// <summary>How much the pixels that differ most from their surroundings do. Light that changes slowly plays no part in it.</summary>
    public static float LocalContrast(Plane plane)
    {
        const double share = 0.985;
        var thumbnail = Resampling.Limit(plane, ThumbnailSide);
        var mean = thumbnail.LocalMean(Math.Max(2, Math.Min(thumbnail.Width, thumbnail.Height) / 6), []);
        var differences = new float[mean.Values.Length];
        for (var i = 0; i < differences.Length; i++)
            differences[i] = Math.Abs(thumbnail.Values[i] - mean.Values[i]);
        return Plane.Quantile(differences, share);
    }
}
