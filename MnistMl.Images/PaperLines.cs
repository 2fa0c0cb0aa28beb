namespace MnistMl.Images;

/// <summary>
/// Removes the lines of ruled and squared paper: straight, thin, from border to border, and perhaps a little askew. Their slope is
/// the one at which the projection of the pixels has the sharpest peaks (Postl, "Detection of linear oblique structures and skew
/// scan in digitized documents", ICPR 1986). Of a line's pixels those stay through which a stroke crosses it: the run of dark
/// pixels across the line is longer than the line is thick.
/// </summary>
static class PaperLines
{
    const double MaxSlope = 0.12, MaxThickness = 0.025, MinCoverage = 0.55;
    const int Segments = 8, MinSide = 60;

    /// <summary>Makes the lines paper.</summary>
    /// <param name="darkness">The image, to be changed.</param>
    /// <param name="threshold">What is darker may be a line.</param>
    /// <returns>Number of lines.</returns>
    public static int Remove(Plane darkness, float threshold) =>
        RemoveAlong(darkness, threshold, darkness.Width, darkness.Height, (along, across) => across * darkness.Width + along)
        + RemoveAlong(darkness, threshold, darkness.Height, darkness.Width, (along, across) => along * darkness.Width + across);

    static int RemoveAlong(Plane darkness, float threshold, int length, int breadth, Func<int, int, int> indexOf)
    {
        if (Math.Min(length, breadth) < MinSide)
            return 0;
        var isDark = new bool[length * breadth];
        var points = new List<(int Along, int Across)>();
        for (var across = 0; across < breadth; across++)
        {
            for (var along = 0; along < length; along++)
            {
                if (darkness.Values[indexOf(along, across)] > threshold)
                {
                    isDark[across * length + along] = true;
                    points.Add((along, across));
                }
            }
        }
        // A line that is there has at least so many.
        if (points.Count < MinCoverage * length)
            return 0;

        var slope = Slope(points, length, breadth);
        var margin = (int)(MaxSlope * length) + 1;
        // [breadth, segments]: how many pixels of each part of a line are dark.
        var counts = new int[breadth + 2 * margin, Segments];
        foreach (var (along, across) in points)
            counts[across - Rise(along, slope) + margin, along * Segments / length]++;

        var lines = 0;
        for (var row = 0; row < breadth + 2 * margin; row++)
        {
            if (!IsLine(counts, row, length))
                continue;
            var end = row;
            while (end < breadth + 2 * margin && IsLine(counts, end, length))
                end++;
            var (first, thickness) = (row - margin, end - row);
            row = end;
            if (thickness > Math.Max(4, MaxThickness * Math.Min(length, breadth)))
                continue;
            lines++;
            for (var along = 0; along < length; along++)
                Erase(along, first + Rise(along, slope), thickness);
        }
        return lines;

        void Erase(int along, int first, int thickness)
        {
            // A line's edges, and how it is not quite straight.
            var reach = 1 + thickness / 2;
            for (var across = Math.Max(0, first - reach); across < Math.Min(breadth, first + thickness + reach); across++)
            {
                if (!isDark[across * length + along])
                    continue;
                var end = across;
                var start = across;
                while (start > 0 && isDark[(start - 1) * length + along])
                    start--;
                while (end < breadth && isDark[end * length + along])
                    end++;
                if (end - start <= 2 * thickness + 2)
                {
                    for (var i = Math.Max(0, start - 1); i < Math.Min(breadth, end + 1); i++)
                        darkness.Values[indexOf(along, i)] = 0;
                }
                across = end;
            }
        }
    }

    static int Rise(int along, double slope) => (int)Math.Round(along * slope);

    static bool IsLine(int[,] counts, int row, int length)
    {
        var (sum, covered) = (0, 0);
        for (var segment = 0; segment < Segments; segment++)
        {
            sum += counts[row, segment];
            if (counts[row, segment] > 0.25 * length / Segments)
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
        var increment = Math.Max(1.0 / length, 0.002);
        for (var i = -(int)(MaxSlope / increment); i <= MaxSlope / increment; i++)
        {
            var slope = i * increment;
            Array.Clear(profile);
            for (var point = 0; point < points.Count; point += step)
                profile[points[point].Across - Rise(points[point].Along, slope) + margin]++;
            var score = profile.Sum(count => (double)count * count);
            if (score > bestScore || score == bestScore && Math.Abs(slope) < Math.Abs(best))
                (best, bestScore) = (slope, score);
        }
        return best;
    }
}
