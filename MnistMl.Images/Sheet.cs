namespace MnistMl.Images;

/// <summary>A sheet of paper on a table, or whatever else has four straight edges and ink in it.</summary>
static class Sheet
{
    /// <summary>Share of a sheet that is ink. What a ring encloses, such as a zero, is more.</summary>
    const double MinInk = 0.03, MaxInk = 0.35;

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
        return pieces.MaxBy(piece => piece.Area) is { } sheet
            && Outline.Of(sheet, labels, paper.Width) is { Gaps: >= MinInk and <= MaxInk, IsQuadrilateral: true } outline
            ? outline.Area
            : null;
    }
}
