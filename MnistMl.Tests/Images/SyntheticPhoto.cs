using MnistMl.Images;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace MnistMl.Tests.Images;

/// <summary>
/// Photographs of digits on paper, drawn from MNIST's digits: the digit is thinned to a line, along which a pen of any thickness
/// draws; then come the paper's lines, the light, specks, noise and JPEG's artefacts.
/// </summary>
sealed record SyntheticPhoto
{
    const int DigitSide = 28, Fine = 8, FineSide = DigitSide * Fine;

    /// <summary>Values of a normal distribution.</summary>
    static readonly double[] _normal = CreateNormal();

    /// <summary>[fine pixel in a coarse one, 4]: weights of the coarse pixels around it, by the cubic B-spline.</summary>
    static readonly double[][] _weights =
        [.. Enumerable.Range(0, Fine).Select(i => Enumerable.Range(-1, 4).Select(d => Spline(Offset(i) - Math.Floor(Offset(i)) - d)).ToArray())];

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>Width and height.</summary>
    public int Side { get; init; } = 240;

    /// <summary>The 28 × 28 digit's side, as a share of that of the photograph.</summary>
    public double DigitShare { get; init; } = 0.7;

    /// <summary>The pen's width, as a share of the height of MNIST's digits, 20 pixels; 0 for the digit's own strokes.</summary>
    public double Pen { get; init; }

    /// <summary>Red, green and blue of paper and ink.</summary>
    public (float Red, float Green, float Blue) Paper { get; init; } = (225, 222, 215);

    public (float Red, float Green, float Blue) Ink { get; init; } = (45, 45, 60);

    /// <summary>Darkness of the darkest corner, from 0 to 1, and of a shadow with an edge across the image.</summary>
    public double Unevenness { get; init; }

    public double Shadow { get; init; }

    /// <summary>Standard deviation of the noise, of 255.</summary>
    public double Noise { get; init; } = 2;

    /// <summary>Number of specks.</summary>
    public int Specks { get; init; }

    /// <summary>Lines of ruled paper, and of squared paper: number in the height; 0 for none.</summary>
    public int RuledLines { get; init; }

    public int Squares { get; init; }

    /// <summary>How dark the lines are, of ink.</summary>
    public double LineDarkness { get; init; } = 0.4;

    /// <summary>Color of the lines; ink's where there is none.</summary>
    public (float Red, float Green, float Blue)? LineColor { get; init; }

    /// <summary>How much darker the corners are than the middle.</summary>
    public double Vignette { get; init; }

    /// <summary>How white the brightest place of a reflection is.</summary>
    public double Glare { get; init; }

    /// <summary>How dark another digit is that is seen through the paper, mirrored, of ink.</summary>
    public double BleedThrough { get; init; }

    /// <summary>Share of the height that a dark table takes at each border of the paper.</summary>
    public double Table { get; init; }

    /// <summary>Radius of the blur of a camera that is out of focus, of the height.</summary>
    public double Blur { get; init; }

    /// <summary>Margin around the ink to which the photograph is cropped, of the ink's longer side; less than 0 for none.</summary>
    public double Margin { get; init; } = -1;

    /// <summary>Greatest slant to either side.</summary>
    public double Slant { get; init; }

