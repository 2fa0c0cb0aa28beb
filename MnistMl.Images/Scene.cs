namespace MnistMl.Images;

/// <summary>How a part of a picture is looked at.</summary>
/// <param name="Channel">The color channel.</param>
/// <param name="IsPaperDark">Whether ink is lighter than paper.</param>
/// <param name="Left">The first of the picture's columns.</param>
/// <param name="Top">The first of its lines.</param>
/// <param name="Factor">How many of its pixels are one, in each direction.</param>
readonly record struct View(InkChannel Channel, bool IsPaperDark, int Left, int Top, int Factor);

/// <summary>The ink of a picture, or of a part of it, in pieces.</summary>
/// <param name="Gray">Dark ink on light paper, from 0 to 255.</param>
/// <param name="Darkness">How dark the pixels are, from 0 for paper to 1 for black.</param>
/// <param name="Labels">[height, width]: the piece of each pixel; 0 where there is none.</param>
/// <param name="Ink">The pieces that are ink.</param>
/// <param name="View">How it was looked at.</param>
sealed record Scene(Plane Gray, Plane Darkness, int[] Labels, IReadOnlyList<Piece> Ink, View View)
{
    public const string NoInk = "No ink is seen.";

    /// <summary>What ink is darker than paper at least, of black, and in standard deviations of the noise.</summary>
    const float MinContrast = 0.08f, MinContrastToNoise = 5;

    /// <summary>Shares of the ink's darkness from which on pixels may be ink, and make a piece of it ink.</summary>
    const float Weak = 0.35f, Strong = 0.6f;

    /// <summary>The same from which on they may be of the paper's lines, which are often fainter than ink.</summary>
    const float Line = 0.2f;

    /// <summary>By how much ink is darker than the paper's lines where it can be told from what is left of them.</summary>
    const float DarkerThanLines = 1.4f;

    /// <summary>Height of what is in a frame, as a share of the frame's, and what of the frame is not lines, at least.</summary>
    const double InFrame = 0.3, FrameGaps = 0.6;

    /// <summary>Frames that are in each other, at most: rings, and all that is nested, would each be filled with what is in it.</summary>
    const int MaxNested = 4;

    /// <summary>Margin around ink that is looked at more closely, of its longer side.</summary>
    const double Margin = 0.5;

    /// <summary>Finds the ink.</summary>
    /// <param name="gray">Dark ink on light paper, from 0 to 255.</param>
    /// <param name="darkness">How dark the pixels are. Lines of the paper are removed.</param>
    /// <param name="view">How it was looked at.</param>
    /// <param name="lines">Number of lines that were removed.</param>
    /// <param name="why">Why there is none.</param>
    public static Scene? Of(Plane gray, Plane darkness, View view, out int lines, out string? why)
    {
        (lines, why) = (0, NoInk);
        var floor = Math.Max(MinContrast, MinContrastToNoise * Noise(darkness));
        var (pieces, labels) = Piece.Find(darkness, floor);
        if (pieces.Count == 0)
            return null;
        lines = PaperLines.Remove(darkness, Math.Max(floor, Line * InkLevel(darkness, pieces, labels)), out var darkest);
        if (lines > 0)
        {
            (pieces, labels) = Piece.Find(darkness, floor);
            if (pieces.Count == 0)
            {
                why = "No ink is seen but lines.";
                return null;
            }
            // What is left of lines may tie ink to the border.
            if (darkest > floor && Piece.Find(darkness, darkest) is { Pieces.Count: > 0 } darker
                && InkLevel(darkness, darker.Pieces, darker.Labels) is var inkLevel && inkLevel > DarkerThanLines * darkest)
            {
                (pieces, labels) = darker;
                floor = darkest;
            }
        }
        var level = InkLevel(darkness, pieces, labels);
        if (Weak * level > floor)
            (pieces, labels) = Piece.Find(darkness, Weak * level);
        var ink = pieces.Where(piece => piece.Darkest >= Strong * level).ToList();
        ink = WithoutFrames(ink, labels, darkness.Width);
        why = null;
        return new(gray, darkness, labels, ink, view);
    }

    /// <summary>A part of the picture, in which ink has more pixels; null if the picture has no more.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="box">Where the ink is.</param>
    /// <param name="side">The longer side that it is to have.</param>
    public Scene? Closer(Picture picture, Box box, int side)
    {
        if (box.LongerSide >= side || View.Factor == 1)
            return null;
        var part = box.Grow((int)(Margin * box.LongerSide) + 1).Scale(View.Factor).Move(View.Left, View.Top).Intersect(picture.Bounds);
        var wanted = Math.Max(1, box.LongerSide * View.Factor / side);
        var (colors, factor) = picture.Shrink(part, (part.LongerSide + wanted - 1) / wanted);
        if (factor >= View.Factor)
            return null;
        var gray = View.Channel.Of(colors);
        if (View.IsPaperDark)
            gray = gray.Select(value => 255 - value);
        return Of(gray, LocalPaper.Darkness(gray), View with { Left = part.Left, Top = part.Top, Factor = factor }, out _, out _);
    }

