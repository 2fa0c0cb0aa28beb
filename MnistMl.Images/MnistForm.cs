namespace MnistMl.Images;

/// <summary>
/// Brings pictures into the form of MNIST's digits: light ink on black, the longer side 20 pixels, the center of mass in the middle
/// of 28 × 28. Photographs of dark ink on paper are what it is made for; drawings, scans, screens and blackboards go, too.
/// </summary>
public static class MnistForm
{
    /// <summary>Width and height of the image: 28.</summary>
    public const int Side = 28;

    /// <summary>Longer side of the ink in it: 20.</summary>
    public const int InkSide = 20;

    const string Channel = "channel", DarkOnLight = "dark on light", FlatLight = "flat light", WithoutLines = "without lines",
        Pieces = "pieces", Thicker = "thicker", Upright = "upright", Done = "MNIST's form";

    /// <summary>The steps' names, in their order.</summary>
    public static IReadOnlyList<string> Steps { get; } =
        [Channel, DarkOnLight, FlatLight, WithoutLines, Pieces, Thicker, Upright, Done];

    /// <summary>Longer side of the ink while it is worked on.</summary>
    const int WorkSide = 5 * InkSide;

    /// <summary>What ink is darker than paper at least, of black, and in standard deviations of the noise.</summary>
    const float MinContrast = 0.08f, MinContrastToNoise = 5;

    /// <summary>Shares of the ink's darkness from which on pixels may be ink, and make a piece of it ink.</summary>
    const float Weak = 0.35f, Strong = 0.6f;

    /// <summary>The same from which on they may be of the paper's lines, which are often fainter than ink.</summary>
    const float Line = 0.2f;

    /// <summary>Thickness of strokes, as a share of the ink's longer side, below which they are made so thick; slant beyond which it is put upright, and what is left of it.</summary>
    const double MinThickness = 0.11, MaxSlant = 0.5, SlantLeft = 0.3;

    /// <summary>Share of the image that ink cannot fill, if it touches the border.</summary>
    const double MaxFilled = 0.5;

    /// <summary>Brings a picture into the form. Any number of threads may call it.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="keepSteps">Whether to keep what each step makes.</param>
    /// <returns>The image, or, if no digit is seen, why there is none.</returns>
    public static DigitImage Of(Picture picture, bool keepSteps = false)
    {
        var steps = new List<ImageStep>();
        if (picture.Width == Side && picture.Height == Side && picture.IsGray && Unchanged(picture.Red) is { } pixels)
        {
            Keep(Channel, picture.Red, 1);
            Keep(Done, picture.Red, 1);
            return new(pixels, steps, []);
        }

        var gray = InkChannel.Choose(picture);
        Keep(Channel, gray, 1);
        if (Polarity.IsPaperDark(gray))
            gray = gray.Select(value => 255 - value);
        Keep(DarkOnLight, gray, 1);

        var darkness = LocalPaper.Darkness(gray);
        Keep(FlatLight, darkness, -255, 255);
        var floor = Math.Max(MinContrast, MinContrastToNoise * Noise(darkness));
        if (InkLevel(darkness, floor) is not { } level)
            return Refuse("No ink is seen.");
        if (PaperLines.Remove(darkness, Math.Max(floor, Line * level)) > 0)
        {
            Keep(WithoutLines, darkness, -255, 255);
            if (InkLevel(darkness, floor) is not { } without)
                return Refuse("No ink is seen but lines.");
            level = without;
        }

        var (pieces, labels) = Piece.Find(darkness, Math.Max(floor, Weak * level));
        var digit = DigitPieces.Choose([.. pieces.Where(piece => piece.Darkest >= Strong * level)], darkness);
        if (digit == null)
            return Refuse("No ink is seen.");
        var warnings = new List<string>();
        var borders = digit.Kept.Max(piece => piece.BordersTouched(darkness));
        if (borders > 0 && digit.Kept.Sum(piece => piece.Area) > MaxFilled * labels.Length)
            return Refuse("What seems to be ink fills more than half of the picture up to its border: it is no digit on paper.");
        if (borders >= 2)
            warnings.Add($"The ink touches {borders} borders: the digit may be cut off, or something else.");
        if (digit.Others > 0)
            warnings.Add("There seem to be several digits: the largest is read.");

        var ink = Cut(darkness, digit, labels);
        Keep(Pieces, ink, -255, 255);
        ink = Normalize(ink);
        ink = Scale(ink, WorkSide);
        ink = Normalize(ink);
        var thickness = StrokeThickness.Measure(ink, 0.5f);
        var wanted = MinThickness * WorkSide;
        if (thickness < wanted)
        {
            ink = StrokeThickness.Dilate(ink, (wanted - thickness) / 2);
            Keep(Thicker, ink, -255, 255);
        }
        if (Slant.Measure(ink) is var slant && Math.Abs(slant) > MaxSlant)
        {
            ink = Slant.Shear(ink, slant - Math.Sign(slant) * SlantLeft);
            Keep(Upright, ink, -255, 255);
        }
        ink = Scale(ink, InkSide);
        var greatest = ink.Values.Max();
        var placed = CenterOfMass.Place(ink, Side).Select(value => Math.Clamp(value / greatest, 0, 1) * 255);
        Keep(Done, placed, 1);
        return new([.. placed.Values.Select(value => (byte)MathF.Round(value))], steps, warnings);

        DigitImage Refuse(string why) => new(null, steps, [why]);

        void Keep(string name, Plane image, float scale, float offset = 0)
        {
            if (keepSteps)
                steps.Add(new(name, image.Select(value => Math.Clamp(offset + scale * value, 0, 255))));
        }
    }