    /// <summary>Quality of the JPEG.</summary>
    public int Quality { get; init; } = 90;

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<SyntheticPhoto> Kinds { get; } =
    [
        new() { Name = "even light" },
        new() { Name = "uneven light", Unevenness = 0.6 },
        new() { Name = "shadow", Shadow = 0.45, Unevenness = 0.2 },
        new() { Name = "noise", Noise = 14 },
        new() { Name = "specks", Specks = 30 },
        new() { Name = "ruled paper", RuledLines = 9 },
        new() { Name = "squared paper", Squares = 14 },
        new() { Name = "squared paper, thin pen", Squares = 14, Pen = 0.05, LineDarkness = 0.5 },
        new() { Name = "thin pen", Pen = 0.03 },
        new() { Name = "thick pen", Pen = 0.16 },
        new() { Name = "pencil", Pen = 0.05, Ink = (140, 140, 140), Noise = 5 },
        new() { Name = "40 pixels", Side = 40, DigitShare = 0.9 },
        new() { Name = "100 pixels", Side = 100 },
        new() { Name = "600 pixels", Side = 600, Pen = 0.06 },
        new() { Name = "small digit", Side = 600, DigitShare = 0.25, Pen = 0.08 },
        new() { Name = "blackboard", Paper = (40, 48, 42), Ink = (215, 215, 205), Unevenness = 0.3 },
        new() { Name = "slanted", Slant = 0.6 },
        new() { Name = "JPEG 20", Quality = 20 },
        new() { Name = "red ink", Paper = (200, 205, 210), Ink = (215, 60, 60), Unevenness = 0.3 },
        new() { Name = "all at once", Unevenness = 0.4, Noise = 6, Specks = 8, Squares = 12, Pen = 0.07, Quality = 60, LineDarkness = 0.3 },
        new() { Name = "cropped to the ink", Margin = 0 },
        new() { Name = "cropped to the ink, thin pen", Margin = 0, Pen = 0.05 },
        new() { Name = "margin of 5 %", Margin = 0.05, Unevenness = 0.3 },
        new() { Name = "margin of 2 %, thick pen", Margin = 0.02, Pen = 0.2 },
        new() { Name = "vignette", Vignette = 0.35 },
        new() { Name = "vignette, shadow", Vignette = 0.25, Shadow = 0.4, Pen = 0.07 },
        new() { Name = "blue squares", Squares = 14, LineColor = (90, 130, 230), LineDarkness = 0.6, Unevenness = 0.4, Pen = 0.06 },
        new() { Name = "red ruled lines", RuledLines = 9, LineColor = (230, 80, 80), LineDarkness = 0.7, Ink = (40, 60, 150), Pen = 0.06 },
        new() { Name = "pencil on gray paper", Paper = (165, 163, 160), Ink = (105, 105, 108), Pen = 0.06, Noise = 4, Unevenness = 0.4 },
        new() { Name = "felt tip on a yellow note", Paper = (250, 230, 110), Ink = (30, 30, 35), Pen = 0.15, Shadow = 0.3, Unevenness = 0.3 },
        new() { Name = "whiteboard", Paper = (205, 212, 215), Ink = (40, 60, 140), Glare = 0.95, Unevenness = 0.4, Pen = 0.06 },
        new() { Name = "screen, thin line", Side = 300, Paper = (255, 255, 255), Ink = (0, 0, 0), Noise = 0, Pen = 0.02, Quality = 100 },
        new() { Name = "screen, thin line, dark", Side = 300, Paper = (0, 0, 0), Ink = (255, 255, 255), Noise = 0, Pen = 0.02, Quality = 100 },
        new() { Name = "bleeding through", BleedThrough = 0.2, Pen = 0.08 },
        new() { Name = "red on green", Paper = (150, 205, 150), Ink = (205, 60, 50), Unevenness = 0.3, Pen = 0.08 },
        new() { Name = "green on pink", Paper = (245, 190, 200), Ink = (60, 140, 80), Unevenness = 0.3, Pen = 0.08 },
        new() { Name = "blue on blue", Paper = (150, 190, 235), Ink = (30, 60, 160), Unevenness = 0.3, Pen = 0.08 },
        new() { Name = "JPEG 20, thin pen", Quality = 20, Pen = 0.05, Noise = 5 },
        new() { Name = "40 pixels, JPEG 50", Side = 40, DigitShare = 0.8, Quality = 50, Noise = 5 },
        new() { Name = "paper on a table", Table = 0.1, DigitShare = 0.5, Unevenness = 0.3, Pen = 0.08 },
        new() { Name = "paper on a table, thick pen", Table = 0.15, DigitShare = 0.5, Unevenness = 0.3, Pen = 0.16 },
        new() { Name = "out of focus", Blur = 0.02, Noise = 6, Pen = 0.08 },
        new() { Name = "slanted, thin pen", Slant = 0.6, Pen = 0.06 },
        new() { Name = "large, small digit", Side = 1600, DigitShare = 0.08, Pen = 0.1, Unevenness = 0.4 },
        new() { Name = "chalk on a blackboard", Paper = (45, 60, 50), Ink = (200, 200, 190), Glare = 0.3, Unevenness = 0.5, Vignette = 0.15, Noise = 6, Pen = 0.1 },
        new() { Name = "thin pen, small, squared", Side = 800, DigitShare = 0.25, Pen = 0.06, Squares = 20, LineDarkness = 0.35, Unevenness = 0.5 },
    ];