    /// <summary>Whether a piece is where a box of another view is.</summary>
    public bool IsIn(Piece piece, Scene other, Box box)
    {
        var (one, two) = (InPicture(piece.Box), other.InPicture(box));
        var both = one.Intersect(two);
        return both.Width > 0 && both.Height > 0 && (long)both.Width * both.Height > (long)one.Width * one.Height / 4;
    }

    /// <summary>A box in the pixels of the picture's file.</summary>
    public Box InFile(Box box, Picture picture) => InPicture(box).Intersect(picture.Bounds).Scale(picture.Reduction);

    Box InPicture(Box box) => box.Scale(View.Factor).Move(View.Left, View.Top);

    /// <summary>Some pieces alone, with their soft edges.</summary>
    /// <param name="pieces">The pieces.</param>
    /// <param name="box">The part that is wanted.</param>
    public Plane Cut(IEnumerable<Piece> pieces, Box box)
    {
        box = box.Grow(1).Intersect(new(0, 0, Darkness.Width, Darkness.Height));
        var kept = pieces.Select(piece => piece.Label).ToHashSet();
        var isKept = new bool[box.Width * box.Height];
        for (var y = 0; y < box.Height; y++)
        {
            for (var x = 0; x < box.Width; x++)
                isKept[y * box.Width + x] = Labels[(y + box.Top) * Darkness.Width + x + box.Left] is > 0 and var label && kept.Contains(label);
        }
        var result = new Plane(box.Width, box.Height);
        for (var y = 0; y < box.Height; y++)
        {
            for (var x = 0; x < box.Width; x++)
            {
                if (IsNear(x, y))
                    result[x, y] = Math.Max(0, Darkness[x + box.Left, y + box.Top]);
            }
        }
        return result;

        bool IsNear(int x, int y)
        {
            for (var line = Math.Max(0, y - 1); line <= Math.Min(box.Height - 1, y + 1); line++)
            {
                for (var column = Math.Max(0, x - 1); column <= Math.Min(box.Width - 1, x + 1); column++)
                {
                    if (isKept[line * box.Width + column])
                        return true;
                }
            }
            return false;
        }
    }

    /// <summary>The pieces but those that are frames around others, as those of forms are.</summary>
    /// <param name="ink">All pieces.</param>
    /// <param name="labels">[height, width]: the piece of each pixel.</param>
    /// <param name="width">Number of columns.</param>
    internal static List<Piece> WithoutFrames(List<Piece> ink, int[] labels, int width)
    {
        var byLabel = new Piece?[ink.Count == 0 ? 0 : ink.Max(piece => piece.Label) + 1];
        foreach (var piece in ink)
            byLabel[piece.Label] = piece;
        var left = (long)MaxNested * labels.Length;
        return ink.FindAll(piece => !IsFrame(piece));

        // What fills more of its box has fewer gaps.
        bool IsFrame(Piece piece) => piece.Area <= (1 - FrameGaps) * piece.Box.Width * piece.Box.Height && HasInIt(piece)
            && (left -= piece.Box.Width * piece.Box.Height) >= 0
            && Outline.Of(piece, labels, width) is { Gaps: >= FrameGaps, IsQuadrilateral: true };

        // Each line of a piece has a pixel of it: what is so high is met in one of a few lines. Many pieces need not be compared each with each.
        bool HasInIt(Piece piece)
        {
            var (box, height) = (piece.Box, Math.Max(1, (int)Math.Ceiling(InFrame * piece.Box.Height)));
            for (var y = box.Top + height - 1; y < box.Bottom; y += height)
            {
                foreach (var label in labels.AsSpan(y * width + box.Left, box.Width))
                {
                    if (label > 0 && label < byLabel.Length && byLabel[label] is { } other && other != piece
                        && other.Box.Height >= InFrame * box.Height && other.Box.Intersect(box) == other.Box)
                    {
                        return true;
                    }
                }
            }
            return false;
        }
    }

    /// <summary>The standard deviation of the paper's noise, by the median of what is brighter than paper: no ink is, however much there is.</summary>
    static float Noise(Plane darkness)
    {
        const float deviations = 1.4826f;
        var brighter = Array.FindAll(darkness.Sample(), value => value < 0);
        return brighter.Length == 0 ? 0 : -deviations * Plane.Quantile(brighter, 0.5);
    }

    /// <summary>How dark ink is: what most of the pixels of pieces that may be digits do not exceed.</summary>
    static float InkLevel(Plane darkness, IReadOnlyList<Piece> pieces, int[] labels)
    {
        const double share = 0.8;
        var isCandidate = new bool[pieces.Count + 1];
        foreach (var piece in DigitPieces.Candidates(pieces, darkness))
            isCandidate[piece.Label] = true;
        var values = new List<float>();
        for (var i = 0; i < labels.Length; i++)
        {
            if (isCandidate[labels[i]])
                values.Add(darkness.Values[i]);
        }
        return Plane.Quantile([.. values], share);
    }
}
