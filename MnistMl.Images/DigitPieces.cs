namespace MnistMl.Images;

/// <summary>The pieces of which a digit is made.</summary>
/// <param name="Kept">The pieces.</param>
/// <param name="Others">How many pieces of about its size are beside it.</param>
sealed record DigitPieces(IReadOnlyList<Piece> Kept, int Others)
{
    /// <summary>The least box around them.</summary>
    public Box Box => Kept.Select(piece => piece.Box).Aggregate((one, other) => one.Union(other));

    /// <summary>Share of the largest piece's mass below which others are specks.</summary>
    const double Speck = 0.03;

    /// <summary>Share of the digit's longer side up to which a piece is near it, and from which on a piece is a digit of its own.</summary>
    const double Near = 0.2, Digit = 0.5;

    /// <summary>Share of the image's shorter side from which on a piece that touches no border is more than a speck.</summary>
    const double MinSize = 0.08;

    /// <summary>Share of the image's border that a shadow or a table covers, and a digit does not.</summary>
    const double MaxBorder = 0.2;

    /// <summary>Share of the image's longer side that a digit has at least which is cut out closely, and share of its own up to which another piece is a stroke of it.</summary>
    const double CutOut = 0.7, Stroke = 0.45;

    /// <summary>Height of what is no digit but a dash, or what is left of a line, as a share of its width.</summary>
    const double Dash = 0.12;

    /// <summary>Share of the image's shorter side that it has at least: it is no line of the paper.</summary>
    const double MinWidth = 0.3;

    /// <summary>The pieces that may be digits: what is at the border is a shadow, a finger or the table, but where nothing else is there.</summary>
    /// <param name="pieces">All pieces.</param>
    /// <param name="image">The image.</param>
    public static IReadOnlyList<Piece> Candidates(IReadOnlyList<Piece> pieces, Plane image)
    {
        var inner = pieces.Where(piece => piece.BordersTouched(image) == 0
            && piece.Box.LongerSide >= MinSize * Math.Min(image.Width, image.Height)
            && piece.Box.Height >= Dash * piece.Box.Width).ToList();
        if (inner.Count == 0)
            return pieces;
        var cutOut = pieces.Where(piece => piece.BordersTouched(image) > 0 && piece.BorderPixels < MaxBorder * 2 * (image.Width + image.Height)
            && piece.Box.LongerSide >= CutOut * Math.Max(image.Width, image.Height)
            && Math.Min(piece.Box.Width, piece.Box.Height) >= MinWidth * Math.Min(image.Width, image.Height)).MaxBy(piece => piece.Mass);
        return cutOut != null && inner.Max(piece => piece.Box.LongerSide) < Stroke * cutOut.Box.LongerSide ? pieces : inner;
    }

    /// <summary>Chooses the pieces.</summary>
    /// <param name="pieces">All pieces.</param>
    /// <param name="image">The image.</param>
    /// <returns>Null if there are none.</returns>
    public static DigitPieces? Choose(IReadOnlyList<Piece> pieces, Plane image)
    {
        if (pieces.Count == 0)
            return null;
        var candidates = Candidates(pieces, image);
        var largest = candidates.MaxBy(piece => piece.Mass)!;
        var left = pieces.Where(piece => piece != largest && piece.Mass >= Speck * largest.Mass
            && (candidates == pieces || piece.BordersTouched(image) == 0)).ToList();

        var (kept, box) = (new List<Piece> { largest }, largest.Box);
        // All that are near at once: one by one, those of a picture of very many pieces would be looked through as often.
        while (left.FindAll(piece => IsNear(piece)) is { Count: > 0 } near)
        {
            left.RemoveAll(piece => IsNear(piece));
            kept.AddRange(near);
            box = near.Aggregate(box, (box, piece) => box.Union(piece.Box));
        }
        return new(kept, left.Count(piece => piece.Box.LongerSide >= Digit * box.LongerSide));

        bool IsNear(Piece piece) => piece.Box.DistanceTo(box) <= Near * box.LongerSide && !IsDigit(piece);

        // Strokes of one digit are above each other or overlap; two digits are beside each other.
        bool IsDigit(Piece piece) => piece.Box.Height >= Digit * largest.Box.Height
            && (piece.Box.Left >= largest.Box.Right || piece.Box.Right <= largest.Box.Left)
            && piece.Box.Height >= 0.7 * largest.Box.Height;
    }
}