    /// <summary>Draws a photograph, as a JPEG.</summary>
    /// <param name="digit">[28, 28]: a digit of MNIST.</param>
    /// <param name="seed">The same seed draws the same.</param>
    public byte[] Draw(ReadOnlySpan<byte> digit, int seed)
    {
        using var image = DrawImage(digit, new Random(seed));
        using var file = new MemoryStream();
        image.Save(file, new JpegEncoder { Quality = Quality });
        return file.ToArray();
    }

    /// <summary>
    /// The digit that is photographed, in MNIST's form: the digit itself, or, as thinning takes the loops of some, what a pen as thick
    /// as MNIST's strokes makes of it, if this one is thinner.
    /// </summary>
    /// <param name="digit">[28, 28]: a digit of MNIST.</param>
    public byte[] Original(ReadOnlySpan<byte> digit)
    {
        const double usual = 0.12;
        if (Pen == 0)
            return digit.ToArray();
        var drawn = Stroke(Enlarge(digit), Math.Max(Pen, usual) * 20 * Fine / 2);
        var sums = new float[digit.Length];
        for (var i = 0; i < drawn.Length; i++)
            sums[i / FineSide / Fine * DigitSide + i % FineSide / Fine] += drawn[i];
        return [.. sums.Select(sum => (byte)(sum * 255 / (Fine * Fine)))];
    }

    /// <summary>Draws along the middle of a digit's strokes: 1 for ink.</summary>
    /// <param name="digit">[28, 28]: a digit of MNIST.</param>
    /// <param name="pen">The pen's width, as a share of the height of MNIST's digits.</param>
    public static Plane Redraw(ReadOnlySpan<byte> digit, double pen) => new(Stroke(Enlarge(digit), pen * 20 * Fine / 2), FineSide, FineSide);

