namespace MnistMl.Images;

/// <summary>The digits of a number, each in MNIST's form.</summary>
public sealed class NumberImage
{
    internal NumberImage(IReadOnlyList<DigitImage> digits, IReadOnlyList<string> warnings) => (Digits, Warnings) = (digits, warnings);

    /// <summary>A number of one digit.</summary>
    internal static NumberImage Of(DigitImage digit) => new(digit.Pixels == null ? [] : [digit], digit.Warnings);

    /// <summary>The digits from left to right, all with pixels and box; none if no digit is seen.</summary>
    public IReadOnlyList<DigitImage> Digits { get; }

    /// <summary>Why it may be wrong, a sentence each; where there are no digits, why there are none.</summary>
    public IReadOnlyList<string> Warnings { get; }
}

/// <summary>
/// Brings the digits of a number, which are in one row, into MNIST's form. Pieces that are above each other are of one digit. What may
/// be wider than a digit is cut along seams, where the product of the probabilities of its parts, and of their being digits, is the greatest (as Bengio, LeCun, Nohl and Burges
/// cut words, "LeRec: a NN/HMM hybrid for on-line handwriting recognition", Neural Computation 7, 1995).
/// </summary>
public static class NumberForm
{
    /// <summary>Share of the number's height that its digits have at least.</summary>
    const double MinHeight = 0.4;

    /// <summary>Share of the height of the tallest from which on a piece is a whole digit, or several.</summary>
    const double Tall = 0.75;

    /// <summary>Share of the narrower of two pieces above each other from which on they are of one digit.</summary>
    const double Overlap = 0.5;

    /// <summary>Widths, as shares of the number's height, from which on ink may be several digits, is hardly one, is none, and which a digit has at least.</summary>
    const double MaybeSeveral = 0.65, OneDigit = 0.9, NoDigit = 1.3, MinWidth = 0.1;

    /// <summary>The score at which ink that is cut out is as likely a digit as not: what is cut off a digit looks a little like one, too.</summary>
    const double EvenLikeness = 4;

    /// <summary>By how much a cut is less probable for each thickness of a stroke that it goes through, as a logarithm.</summary>
    const double CutInk = 1;

    /// <summary>Digits of which one piece consists, at most.</summary>
    const int MaxTouching = 6;

    /// <summary>Digits of a number, at most: those of bank accounts, the longest that many people write, have 34 characters.</summary>
    const int MaxDigits = 50;

    /// <summary>Longer side of digits while they are looked for.</summary>
    const int DigitSide = 100;

    /// <summary>Brings the digits into the form.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="probability">How probable it is that an image is a digit: the greatest probability of the classes. It is given [28, 28], from 0 for paper to 255 for ink.</param>
    /// <param name="keepSteps">Whether to keep what each step makes: those of the whole picture are the first digit's.</param>
    public static NumberImage Of(Picture picture, Func<byte[], float> probability, bool keepSteps = false)
    {
        var steps = keepSteps ? new List<ImageStep>() : null;
        var scene = MnistForm.Search(picture, steps, out var why);
        if (scene == null || Groups(scene) is not { Count: > 0 } groups)
            return new([], [why ?? Scene.NoInk]);
        if (groups.Count > MaxDigits)
            return TooMany;
        var all = groups.Select(group => group.Box).Aggregate((one, other) => one.Union(other));
        // As wide as if all were of the usual size: so high are they then.
        if (scene.Closer(picture, all, Math.Max(DigitSide, DigitSide * all.Width / all.Height)) is { } closer
            && Groups(closer with { Ink = [.. closer.Ink.Where(piece => closer.IsIn(piece, scene, all))] }) is { Count: > 0 } same)
        {
            (scene, groups) = (closer, same);
        }

        var height = groups.Max(group => group.Box.Height);
        // Before any is cut: a group has as many at least.
        if (groups.Sum(group => Math.Ceiling(group.Box.Width / (NoDigit * height))) > MaxDigits)
            return TooMany;
        var digits = new List<DigitImage>();
        foreach (var group in groups)
        {
            foreach (var (ink, box) in Cut(scene, group, height, probability))
            {
                var own = keepSteps ? digits.Count == 0 ? steps! : [] : null;
                digits.Add(new(MnistForm.Finish(ink, own), scene.InFile(box, picture), own ?? [], []));
            }
        }
        if (digits.Count > MaxDigits)
            return TooMany;
        var isCut = groups.Any(group => group.Pieces.Any(piece => piece.BordersTouched(scene.Darkness) > 0));
        var warnings = new List<string>();
        if (isCut)
            warnings.Add("The ink touches a border: a digit may be cut off.");
        if (digits.Count > groups.Count || groups.Any(group => group.Box.Width > OneDigit * height))
            warnings.Add("Some digits seem to touch: they may be cut in the wrong place.");
        if (warnings.Count == 0 && digits.Exists(digit => Plausibility.Warnings(digit.Pixels).Any()))
            warnings.Add(MnistForm.NoDigit);
        return new(digits, warnings);
    }

    static NumberImage TooMany => new([], [$"The ink seems to be more than {MaxDigits} digits: it is a pattern or a text, and no number."]);

    /// <summary>The pieces of a digit, or of several that touch.</summary>
    sealed class Group(Piece first)
    {
        public List<Piece> Pieces { get; } = [first];

