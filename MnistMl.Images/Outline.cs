namespace MnistMl.Images;

/// <summary>What a piece encloses, itself included.</summary>
/// <param name="Area">Number of its pixels.</param>
/// <param name="Gaps">Share of it that is not the piece.</param>
/// <param name="IsQuadrilateral">Whether it has four straight edges, as sheets and frames do.</param>
readonly record struct Outline(int Area, double Gaps, bool IsQuadrilateral)
{
    /// <summary>Least intersection over union with the quadrilateral between the corners: that of ellipses is 2 ÷ π, 0.64.</summary>
    const double MinIntersectionOverUnion = 0.9;

    /// <summary>Directions in which corners are the farthest pixels, clockwise: of what is about upright, and of what stands on a corner.</summary>
    static readonly (int X, int Y)[] _upright = [(-1, -1), (1, -1), (1, 1), (-1, 1)], _onCorner = [(0, -1), (1, 0), (0, 1), (-1, 0)];

    /// <summary>The outline of a piece.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="labels">[height, width]: the label of each pixel's piece.</param>
    /// <param name="width">Number of columns.</param>
    public static Outline Of(Piece piece, int[] labels, int width)
    {
        var enclosed = Enclosed(piece, labels, width);
        var area = enclosed.Values.Count(value => value > 0);
        return new(area, (area - piece.Area) / (double)area, IsBetweenCorners(enclosed, area, _upright) || IsBetweenCorners(enclosed, area, _onCorner));
    }

    /// <summary>1 for the piece and what it encloses, else 0: its box, and a pixel more on all sides.</summary>
    static Plane Enclosed(Piece piece, int[] labels, int width)
    {
        var box = piece.Box.Grow(1);
        var result = new Plane(box.Width, box.Height);
        Array.Fill(result.Values, 1);
        // What is around it is connected by edges alone: pieces are by corners, too, and let nothing through there (Rosenfeld,
        // "Connectivity in digital pictures", Journal of the ACM 17, 1970).
        var next = new Stack<(int X, int Y)>();
        Visit(0, 0);
        while (next.TryPop(out var pixel))
        {
            var (x, y) = pixel;
            Visit(x - 1, y);
            Visit(x + 1, y);
            Visit(x, y - 1);
            Visit(x, y + 1);
        }
        return result;

        void Visit(int x, int y)
        {
            if (x < 0 || y < 0 || x >= box.Width || y >= box.Height || result[x, y] == 0 || IsOfPiece(x, y))
                return;
            result[x, y] = 0;
            next.Push((x, y));
        }

        // Beside the box there may be no label.
        bool IsOfPiece(int x, int y) => x > 0 && y > 0 && x < box.Width - 1 && y < box.Height - 1
            && labels[(box.Top + y) * width + box.Left + x] == piece.Label;
    }

    /// <summary>Whether it is about the quadrilateral between its farthest pixels.</summary>
    static bool IsBetweenCorners(Plane enclosed, int area, ReadOnlySpan<(int X, int Y)> directions)
    {
        Span<(int X, int Y)> corners = stackalloc (int, int)[directions.Length];
        Span<int> farthest = stackalloc int[directions.Length];
        farthest.Fill(int.MinValue);
        for (var y = 0; y < enclosed.Height; y++)
        {
            for (var x = 0; x < enclosed.Width; x++)
            {
                if (enclosed[x, y] == 0)
                    continue;
                for (var corner = 0; corner < corners.Length; corner++)
                {
                    var distance = directions[corner].X * x + directions[corner].Y * y;
                    if (distance > farthest[corner])
                        (farthest[corner], corners[corner]) = (distance, (x, y));
                }
            }
        }
        var (common, quadrilateral) = (0, 0);
        for (var y = 0; y < enclosed.Height; y++)
        {
            for (var x = 0; x < enclosed.Width; x++)
            {
                if (!IsBetween(corners, x, y))
                    continue;
                quadrilateral++;
                common += enclosed[x, y] > 0 ? 1 : 0;
            }
        }
        return common >= MinIntersectionOverUnion * (area + quadrilateral - common);
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
