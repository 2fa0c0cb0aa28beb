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
        Closer = "closer", Thicker = "thicker", Upright = "upright", Done = "MNIST's form";

    /// <summary>The step with which begins what is done to a digit alone.</summary>
    internal const string Pieces = "pieces";

    /// <summary>What is warned of where there seem to be several digits, which <see cref="NumberForm"/> reads.</summary>
    public const string SeveralDigits = "There seem to be several digits: the largest is read.";

    /// <summary>What is warned of where ink looks like no digit. It does not hold for models of other characters.</summary>
    public const string NoDigit = "The ink looks like no digit: it may be a letter, a sign or a scribble.";

    /// <summary>The steps' names, in their order.</summary>
    public static IReadOnlyList<string> Steps { get; } =
        [Channel, DarkOnLight, FlatLight, WithoutLines, Closer, Pieces, Thicker, Upright, Done];

    /// <summary>Longer side of the picture while ink is looked for, of the ink below which it is looked at more closely, and of the ink while it is worked on.</summary>
    const int SearchSide = 240, CloserSide = 3 * InkSide, WorkSide = 5 * InkSide;

    /// <summary>Thickness of strokes, as a share of the ink's longer side, below which they are made so thick; slant beyond which it is put upright, and what is left of it.</summary>
    const double MinThickness = 0.11, MaxSlant = 0.5, SlantLeft = 0.3;

    /// <summary>Brings a picture into the form. Any number of threads may call it.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="keepSteps">Whether to keep what each step makes.</param>
    /// <returns>The image, or, if no digit is seen, why there is none.</returns>
    public static DigitImage Of(Picture picture, bool keepSteps = false)
    {
        var steps = keepSteps ? new List<ImageStep>() : null;
        if (Unchanged(picture, steps) is { } unchanged)
            return unchanged;
        var scene = Search(picture, steps, out var why);
        if (scene == null || DigitPieces.Choose(scene.Ink, scene.Darkness) is not { } digit)
            return new(null, null, steps ?? [], [why ?? Scene.NoInk]);
        if (Plausibility.Refusal(digit, scene) is { } refusal)
            return new(null, null, steps ?? [], [refusal]);
        var warnings = Plausibility.Warnings(digit, scene).ToArray();

        if (scene.Closer(picture, digit.Box, CloserSide) is { } closer
            && DigitPieces.Choose([.. closer.Ink.Where(piece => closer.IsIn(piece, scene, digit.Box))], closer.Darkness) is { } same)
        {
            (scene, digit) = (closer, same);
            Keep(steps, Closer, scene.Darkness, -255, 255);
        }
        var pixels = Finish(scene.Cut(digit.Kept, digit.Box), steps);
        return new(pixels, scene.InFile(digit.Box, picture), steps ?? [], warnings.Length > 0 ? warnings : [.. Plausibility.Warnings(pixels)]);
    }

    /// <summary>Looks for the ink of a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="steps">Takes the steps; null if they are not wanted.</param>
    /// <param name="why">Why none is found.</param>
    internal static Scene? Search(Picture picture, List<ImageStep>? steps, out string? why)
    {
        var (colors, factor) = picture.Shrink(picture.Bounds, SearchSide);
        var channel = InkChannel.Choose(colors);
        var gray = channel.Of(colors);
        Keep(steps, Channel, gray, 1);
        var isPaperDark = Polarity.IsPaperDark(gray);
        if (isPaperDark)
            gray = gray.Select(value => 255 - value);
        Keep(steps, DarkOnLight, gray, 1);
        var darkness = LocalPaper.Darkness(gray);
        Keep(steps, FlatLight, darkness, -255, 255);
        var scene = Scene.Of(gray, darkness, new(channel, isPaperDark, 0, 0, factor), out var lines, out why);
        if (lines > 0)
            Keep(steps, WithoutLines, darkness, -255, 255);
        return scene;
    }

    /// <summary>Ink in MNIST's form.</summary>
    /// <param name="ink">The ink alone.</param>
    /// <param name="steps">Takes the steps; null if they are not wanted.</param>
    internal static byte[] Finish(Plane ink, List<ImageStep>? steps)
    {
        Keep(steps, Pieces, ink, -255, 255);
        ink = Normalize(ink);
        ink = Scale(ink, WorkSide);
        ink = Normalize(ink);
        var thickness = StrokeThickness.Measure(ink, 0.5f);
        var wanted = MinThickness * WorkSide;
        if (thickness < wanted)
        {
            ink = StrokeThickness.Dilate(ink, (wanted - thickness) / 2);
            Keep(steps, Thicker, ink, -255, 255);
        }
        if (Slant.Measure(ink) is var slant && Math.Abs(slant) > MaxSlant)
        {
            ink = Slant.Shear(ink, slant - Math.Sign(slant) * SlantLeft);
            Keep(steps, Upright, ink, -255, 255);
        }
        ink = Scale(ink, InkSide);
        var greatest = ink.Values.Max();
        var placed = CenterOfMass.Place(ink, Side).Select(value => Math.Clamp(value / greatest, 0, 1) * 255);
        Keep(steps, Done, placed, 1);
        return Array.ConvertAll(placed.Values, value => (byte)MathF.Round(value));
    }

    static DigitImage? Unchanged(Picture picture, List<ImageStep>? steps)
    {
        if (picture.Width != Side || picture.Height != Side || !picture.IsGray)
            return null;
        var gray = picture.Shrink(picture.Bounds, Side).Colors.Red;
        if (Unchanged(gray) is not { } pixels)
            return null;
        Keep(steps, Channel, gray, 1);
        Keep(steps, Done, gray, 1);
        return new(pixels, Box.Around(gray, 0)!.Value.Scale(picture.Reduction), steps ?? [], [.. Plausibility.Warnings(pixels)]);
    }

    static void Keep(List<ImageStep>? steps, string name, Plane image, float scale, float offset = 0) =>
        steps?.Add(new(name, image.Select(value => Math.Clamp(offset + scale * value, 0, 255))));

    /// <summary>
    /// The bytes of a gray image of 28 × 28 that is in MNIST's form already: ink of 20 pixels on black, whose center of
    /// mass is in the middle. Null if it is not.
    /// </summary>
    internal static byte[]? Unchanged(Plane gray)
    {
        if (Box.Around(gray, 0) is not { } box || box.LongerSide is < InkSide - 1 or > InkSide)
            return null;
        var (x, y) = CenterOfMass.Of(gray);
        const double middle = Side / 2.0, near = 1.5;
        return Math.Abs(x - middle) <= near && Math.Abs(y - middle) <= near ? [.. gray.Values.Select(value => (byte)value)] : null;
    }

    /// <summary>Stretches the contrast, so that most ink is 1; it keeps its gray below.</summary>
    static Plane Normalize(Plane ink)
    {
        const double share = 0.7;
        const float faint = 0.2f;
        var least = faint * ink.Values.Max();
        var level = Plane.Quantile(Array.FindAll(ink.Values, value => value > least), share);
        var result = new Plane(ink.Width, ink.Height);
        for (var i = 0; i < result.Values.Length; i++)
            result.Values[i] = Math.Min(1, ink.Values[i] / level);
        return result;
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