    Image<Rgba32> DrawImage(ReadOnlySpan<byte> digit, Random random)
    {
        var fine = Enlarge(digit);
        if (Pen > 0)
            fine = Stroke(fine, Pen * 20 * Fine / 2);
        var coverage = new float[Side * Side];
        PlaceDigit(fine, coverage, random);
        var box = Box.Around(new Plane(coverage, Side, Side), 0.1f)!.Value;
        if (BleedThrough > 0)
            AddBleedThrough(fine, coverage, random);
        var lines = new float[Side * Side];
        if (RuledLines + Squares > 0)
            AddLines(lines, random);
        for (var speck = 0; speck < Specks; speck++)
            AddDisc(coverage, Side, random.NextDouble() * Side, random.NextDouble() * Side, Side * (0.002 + 0.005 * random.NextDouble()), 0.9f);

        var (lightX, lightY) = Direction(random);
        var (shadowX, shadowY) = Direction(random);
        var (glareX, glareY) = Direction(random);
        var (tableX, tableY) = (0.05 * (random.NextDouble() - 0.5), 0.05 * (random.NextDouble() - 0.5));
        if (Blur > 0)
            coverage = new Plane(coverage, Side, Side).LocalMean((int)Math.Ceiling(Blur * Side), [.. Enumerable.Repeat(1f, coverage.Length)]).Values;
        var edge = (random.NextDouble() - 0.5) * 0.6;
        var image = new Image<Rgba32>(Side, Side);
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var (u, v) = (2.0 * x / Side - 1, 2.0 * y / Side - 1);
                var light = 1 - Unevenness * (0.5 + 0.5 * (lightX * u + lightY * v) / 1.4);
                light *= 1 - Shadow / (1 + Math.Exp(-(shadowX * u + shadowY * v - edge) / 0.03));
                light *= 1 - Vignette * (u * u + v * v);
                var glare = Glare * Math.Exp(-(Math.Pow(u - 0.6 * glareX, 2) + Math.Pow(v - 0.6 * glareY, 2)) / 0.06);
                var (ink, line) = (coverage[y * Side + x], lines[y * Side + x]);
                var noise = Noise * Normal(random);
                var isTable = Table > 0 && Math.Max(Math.Abs(u + tableX * v), Math.Abs(v + tableY * u)) > 1 - 2 * Table;
                image[x, y] = new Rgba32(
                    Shade(Paper.Red, Ink.Red, LineColor?.Red, 90), Shade(Paper.Green, Ink.Green, LineColor?.Green, 62), Shade(Paper.Blue, Ink.Blue, LineColor?.Blue, 40));

                byte Shade(float paper, float of, float? ofLine, float table)
                {
                    paper = isTable ? table : paper + line * ((ofLine ?? of) - paper);
                    var lit = light * (isTable ? paper : paper + ink * (of - paper));
                    return (byte)Math.Clamp(lit + glare * (255 - lit) + noise + Noise * 0.3 * Normal(random), 0, 255);
                }
            }
        }
        if (Margin >= 0)
        {
            var margin = (int)(Margin * box.LongerSide);
            var (left, top) = (Math.Max(0, box.Left - margin), Math.Max(0, box.Top - margin));
            image.Mutate(steps => steps.Crop(new Rectangle(
                left, top, Math.Min(Side, box.Right + margin) - left, Math.Min(Side, box.Bottom + margin) - top)));
        }
        return image;
    }

    static (double X, double Y) Direction(Random random)
    {
        var angle = random.NextDouble() * 2 * Math.PI;
        return (Math.Cos(angle), Math.Sin(angle));
    }

    static double Normal(Random random) => _normal[random.Next(_normal.Length)];

    static double[] CreateNormal()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, 1 << 14).Select(_ =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
    }

    /// <summary>The digit eight times as large, smooth, with sharp edges.</summary>
    static float[] Enlarge(ReadOnlySpan<byte> digit)
    {
        var result = new float[FineSide * FineSide];
        for (var y = 0; y < FineSide; y++)
        {
            for (var x = 0; x < FineSide; x++)
            {
                var (left, top) = (x / Fine + (int)Math.Floor(Offset(x % Fine)), y / Fine + (int)Math.Floor(Offset(y % Fine)));
                var (across, down) = (_weights[x % Fine], _weights[y % Fine]);
                var sum = 0.0;
                for (var dy = -1; dy <= 2; dy++)
                {
                    for (var dx = -1; dx <= 2; dx++)
                    {
                        if (left + dx is >= 0 and < DigitSide && top + dy is >= 0 and < DigitSide)
                            sum += digit[(top + dy) * DigitSide + left + dx] * across[dx + 1] * down[dy + 1];
                    }
                }
                result[y * FineSide + x] = (float)Math.Clamp((sum / 255 - 0.4) * 4 + 0.5, 0, 1);
            }
        }
        return result;
    }

    static double Offset(int fine) => (fine + 0.5) / Fine - 0.5;

    static double Spline(double distance)
    {
        distance = Math.Abs(distance);
        return distance < 1 ? 2 / 3.0 - distance * distance + distance * distance * distance / 2 : distance < 2 ? Math.Pow(2 - distance, 3) / 6 : 0;
    }

    /// <summary>Draws along the middle of the strokes, which is found by thinning (Zhang and Suen, 1984).</summary>
    static float[] Stroke(float[] fine, double radius)
    {
        // The more is ink, the fewer gaps are there, and the fewer loops: loops stay open where that makes no gap.
        var isInk = ((float[])[0.5f, 0.7f, 0.9f, 0.98f]).Select(threshold => Array.ConvertAll(fine, value => value > threshold))
            .Select(ink => (Ink: ink, Counts: PiecesAndHoles(ink)))
            .OrderBy(choice => choice.Counts.Pieces).ThenByDescending(choice => choice.Counts.Holes).First().Ink;
        var isChanged = true;
        var removed = new List<int>();
        while (isChanged)
        {
            isChanged = false;
            for (var pass = 0; pass < 2; pass++)
            {
                removed.Clear();
                for (var y = 1; y < FineSide - 1; y++)
                {
                    for (var x = 1; x < FineSide - 1; x++)
                    {
                        if (isInk[y * FineSide + x] && IsRemovable(isInk, x, y, pass))
                            removed.Add(y * FineSide + x);
                    }
                }
                foreach (var pixel in removed)
                    isInk[pixel] = false;
                isChanged |= removed.Count > 0;
            }
        }
        var result = new float[fine.Length];
        for (var i = 0; i < isInk.Length; i++)
        {
            if (isInk[i])
                AddDisc(result, FineSide, i % FineSide, i / FineSide, radius, 1);
        }
        return result;
    }

    /// <summary>Counts pieces, and by Euler's number, which is told from squares of 2 × 2 pixels (Gray, 1971), their holes.</summary>
    static (int Pieces, int Holes) PiecesAndHoles(bool[] isInk)
    {
        var plane = new Plane(FineSide, FineSide);
        var quads = 0;
        for (var i = 0; i < isInk.Length; i++)
        {
            plane.Values[i] = isInk[i] ? 1 : 0;
            if (i % FineSide == FineSide - 1 || i >= isInk.Length - FineSide)
                continue;
            var (a, b, c, d) = (isInk[i], isInk[i + 1], isInk[i + FineSide], isInk[i + FineSide + 1]);
            var count = (a ? 1 : 0) + (b ? 1 : 0) + (c ? 1 : 0) + (d ? 1 : 0);
            quads += count == 1 ? 1 : count == 3 ? -1 : count == 2 && a == d ? -2 : 0;
        }
        var pieces = Piece.Find(plane, 0).Pieces.Count;
        return (pieces, pieces - quads / 4);
    }

    static bool IsRemovable(bool[] isInk, int x, int y, int pass)
    {
        Span<bool> around =
        [
            At(0, -1), At(1, -1), At(1, 0), At(1, 1), At(0, 1), At(-1, 1), At(-1, 0), At(-1, -1),
        ];
        var (count, starts) = (0, 0);
        for (var i = 0; i < around.Length; i++)
        {
            count += around[i] ? 1 : 0;
            starts += !around[i] && around[(i + 1) % around.Length] ? 1 : 0;
        }
        return count is >= 2 and <= 6 && starts == 1 && (pass == 0
            ? !(around[0] && around[2] && around[4]) && !(around[2] && around[4] && around[6])
            : !(around[0] && around[2] && around[6]) && !(around[0] && around[4] && around[6]));

        bool At(int dx, int dy) => isInk[(y + dy) * FineSide + x + dx];
    }

    void PlaceDigit(float[] fine, float[] coverage, Random random)
    {
        var scale = DigitShare * Side / FineSide;
        var room = Side * (1 - DigitShare);
        var (left, top) = (room * (0.3 + 0.4 * random.NextDouble()), room * (0.3 + 0.4 * random.NextDouble()));
        var slant = Slant * (2 * random.NextDouble() - 1);
        // Enough samples in a pixel of the photograph that none of the fine pixels is left out.
        var samples = Math.Max(2, (int)Math.Ceiling(1 / scale));
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var sum = 0f;
                for (var i = 0; i < samples * samples; i++)
                {
                    var v = (y + (i / samples + 0.5) / samples - top) / scale;
                    var u = (x + (i % samples + 0.5) / samples - left) / scale + slant * (v - FineSide / 2.0);
                    if (u >= 0 && v >= 0 && u < FineSide && v < FineSide)
                        sum += fine[(int)v * FineSide + (int)u];
                }
                coverage[y * Side + x] = sum / (samples * samples);
            }
        }
    }

    void AddBleedThrough(float[] fine, float[] coverage, Random random)
    {
        var mirrored = new float[fine.Length];
        for (var i = 0; i < fine.Length; i++)
            mirrored[i] = fine[i / FineSide * FineSide + FineSide - 1 - i % FineSide];
        var behind = new float[coverage.Length];
        (this with { DigitShare = 0.8 * DigitShare }).PlaceDigit(mirrored, behind, random);
        for (var i = 0; i < behind.Length; i++)
            coverage[i] = Math.Max(coverage[i], (float)BleedThrough * behind[i]);
    }

    void AddLines(float[] coverage, Random random)
    {
        var (slope, phase) = (0.06 * (random.NextDouble() - 0.5), random.NextDouble());
        var thickness = Math.Max(1.0, Side / 200.0);
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                Add(RuledLines + Squares, y - slope * x);
                Add(Squares, x + slope * y);

                void Add(int lines, double at)
                {
                    if (lines == 0)
                        return;
                    var pitch = (double)Side / lines;
                    var position = (at / pitch + phase + 10) % 1 * pitch;
                    var covered = Math.Clamp(thickness / 2 + 0.5 - Math.Min(position, pitch - position), 0, 1);
                    ref var value = ref coverage[y * Side + x];
                    value = Math.Max(value, (float)(LineDarkness * covered));
                }
            }
        }
    }

    static void AddDisc(float[] coverage, int side, double x, double y, double radius, float darkness)
    {
        for (var line = Math.Max(0, (int)(y - radius - 1)); line <= Math.Min(side - 1, y + radius + 1); line++)
        {
            for (var column = Math.Max(0, (int)(x - radius - 1)); column <= Math.Min(side - 1, x + radius + 1); column++)
            {
                var distance = Math.Sqrt((column - x) * (column - x) + (line - y) * (line - y));
                ref var value = ref coverage[line * side + column];
                value = Math.Max(value, darkness * (float)Math.Clamp(radius + 0.5 - distance, 0, 1));
            }
        }
    }
}
