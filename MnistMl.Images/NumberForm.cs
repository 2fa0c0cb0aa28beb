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
/// Brings the digits of a number, which are in one row, into MNIST's form. Pieces that are above each other are of one digit. What is
/// wider than a digit is cut where the product of the probabilities of its parts is the greatest (as Bengio, LeCun, Nohl and Burges
/// cut words, "LeRec: a NN/HMM hybrid for on-line handwriting recognition", Neural Computation 7, 1995).
/// </summary>
public static class NumberForm
{
    /// <summary>Share of the number's height that its digits have at least.</summary>
    const double MinHeight = 0.4;

    /// <summary>Share of the narrower of two pieces above each other from which on they are of one digit.</summary>
    const double Overlap = 0.5;

    /// <summary>Widths, as shares of the number's height, up to which ink is one digit, from which on it is none, and which a digit has at least.</summary>
    const double OneDigit = 0.9, NoDigit = 1.4, MinWidth = 0.06;

    /// <summary>Places at which ink may be cut, and digits of which one piece consists, at most.</summary>
    const int MaxCuts = 12, MaxTouching = 6;

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
        var all = BoxOf(groups.SelectMany(group => group));
        if (scene.Closer(picture, all, DigitSide * groups.Count) is { } closer
            && Groups(closer with { Ink = [.. closer.Ink.Where(piece => closer.IsIn(piece, scene, all))] }) is { Count: > 0 } same)
        {
            (scene, groups) = (closer, same);
        }

        var height = groups.Max(group => BoxOf(group).Height);
        var digits = new List<DigitImage>();
        foreach (var group in groups)
        {
            foreach (var (ink, box) in Cut(scene, group, height, probability))
            {
                var own = keepSteps ? digits.Count == 0 ? steps! : [] : null;
                digits.Add(new(MnistForm.Finish(ink, own), scene.InFile(box, picture), own ?? [], []));
            }
        }
        var isCut = groups.Any(group => group.Any(piece => piece.BordersTouched(scene.Darkness) > 0));
        return new(digits, isCut ? ["The ink touches a border: a digit may be cut off."] : []);
    }

    /// <summary>The pieces of each digit, or of several that touch.</summary>
    static List<List<Piece>> Groups(Scene scene)
    {
        var groups = new List<List<Piece>>();
        var pieces = DigitPieces.Candidates(scene.Ink, scene.Darkness);
        if (pieces.Count == 0)
            return groups;
        var largest = pieces.Max(piece => piece.Box.Height);
        // Large ones first: small ones join those that they are above or below.
        foreach (var piece in pieces.OrderByDescending(piece => piece.Mass))
        {
            var group = groups.Find(group => Joins(piece.Box, BoxOf(group)));
            if (group != null)
                group.Add(piece);
            else if (piece.Box.Height >= MinHeight * largest)
                groups.Add([piece]);
        }
        return [.. groups.OrderBy(group => BoxOf(group).Left)];

        static bool Joins(Box piece, Box digit) =>
            Math.Min(piece.Right, digit.Right) - Math.Max(piece.Left, digit.Left) >= Overlap * Math.Min(piece.Width, digit.Width)
            || piece.Height < MinHeight * digit.Height && piece.DistanceTo(digit) <= 0.1 * digit.Height && piece.Top < (digit.Top + digit.Bottom) / 2;
    }

    static Box BoxOf(IEnumerable<Piece> pieces) => pieces.Select(piece => piece.Box).Aggregate((one, other) => one.Union(other));

    /// <summary>The digits of a group: one, or the parts whose probabilities have the greatest product.</summary>
    static List<(Plane Ink, Box Box)> Cut(Scene scene, List<Piece> group, int height, Func<byte[], float> probability)
    {
        var box = BoxOf(group);
        if (box.Width <= OneDigit * height)
            return [(scene.Cut(group, box), box)];
        int[] cuts = [box.Left, .. Valleys(scene.Cut(group, box)).Select(x => box.Left - 1 + x).Where(x => x > box.Left && x < box.Right).Order(), box.Right];
        // The best way to each cut, by the logarithm of its product.
        var best = new (double Value, int From, int Count)[cuts.Length];
        for (var to = 1; to < cuts.Length; to++)
        {
            best[to].Value = double.NegativeInfinity;
            for (var from = 0; from < to; from++)
            {
                var width = (double)(cuts[to] - cuts[from]) / height;
                if (width < MinWidth || width > NoDigit || best[from].Count == MaxTouching || double.IsNegativeInfinity(best[from].Value))
                    continue;
                var (ink, _) = Part(cuts[from], cuts[to]);
                if (ink == null)
                    continue;
                // A wide digit is the less probable the wider it is.
                var wide = Math.Clamp((NoDigit - width) / (NoDigit - OneDigit), 0.01, 1);
                var value = best[from].Value + Math.Log(Math.Max(1e-6, wide * probability(MnistForm.Finish(ink, null))));
                if (value > best[to].Value)
                    best[to] = (value, from, best[from].Count + 1);
            }
        }
        if (double.IsNegativeInfinity(best[^1].Value))
            return [(scene.Cut(group, box), box)];
        var parts = new List<(Plane, Box)>();
        for (var to = cuts.Length - 1; to > 0; to = best[to].From)
        {
            var (ink, part) = Part(cuts[best[to].From], cuts[to]);
            parts.Insert(0, (ink!, part));
        }
        return parts;

        (Plane? Ink, Box Box) Part(int left, int right)
        {
            var part = box with { Left = left, Right = right };
            var ink = scene.Cut(group, part);
            // What is beyond the cut is another digit's.
            var (first, last) = (left == box.Left ? 0 : 1, right == box.Right ? ink.Width : ink.Width - 1);
            for (var y = 0; y < ink.Height; y++)
            {
                ink.Values.AsSpan(y * ink.Width, first).Clear();
                ink.Values.AsSpan(y * ink.Width + last, ink.Width - last).Clear();
            }
            return Box.Around(ink, 0.05f) is { Height: var tall } && tall >= MinHeight * height ? (ink, part) : (null, part);
        }
    }

    /// <summary>The columns with the least ink around, the least first.</summary>
    static List<int> Valleys(Plane ink)
    {
        var columns = new float[ink.Width];
        for (var i = 0; i < ink.Values.Length; i++)
            columns[i % ink.Width] += ink.Values[i];
        var apart = Math.Max(2, ink.Height / 12);
        var valleys = new List<int>();
        foreach (var x in Enumerable.Range(0, columns.Length).OrderBy(x => columns[x]))
        {
            if (valleys.Count < MaxCuts && valleys.TrueForAll(other => Math.Abs(other - x) >= apart))
                valleys.Add(x);
        }
        return valleys;
    }
}
