namespace MnistMl.Images;

/// <summary>A sheet of paper on a table, or whatever else has four straight edges and ink in it.</summary>
static class Sheet
{
    /// <summary>What a sheet shares with the quadrilateral between its corners at least, of what belongs to one of them.</summary>
    const double MinOverlap = 0.9;

    /// <summary>Share of it that is ink. A ring, such as a zero, has more in it.</summary>
    const double MinInk = 0.01, MaxInk = 0.35;

    /// <summary>Whether a sheet is darker than the ink on it; null where none is seen.</summary>
    /// <param name="image">The image.</param>
    public static bool? IsDark(Plane image)
    {
        var threshold = Otsu.Threshold(image.Values);
        var light = AreaOf(image.Select(value => value >= threshold ? 1 : 0));
        var dark = AreaOf(image.Select(value => value < threshold ? 1 : 0));
        // All of the picture may be a sheet, too, on which another one lies.
        return light == dark ? null : (dark ?? int.MaxValue) < (light ?? int.MaxValue);
    }

    /// <summary>Number of pixels of the largest piece, if it is a sheet, its ink included; else null.</summary>
    /// <param name="paper">1 where paper may be, else 0.</param>
    static int? AreaOf(Plane paper)
    {
        var (pieces, labels) = Piece.Find(paper, 0);
        if (pieces.MaxBy(piece => piece.Area) is not { } sheet)
            return null;
        var (gaps, gapLabels) = Piece.Find(new([.. labels.Select(label => label == sheet.Label ? 0f : 1f)], paper.Width, paper.Height), 0);
        bool[] isAround = [false, .. gaps.Select(gap => gap.BorderPixels > 0)];
        var filled = Enumerable.Range(0, labels.Length).Where(pixel => !isAround[gapLabels[pixel]])
            .Select(pixel => (X: pixel % paper.Width, Y: pixel / paper.Width)).ToArray();
        var ink = 1 - (double)sheet.Area / filled.Length;
        if (ink is < MinInk or > MaxInk)
            return null;

        // Clockwise from the upper left one.
        (int X, int Y)[] corners =
        [
            filled.MinBy(at => at.X + at.Y), filled.MaxBy(at => at.X - at.Y), filled.MaxBy(at => at.X + at.Y), filled.MinBy(at => at.X - at.Y),
        ];
        var common = filled.Count(at => IsBetween(corners, at.X, at.Y));
        var quadrilateral = Enumerable.Range(0, labels.Length).Count(pixel => IsBetween(corners, pixel % paper.Width, pixel / paper.Width));
        return common >= MinOverlap * (filled.Length + quadrilateral - common) ? filled.Length : null;
    }

    static bool IsBetween((int X, int Y)[] corners, int x, int y)
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
