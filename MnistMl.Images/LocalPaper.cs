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
    const int ThumbnailSide = 400;

    /// <summary>Strokes are narrower than this share of the longer side: the shorter may be little more than a stroke's.</summary>
    const double MaxStroke = 0.25;

    /// <summary>Darker than this may be ink, in the first pass.</summary>
    const float MaybeInk = 0.1f;

    /// <summary>How dark the pixels of an image are, from 0 for paper to 1 for black, and less than 0 where it is brighter than paper.</summary>
    /// <param name="gray">Dark ink on light paper, from 0 to 255.</param>
    public static Plane Darkness(Plane gray)
    {
        var thumbnail = Resampling.Limit(gray, ThumbnailSide);
        var longer = Math.Max(thumbnail.Width, thumbnail.Height);
        // The greatest of many pixels would be noise.
        var smooth = longer >= 100 ? thumbnail.LocalMean(1, []) : thumbnail;
        var paper = Close(smooth, Math.Max(1, (int)(longer * MaxStroke / 2)));

        // The second pass: the mean of what is no ink, in place of the greatest.
        var ratio = new Plane(paper.Width, paper.Height);
        for (var i = 0; i < ratio.Values.Length; i++)
            ratio.Values[i] = thumbnail.Values[i] / Math.Max(1, paper.Values[i]);
        var threshold = 1 - Math.Max(MaybeInk, (1 - Otsu.Threshold(ratio.Values)) / 2);
        var isPaper = new bool[ratio.Values.Length];
        for (var i = 0; i < isPaper.Length; i++)
            isPaper[i] = ratio.Values[i] > threshold;
        var mean = ratio.LocalMean(Math.Max(2, longer / 12), isPaper);
        for (var i = 0; i < isPaper.Length; i++)
            paper.Values[i] *= float.IsNaN(mean.Values[i]) ? 1 : mean.Values[i];

        var whole = paper.Width == gray.Width && paper.Height == gray.Height
            ? paper
            : Resampling.Resize(paper, new(0, 0, paper.Width, paper.Height), gray.Width, gray.Height);
        var result = new Plane(gray.Width, gray.Height);
        for (var i = 0; i < result.Values.Length; i++)
            result.Values[i] = whole.Values[i] < 1 ? 0 : 1 - gray.Values[i] / whole.Values[i];
        return result;
    }

    /// <summary>Grey closing by a square: the least of the greatest values. What is narrower and darker than it vanishes.</summary>
    /// <param name="plane">The plane.</param>
    /// <param name="radius">Pixels on each side of the middle one.</param>
    public static Plane Close(Plane plane, int radius) => Greatest(Greatest(plane, radius, 1), radius, -1);

    /// <summary>The greatest value in a square around each pixel; with sign −1 the least.</summary>
    static Plane Greatest(Plane plane, int radius, float sign)
    {
        var result = new Plane(plane.Width, plane.Height);
        var line = new float[Math.Max(plane.Width, plane.Height)];
        for (var y = 0; y < plane.Height; y++)
        {
            for (var x = 0; x < plane.Width; x++)
                line[x] = sign * plane[x, y];
            var greatest = Greatest(line.AsSpan(0, plane.Width), radius);
            greatest.CopyTo(result.Values.AsSpan(y * plane.Width));
        }
        for (var x = 0; x < plane.Width; x++)
        {
            for (var y = 0; y < plane.Height; y++)
                line[y] = result[x, y];
            var greatest = Greatest(line.AsSpan(0, plane.Height), radius);
            for (var y = 0; y < plane.Height; y++)
                result[x, y] = sign * greatest[y];
        }
        return result;
    }

    /// <summary>The greatest value around each, by a queue of those that may yet be it.</summary>
    static float[] Greatest(ReadOnlySpan<float> values, int radius)
    {
        var result = new float[values.Length];
        var queue = new int[values.Length];
        var (head, tail) = (0, 0);
        for (var i = 0; i < values.Length + radius; i++)
        {
            if (i < values.Length)
            {
                while (tail > head && values[queue[tail - 1]] <= values[i])
                    tail--;
                queue[tail++] = i;
            }
            var middle = i - radius;
            if (middle < 0)
                continue;
            while (queue[head] < middle - radius)
                head++;
            result[middle] = values[queue[head]];
        }
        return result;
    }
}
