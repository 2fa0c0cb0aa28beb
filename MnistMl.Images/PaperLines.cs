namespace MnistMl.Images;

/// <summary>
/// Removes the lines of ruled and squared paper: straight, thin, from border to border, and perhaps a little askew. Their slope is
/// the one at which the projection of the pixels has the sharpest peaks (Postl, "Detection of linear oblique structures and skew
/// scan in digitized documents", ICPR 1986). Of a line's pixels those stay through which a stroke crosses it: the run of dark
/// pixels across the line is longer than the line is thick.
/// </summary>
static class PaperLines
{
    const double MaxSlope = 0.12, MaxThickness = 0.025, MinCoverage = 0.55, MinSegment = 0.25;
    const int Segments = 8, MinSide = 60;

    /// <summary>By how much ink that runs along a line is darker than the line.</summary>
    const float Darker = 1.5f;

    /// <summary>Fewer lines may be strokes, unless they are fainter than other ink by this.</summary>
    const int Few = 3;
    const float Fainter = 0.75f;

    /// <summary>Makes the lines paper.</summary>
    /// <param name="darkness">The image, to be changed.</param>
    /// <param name="threshold">What is darker may be a line.</param>
    /// <param name="darkest">How dark the darkest line is: what is left of them is no darker.</param>
    /// <returns>Number of lines.</returns>
    public static int Remove(Plane darkness, float threshold, out float darkest)
    {
        var points = Points(darkness, threshold);
        var columns = new Lazy<Plane>(darkness.Transpose);
        // Both before one is changed: where lines cross, each is dark.
        var across = Find(points, new(() => darkness), darkness.Width, darkness.Height);
        var down = Find(points.ConvertAll(point => (point.Across, point.Along)), columns, darkness.Height, darkness.Width);
        if (across.Count + down.Count is > 0 and < Few)
        {
            var others = Array.FindAll(darkness.Values, value => value > threshold);
            var ink = Plane.Quantile(others, 0.8);
            across.RemoveAll(line => line.Darkness > Fainter * ink);
            down.RemoveAll(line => line.Darkness > Fainter * ink);
        }
        Erase(darkness, across, threshold);
        if (down.Count > 0)
        {
            var turned = across.Count > 0 ? darkness.Transpose() : columns.Value;
            Erase(turned, down, threshold);
            turned.Transpose().Values.CopyTo(darkness.Values, 0);
        }
        darkest = across.Concat(down).Select(line => line.Darkness).DefaultIfEmpty().Max();
        return across.Count + down.Count;
    }

    /// <summary>The pixels that may be of lines.</summary>
    static List<(int Along, int Across)> Points(Plane darkness, float threshold)
    {
        var points = new List<(int, int)>();
        for (var y = 0; y < darkness.Height; y++)
        {
            var line = darkness.Values.AsSpan(y * darkness.Width, darkness.Width);
            for (var x = 0; x < line.Length; x++)
            {
                if (line[x] > threshold)
                    points.Add((x, y));
            }
        }
        return points;
    }

    /// <summary>A line from the left to the right.</summary>
    /// <param name="Top">Its first line of pixels, at the left.</param>
    /// <param name="Thickness">How many there are.</param>
    /// <param name="Slope">Pixels down for each pixel to the right.</param>
    /// <param name="Darkness">The median of its darkest pixels.</param>
    readonly record struct PaperLine(int Top, int Thickness, double Slope, float Darkness);

    static List<PaperLine> Find(List<(int Along, int Across)> points, Lazy<Plane> darkness, int length, int breadth)
    {
        var found = new List<PaperLine>();
        if (Math.Min(length, breadth) < MinSide || !MayCover(points, length))
            return found;

        var slope = Slope(points, length, breadth);
        var margin = (int)(MaxSlope * length) + 1;
        // [breadth, segments]: how many pixels of each part of a line are dark.
        var counts = new int[breadth + 2 * margin, Segments];
        foreach (var (along, across) in points)
            counts[across - Rise(along, slope) + margin, along * Segments / length]++;

        for (var row = 0; row < breadth + 2 * margin; row++)
        {
            if (!IsLine(counts, row, length))
                continue;
            var end = row;
            while (end < breadth + 2 * margin && IsLine(counts, end, length))
                end++;
            var (top, thickness) = (row - margin, end - row);
            row = end;
            if (thickness <= Math.Max(4, MaxThickness * Math.Min(length, breadth)))
                found.Add(new(top, thickness, slope, MedianDarkness(darkness.Value, top, thickness, slope)));
        }
        return found;
    }

