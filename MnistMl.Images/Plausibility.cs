namespace MnistMl.Images;

/// <summary>Tells what is no digit, or may be none, by how ink lies in the picture, and what it looks like.</summary>
static class Plausibility
{
    /// <summary>Share of the image that ink cannot fill, if it touches the border.</summary>
    const double MaxFilled = 0.7;

    /// <summary>
    /// Share of its box that ink fills which has no strokes, if the box is not longer than this times its shorter side, and the holes in it
    /// are a smaller share than that of a thick eight.
    /// </summary>
    const double Blot = 0.68, BlotLength = 1.6, BlotHoles = 0.02;

    /// <summary>Width of what is no digit, as a share of its height.</summary>
    const double MaxWidth = 2;

    /// <summary>Pieces of which no digit is made.</summary>
    const int MaxPieces = 6;

    /// <summary>By how much, of the brighter, the sides of an edge differ, and pixels that are at most dark across it.</summary>
    const double EdgeContrast = 0.25, EdgeThickness = 4;

    /// <summary>Why ink is no digit; null if it may be one.</summary>
    public static string? Refusal(DigitPieces digit, Scene scene)
    {
        var area = digit.Kept.Sum(piece => piece.Area);
        if (digit.Kept.Any(piece => piece.BordersTouched(scene.Darkness) > 0) && area > MaxFilled * scene.Labels.Length)
            return "What seems to be ink fills most of the picture up to its border: it is no digit on paper.";
        var box = digit.Box;
        return area > Blot * box.Width * box.Height && box.LongerSide < BlotLength * Math.Min(box.Width, box.Height)
            && digit.Kept.All(piece => Outline.Of(piece, scene.Labels, scene.Darkness.Width).Gaps < BlotHoles)
            ? "The ink is a dot or a blot, and has no strokes."
            : null;
    }

    /// <summary>Why ink that is read may be something else, a sentence each.</summary>
    public static IEnumerable<string> Warnings(DigitPieces digit, Scene scene)
    {
        if (digit.Kept.Max(piece => piece.BordersTouched(scene.Darkness)) is >= 2 and var borders)
            yield return $"The ink touches {borders} borders: the digit may be cut off, or something else.";
        if (digit.Others > 0)
            yield return MnistForm.SeveralDigits;
        if (digit.Box.Width > MaxWidth * digit.Box.Height)
            yield return "The ink is more than twice as wide as high: it may be a line, or several digits that touch.";
        if (digit.Kept.Count > MaxPieces)
            yield return $"The ink is in {digit.Kept.Count} pieces: it may be no digit.";
        if (IsEdge(digit, scene))
            yield return "One side of the ink is much darker than the other: it may be the edge of a shadow or a sheet.";
    }

    /// <summary>Why an image in MNIST's form may be no digit.</summary>
    public static IEnumerable<string> Warnings(ReadOnlySpan<byte> pixels) => DigitLikeness.Trained.Of(pixels) < 0 ? [MnistForm.NoDigit] : [];

    /// <summary>Whether thin ink has light on one side and darkness on the other.</summary>
    static bool IsEdge(DigitPieces digit, Scene scene)
    {
        const int beside = 3;
        var kept = digit.Kept.Select(piece => piece.Label).ToHashSet();
        var (width, box) = (scene.Darkness.Width, digit.Box);
        var (lines, thickness, left, right) = (0, 0, 0.0, 0.0);
        for (var y = box.Top; y < box.Bottom; y++)
        {
            var labels = scene.Labels.AsSpan(y * width, width);
            var (first, last) = (box.Left, box.Right - 1);
            while (first < last && !kept.Contains(labels[first]))
                first++;
            while (last > first && !kept.Contains(labels[last]))
                last--;
            lines++;
            thickness += last - first + 1;
            left += scene.Gray[Math.Max(0, first - beside), y];
            right += scene.Gray[Math.Min(width - 1, last + beside), y];
        }
        return thickness <= EdgeThickness * lines && Math.Abs(left - right) > EdgeContrast * Math.Max(left, right);
    }
}
