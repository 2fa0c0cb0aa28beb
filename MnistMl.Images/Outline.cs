namespace MnistMl.Images;

/// <summary>What a piece encloses, itself included.</summary>
/// <param name="Area">Number of its pixels.</param>
/// <param name="Gaps">Share of it that is not the piece.</param>
/// <param name="IsQuadrilateral">Whether it has four straight edges, as sheets and frames do.</param>
readonly record struct Outline(int Area, double Gaps, bool IsQuadrilateral)
{
    /// <summary>What it has in common with the quadrilateral between its corners at least, of what belongs to one of them: ellipses have 0.64.</summary>
    const double MinOverlap = 0.9;

    /// <summary>The outline of a piece.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="labels">[height, width]: the label of each pixel's piece.</param>
    /// <param name="width">Number of columns.</param>
    public static Outline Of(Piece piece, int[] labels, int width)
    {
        var box = piece.Box.Grow(1);
        var around = new Plane(box.Width, box.Height);
        for (var y = 0; y < box.Height; y++)
        {
            for (var x = 0; x < box.Width; x++)
                around[x, y] = IsOf(x, y) ? 0 : 1;
        }
        // The first gap is what is around it, from the corner on.
        var (gaps, gapLabels) = Piece.Find(around, 0);
        var area = gapLabels.Length - gaps[0].Area;

        // Clockwise from the upper left one.
        Span<(int X, int Y)> corners = stackalloc (int, int)[4];
        Span<int> farthest = [int.MinValue, int.MinValue, int.MinValue, int.MinValue];
        for (var i = 0; i < gapLabels.Length; i++)
        {
            var (y, x) = Math.DivRem(i, box.Width);
            if (gapLabels[i] == gaps[0].Label)
                continue;
            ReadOnlySpan<int> distances = [-x - y, x - y, x + y, y - x];
            for (var corner = 0; corner < corners.Length; corner++)
            {
                if (distances[corner] > farthest[corner])
                    (farthest[corner], corners[corner]) = (distances[corner], (x, y));
            }
        }
        var (common, quadrilateral) = (0, 0);
        for (var i = 0; i < gapLabels.Length; i++)
        {
            if (!IsBetween(corners, i % box.Width, i / box.Width))
                continue;
            quadrilateral++;
            common += gapLabels[i] != gaps[0].Label ? 1 : 0;
        }
        return new(area, gaps.Skip(1).Sum(gap => gap.Area) / (double)area, common >= MinOverlap * (area + quadrilateral - common));

        bool IsOf(int x, int y)
        {
            var (column, line) = (box.Left + x, box.Top + y);
            return column >= piece.Box.Left && column < piece.Box.Right && line >= piece.Box.Top && line < piece.Box.Bottom
                && labels[line * width + column] == piece.Label;
        }
    }

    static bool IsBetween(ReadOnlySpan<(int X, int Y)> corners, int x, int y)
    {
        for (var i = 0; i < corners.Length; i++)
        {
            var (from, to) = (corners[i], corners[(i + 1) % corners.Length]);
            if ((to.X - from.X) * (y - from.Y) < (to.Y - from.Y) * (x - from.X))
                return false;
        }
        return true;
    }
}