        public Box Box { get; private set; } = first.Box;

        public void Add(Piece piece)
        {
            Pieces.Add(piece);
            Box = Box.Union(piece.Box);
        }
    }

    /// <summary>The groups from left to right; of more than a number has, the first that are found.</summary>
    static List<Group> Groups(Scene scene)
    {
        var groups = new List<Group>();
        var pieces = DigitPieces.Candidates(scene.Ink, scene.Darkness);
        if (pieces.Count == 0)
            return groups;
        var largest = pieces.Max(piece => piece.Box.Height);
        // Large ones first: small ones join those that they are above or below.
        foreach (var piece in pieces.OrderByDescending(piece => piece.Mass))
        {
            // Two that are as tall as digits are two digits, even if one leans over the other.
            var isTall = piece.Box.Height >= Tall * largest;
            var group = groups.Find(group => Joins(piece.Box, group.Box) && !(isTall && group.Pieces[0].Box.Height >= Tall * largest));
            if (group != null)
                group.Add(piece);
            else if (piece.Box.Height >= MinHeight * largest)
                groups.Add(new(piece));
            if (groups.Count > MaxDigits)
                break;
        }
        return [.. groups.OrderBy(group => group.Box.Left)];

        static bool Joins(Box piece, Box digit) =>
            Math.Min(piece.Right, digit.Right) - Math.Max(piece.Left, digit.Left) >= Overlap * Math.Min(piece.Width, digit.Width)
            || piece.Height < MinHeight * digit.Height && piece.DistanceTo(digit) <= 0.1 * digit.Height && piece.Top < (digit.Top + digit.Bottom) / 2;
    }

    /// <summary>The digits of a group: one, or the parts that are the most probable.</summary>
    static List<(Plane Ink, Box Box)> Cut(Scene scene, Group group, int height, Func<byte[], float> probability)
    {
        var box = group.Box;
        var ink = scene.Cut(group.Pieces, box);
        // What is higher than digits become is of a pattern that was small from afar: seams through it would take seconds.
        if (box.Width <= MaybeSeveral * height || box.Width > MaxTouching * NoDigit * height || box.Height > 2.5 * DigitSide)
            return [(ink, box)];
        // What is a line of pixels around the box came with the soft edges.
        var (offX, offY) = (Math.Max(0, box.Left - 1), Math.Max(0, box.Top - 1));
        var thickness = Math.Max(1, StrokeThickness.Measure(ink, 0.5f * ink.Values.Max()));
        var seams = Seam.Find(ink, height, MaxCuts(box.Width, height));
        Seam[] cuts = [Seam.At(0, ink.Height), .. seams, Seam.At(ink.Width, ink.Height)];
        // The best way to each cut, by the logarithm of its product.
        var best = new (double Value, int From, int Count)[cuts.Length];
        for (var to = 1; to < cuts.Length; to++)
        {
            best[to].Value = double.NegativeInfinity;
            for (var from = 0; from < to; from++)
            {
                if (best[from].Count == MaxTouching || double.IsNegativeInfinity(best[from].Value) || Part(cuts[from], cuts[to]) is not { } part)
                    continue;
                var width = (double)part.Box.Width / height;
                if (width > NoDigit)
                    continue;
                // Networks are sure of what is cut off a digit, too. A wide digit is the less probable the wider it is, and a cut the more ink it goes through.
                var wide = Math.Clamp((NoDigit - width) / (NoDigit - OneDigit), 0.01, 1);
                var pixels = MnistForm.Finish(part.Ink, null);
                var likeness = 1 / (1 + Math.Exp(EvenLikeness - DigitLikeness.Trained.Of(pixels)));
                var value = best[from].Value + Math.Log(Math.Max(1e-9, wide * likeness * probability(pixels))) - CutInk * cuts[from].Ink / thickness;
                if (value > best[to].Value)
                    best[to] = (value, from, best[from].Count + 1);
            }
        }
        if (double.IsNegativeInfinity(best[^1].Value))
            return [(ink, box)];
        var parts = new List<(Plane, Box)>();
        for (var to = cuts.Length - 1; to > 0; to = best[to].From)
        {
            var part = Part(cuts[best[to].From], cuts[to])!.Value;
            parts.Insert(0, (part.Ink, part.Box.Move(offX, offY)));
        }
        return parts;

        (Plane Ink, Box Box)? Part(Seam left, Seam right)
        {
            var (first, last) = (left.Columns.Min(), right.Columns.Max());
            if (first >= last)
                return null;
            var part = new Plane(last - first, ink.Height);
            for (var y = 0; y < ink.Height; y++)
            {
                var (from, to) = (left.Columns[y], right.Columns[y]);
                if (from < to)
                    ink.Values.AsSpan(y * ink.Width + from, to - from).CopyTo(part.Values.AsSpan(y * part.Width + from - first));
            }
            return Box.Around(part, 0.05f) is { } around && around.Height >= MinHeight * height && around.Width >= MinWidth * height
                ? (part, around.Move(first, 0))
                : null;
        }
    }

    /// <summary>Places at which ink may be cut, at most.</summary>
    static int MaxCuts(int width, int height) => 4 + 6 * width / height;
}
