namespace MnistMl.Images;

/// <summary>How thick strokes are, and how they become thicker.</summary>
static class StrokeThickness
{
    /// <summary>
    /// The thickness of a stroke with round ends that has the same area and perimeter, which is counted along lines of four
    /// directions (the formula of Cauchy and Crofton).
    /// </summary>
    /// <param name="ink">The image.</param>
    /// <param name="threshold">What is darker is ink.</param>
    public static double Measure(Plane ink, float threshold)
    {
        var (area, straight, diagonal) = (0, 0, 0);
        for (var y = 0; y < ink.Height; y++)
        {
            for (var x = 0; x < ink.Width; x++)
            {
                if (ink[x, y] <= threshold)
                    continue;
                area++;
                straight += Paper(x - 1, y) + Paper(x + 1, y) + Paper(x, y - 1) + Paper(x, y + 1);
                diagonal += Paper(x - 1, y - 1) + Paper(x + 1, y + 1) + Paper(x - 1, y + 1) + Paper(x + 1, y - 1);
            }
        }
        var perimeter = Math.PI / 8 * (straight + diagonal / Math.Sqrt(2));
        return (perimeter - Math.Sqrt(Math.Max(0, perimeter * perimeter - 4 * Math.PI * area))) / Math.PI;

        int Paper(int x, int y) => x < 0 || y < 0 || x >= ink.Width || y >= ink.Height || ink[x, y] <= threshold ? 1 : 0;
    }

    /// <summary>Grey dilation by a disc: the greatest value within a radius. The plane grows by the radius on all sides.</summary>
    public static Plane Dilate(Plane ink, double radius)
    {
        var margin = (int)Math.Ceiling(radius);
        var result = new Plane(ink.Width + 2 * margin, ink.Height + 2 * margin);
        for (var dy = -margin; dy <= margin; dy++)
        {
            for (var dx = -margin; dx <= margin; dx++)
            {
                if (dx * dx + dy * dy > radius * radius)
                    continue;
                for (var y = 0; y < ink.Height; y++)
                {
                    var from = ink.Values.AsSpan(y * ink.Width, ink.Width);
                    var to = result.Values.AsSpan((y + dy + margin) * result.Width + dx + margin, ink.Width);
                    for (var x = 0; x < from.Length; x++)
                        to[x] = Math.Max(to[x], from[x]);
                }
            }
        }
        return result;
    }
}
