namespace MnistMl.Images;

/// <summary>The pieces of which a digit is made.</summary>
/// <param name="Kept">The pieces.</param>
/// <param name="Others">How many pieces of about its size are beside it.</param>
sealed record DigitPieces(IReadOnlyList<Piece> Kept, int Others)
{
    /// <summary>Share of the largest piece's mass below which others are specks.</summary>
    const double Speck = 0.03;

    /// <summary>Share of the digit's longer side up to which a piece is near it, and from which on a piece is a digit of its own.</summary>
    const double Near = 0.2, Digit = 0.5;

    /// <summary>Share of the image's shorter side from which on a piece that touches no border is more than a speck.</summary>
    const double MinSize = 0.08;

    /// <summary>Chooses the pieces.</summary>
    /// <param name="pieces">All pieces.</param>
    /// <param name="image">The image.</param>
    /// <returns>Null if there are none.</returns>
    public static DigitPieces? Choose(IReadOnlyList<Piece> pieces, Plane image)
    {
        if (pieces.Count == 0)
            return null;
        // A shadow, a finger or the table is at the border; a digit only where nothing else is there.
        var inner = pieces.Where(piece => piece.BordersTouched(image) == 0
            && piece.Box.LongerSide >= MinSize * Math.Min(image.Width, image.Height)).ToList();
        var candidates = inner.Count > 0 ? inner : pieces;
        var largest = candidates.MaxBy(piece => piece.Mass)!;
        var left = pieces.Where(piece => piece != largest && piece.Mass >= Speck * largest.Mass
            && (inner.Count == 0 || piece.BordersTouched(image) == 0)).ToList();

        var (kept, box) = (new List<Piece> { largest }, largest.Box);
        while (left.Find(piece => piece.Box.DistanceTo(box) <= Near * box.LongerSide && !IsDigit(piece)) is { } near)
        {
            kept.Add(near);
            box = box.Union(near.Box);
            left.Remove(near);
        }
        return new(kept, left.Count(piece => piece.Box.LongerSide >= Digit * box.LongerSide));

        // Strokes of one digit are above each other or overlap; two digits are beside each other.
        bool IsDigit(Piece piece) => piece.Box.Height >= Digit * largest.Box.Height
            && (piece.Box.Left >= largest.Box.Right || piece.Box.Right <= largest.Box.Left)
            && piece.Box.Height >= 0.7 * largest.Box.Height;
    }
}