    /// <summary>Whether so many pixels are in all parts that a line may be: a digit in the middle has none at the sides.</summary>
    static bool MayCover(List<(int Along, int Across)> points, int length)
    {
        Span<int> counts = stackalloc int[Segments];
        foreach (var (along, _) in points)
            counts[along * Segments / length]++;
        var covered = 0;
        foreach (var count in counts)
            covered += count > MinSegment * length / Segments ? 1 : 0;
        return covered >= Segments - 1 && points.Count > MinCoverage * length;
    }

    static float MedianDarkness(Plane darkness, int top, int thickness, double slope)
    {
        var darkest = new float[darkness.Width];
        for (var along = 0; along < darkest.Length; along++)
        {
            var first = top + Rise(along, slope);
            for (var across = Math.Max(0, first); across < Math.Min(darkness.Height, first + thickness); across++)
                darkest[along] = Math.Max(darkest[along], darkness[along, across]);
        }
        return Plane.Quantile(darkest, 0.5);
    }

    static void Erase(Plane darkness, List<PaperLine> lines, float threshold)
    {
        var (length, breadth) = (darkness.Width, darkness.Height);
        var before = darkness.Values.AsSpan().ToArray();
        foreach (var line in lines)
        {
            for (var along = 0; along < length; along++)
                EraseAt(along, line.Top + Rise(along, line.Slope), line);
        }

        void EraseAt(int along, int first, PaperLine line)
        {
            // A line's edges, and how it is not quite straight.
            var reach = 1 + line.Thickness / 2;
            for (var across = Math.Max(0, first - reach); across < Math.Min(breadth, first + line.Thickness + reach); across++)
            {
                if (!IsDark(across))
                    continue;
                var (start, end, darkest) = (across, across, 0f);
                while (start > 0 && IsDark(start - 1))
                    start--;
                for (end = start; end < breadth && IsDark(end); end++)
                    darkest = Math.Max(darkest, before[end * length + along]);
                if (end - start <= 2 * line.Thickness + 2 && darkest <= Darker * line.Darkness)
                {
                    for (var i = Math.Max(0, start - 1); i < Math.Min(breadth, end + 1); i++)
                        darkness[along, i] = 0;
                }
                across = end;
            }

            bool IsDark(int across) => before[across * length + along] > threshold;
        }
    }

    static int Rise(int along, double slope) => (int)Math.Round(along * slope);

    static bool IsLine(int[,] counts, int row, int length)
    {
        var (sum, covered) = (0, 0);
        for (var segment = 0; segment < Segments; segment++)
        {
            sum += counts[row, segment];
            if (counts[row, segment] > MinSegment * length / Segments)
                covered++;
        }
        return sum > MinCoverage * length && covered >= Segments - 1;
    }

    static double Slope(List<(int Along, int Across)> points, int length, int breadth)
    {
        const int maxPoints = 3_000;
        var step = Math.Max(1, points.Count / maxPoints);
        var margin = (int)(MaxSlope * length) + 1;
        var (best, bestScore) = (0.0, -1.0);
        var profile = new int[breadth + 2 * margin];
        var rises = new int[length];
        var increment = Math.Max(1.0 / length, 0.002);
        for (var i = -(int)(MaxSlope / increment); i <= MaxSlope / increment; i++)
        {
            var slope = i * increment;
            for (var along = 0; along < length; along++)
                rises[along] = Rise(along, slope) - margin;
            Array.Clear(profile);
            for (var point = 0; point < points.Count; point += step)
            {
                var (along, across) = points[point];
                profile[across - rises[along]]++;
            }
            var score = 0.0;
            foreach (var count in profile)
                score += (double)count * count;
            if (score > bestScore || score == bestScore && Math.Abs(slope) < Math.Abs(best))
                (best, bestScore) = (slope, score);
        }
        return best;
    }
}