    /// <summary>
    /// The bytes of a gray image of 28 × 28 that is in MNIST's form already: black at the border, and ink of 20 pixels whose center of
    /// mass is in the middle. Null if it is not.
    /// </summary>
    internal static byte[]? Unchanged(Plane gray)
    {
        for (var i = 0; i < Side; i++)
        {
            if (gray[i, 0] + gray[i, Side - 1] + gray[0, i] + gray[Side - 1, i] != 0)
                return null;
        }
        if (Box.Around(gray, 0) is not { } box || box.LongerSide is < InkSide - 1 or > InkSide)
            return null;
        var (x, y) = CenterOfMass.Of(gray);
        const double middle = Side / 2.0, near = 1.5;
        return Math.Abs(x - middle) <= near && Math.Abs(y - middle) <= near ? [.. gray.Values.Select(value => (byte)value)] : null;
    }

    /// <summary>The standard deviation of the paper's noise, by the median of what is brighter than paper: no ink is, however much there is.</summary>
    static float Noise(Plane darkness)
    {
        const float deviations = 1.4826f;
        var brighter = Array.FindAll(Sample(darkness), value => value < 0);
        return brighter.Length == 0 ? 0 : -deviations * Plane.Quantile(brighter, 0.5);
    }

    /// <summary>How dark ink is: of what may be ink, what most of it does not exceed. Null if nothing may be.</summary>
    static float? InkLevel(Plane darkness, float floor)
    {
        const double share = 0.8;
        var values = Array.FindAll(darkness.Values, value => value > floor);
        return values.Length == 0 ? null : Plane.Quantile(values, share);
    }

    static float[] Sample(Plane plane)
    {
        const int size = 4_000;
        var step = Math.Max(1, plane.Values.Length / size);
        var sample = new float[(plane.Values.Length + step - 1) / step];
        for (var i = 0; i < sample.Length; i++)
            sample[i] = plane.Values[i * step];
        return sample;
    }

    /// <summary>The pieces alone, with their soft edges.</summary>
    static Plane Cut(Plane darkness, DigitPieces digit, int[] labels)
    {
        var box = digit.Kept.Select(piece => piece.Box).Aggregate((one, other) => one.Union(other));
        box = new(Math.Max(0, box.Left - 1), Math.Max(0, box.Top - 1), Math.Min(darkness.Width, box.Right + 1), Math.Min(darkness.Height, box.Bottom + 1));
        var kept = digit.Kept.Select(piece => piece.Label).ToHashSet();
        var result = new Plane(box.Width, box.Height);
        for (var y = box.Top; y < box.Bottom; y++)
        {
            for (var x = box.Left; x < box.Right; x++)
            {
                if (IsNear(x, y))
                    result[x - box.Left, y - box.Top] = Math.Max(0, darkness[x, y]);
            }
        }
        return result;

        bool IsNear(int x, int y)
        {
            for (var line = Math.Max(0, y - 1); line <= Math.Min(darkness.Height - 1, y + 1); line++)
            {
                for (var column = Math.Max(0, x - 1); column <= Math.Min(darkness.Width - 1, x + 1); column++)
                {
                    if (labels[line * darkness.Width + column] is > 0 and var label && kept.Contains(label))
                        return true;
                }
            }
            return false;
        }
    }

    /// <summary>Stretches the contrast, so that most ink is 1; it keeps its gray below.</summary>
    static Plane Normalize(Plane ink)
    {
        const double share = 0.7;
        const float faint = 0.2f;
        var least = faint * ink.Values.Max();
        var level = Plane.Quantile(Array.FindAll(ink.Values, value => value > least), share);
        return ink.Select(value => Math.Min(1, value / level));
    }

    /// <summary>The ink with a longer side of a given length.</summary>
    static Plane Scale(Plane ink, int side)
    {
        const float visible = 0.2f;
        var box = Box.Around(ink, visible) ?? new Box(0, 0, ink.Width, ink.Height);
        return Resampling.Resize(ink, box, Scaled(box.Width), Scaled(box.Height));

        int Scaled(int length) => Math.Max(1, (int)Math.Round((double)length * side / box.LongerSide));
    }
}
