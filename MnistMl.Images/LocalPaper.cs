namespace MnistMl.Images;

/// <summary>
/// Flattens the light: what is left is how much darker than the paper around it each pixel is. As Bradley and Roth ("Adaptive
/// thresholding using the integral image", Journal of Graphics Tools 12, 2007) and Sauvola and Pietikäinen ("Adaptive document
/// image binarization", Pattern Recognition 33, 2000) do, a pixel is compared with its surroundings; what the paper would be under
/// the ink is found by grey closing, which fills ink in and leaves the edges of shadows where they are (Serra, "Image Analysis
/// and Mathematical Morphology", 1982).
/// </summary>
static class LocalPaper
{
    /// <summary>Strokes are narrower than this share of the longer side: the shorter may be little more than a stroke's.</summary>
    const double MaxStroke = 0.25;

    /// <summary>Blots are narrower than this share of the longer side.</summary>
    const double MaxBlot = 0.6;

    /// <summary>Darker than this share of the lightest paper is no shadow, but a blot that is wider than strokes.</summary>
    const float Blot = 0.35f;

    /// <summary>Darker than this may be ink, in the first pass.</summary>
    const float MaybeInk = 0.1f;

    /// <summary>How dark the pixels of an image are, from 0 for paper to 1 for black, and less than 0 where it is brighter than paper.</summary>
    /// <param name="gray">Dark ink on light paper, from 0 to 255.</param>
    public static Plane Darkness(Plane gray)
    {
        var longer = Math.Max(gray.Width, gray.Height);
        // The greatest of many pixels would be noise.
        var smooth = longer >= 100 ? gray.Smooth() : gray;
        var paper = Morphology.Close(smooth, Math.Max(1, (int)(longer * MaxStroke / 2)));
        FillBlots(paper, longer);

        // The second pass: the mean of what is no ink, in place of the greatest.
        var values = gray.Values.AsSpan();
        var papers = paper.Values.AsSpan(0, values.Length);
        var darkness = Plane.ToWrite(gray.Width, gray.Height);
        var ratio = darkness.Values.AsSpan();
        for (var i = 0; i < ratio.Length; i++)
            ratio[i] = values[i] / Math.Max(1, papers[i]);
        var threshold = 1 - Math.Max(MaybeInk, (1 - Otsu.Threshold(ratio)) / 2);
        var isPaper = new float[ratio.Length];
        for (var i = 0; i < ratio.Length; i++)
            isPaper[i] = ratio[i] > threshold ? 1 : 0;
        var mean = darkness.LocalMean(Math.Max(2, longer / 12), isPaper).Values.AsSpan();
        for (var i = 0; i < ratio.Length; i++)
        {
            var light = papers[i] * (float.IsNaN(mean[i]) ? 1 : mean[i]);
            ratio[i] = light < 1 ? 0 : 1 - values[i] / light;
        }
        return darkness;
    }

    /// <summary>Where paper is as dark as only ink is, takes it from farther away.</summary>
    static void FillBlots(Plane paper, int longer)
    {
        const double share = 0.9;
        var lightest = Plane.Quantile(paper.Sample(), share);
        if (Plane.Quantile(paper.Sample(), 0) >= Blot * lightest)
            return;
        var wide = Morphology.Close(paper, Math.Max(1, (int)(longer * MaxBlot / 2)));
        for (var i = 0; i < paper.Values.Length; i++)
        {
            if (paper.Values[i] < Blot * lightest)
                paper.Values[i] = wide.Values[i];
        }
    }
}
