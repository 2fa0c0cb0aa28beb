using MnistMl.Images;

namespace MnistMl.Tests.Images;

/// <summary>Digits in strokes of other hands than MNIST's writers: polylines, made round, on paper that a person may photograph.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Label">The digit.</param>
/// <param name="Strokes">Points x, y of each stroke, from 0 to 100, the height of a digit.</param>
sealed record DrawnDigit(string Name, string Label, params double[][] Strokes)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<DrawnDigit> All { get; } =
    [
        new("1 with a long flag", "1", [20, 45, 55, 2, 53, 50, 50, 100]),
        new("1 with a flag and a foot", "1", [30, 25, 50, 2, 50, 98], [28, 98, 72, 98]),
        new("1, one stroke", "1", [54, 2, 46, 98]),
        new("7, crossed", "7", [18, 5, 78, 3, 62, 45, 45, 98], [38, 50, 74, 48]),
        new("7, tall and narrow", "7", [32, 4, 62, 2, 56, 45, 48, 99]),
        new("4, open", "4", [30, 3, 22, 50, 72, 50], [66, 20, 62, 98]),
        new("4, closed", "4", [58, 98, 60, 2, 18, 62, 80, 62]),
        new("9 with a straight stem", "9", [66, 10, 45, 2, 26, 14, 24, 34, 40, 46, 60, 38, 67, 12], [68, 6, 66, 98]),
        new("9 with a curved stem", "9", [66, 12, 45, 2, 27, 14, 27, 36, 44, 46, 62, 36, 67, 12, 69, 45, 62, 78, 44, 97, 24, 90]),
        new("2 with a loop", "2", [22, 22, 34, 5, 58, 3, 70, 22, 58, 52, 36, 84, 24, 94, 18, 84, 28, 78, 46, 90, 64, 96, 82, 86]),
        new("2, plain", "2", [22, 24, 34, 6, 58, 4, 70, 22, 58, 50, 22, 96, 80, 96]),
        new("3 with an angle", "3", [24, 4, 74, 4, 44, 40, 66, 46, 74, 68, 60, 92, 36, 96, 20, 84]),
        new("5, the bar apart", "5", [36, 10, 32, 46, 54, 42, 70, 58, 66, 84, 46, 97, 22, 88], [36, 6, 74, 4]),
        new("0 with a knot", "0", [52, 6, 34, 12, 22, 40, 26, 76, 46, 96, 66, 82, 74, 46, 66, 16, 48, 4, 40, 10]),
        new("6, slim", "6", [60, 2, 42, 26, 32, 60, 34, 86, 48, 97, 62, 84, 60, 64, 46, 58, 34, 70]),
        new("8 of two rings", "8", [50, 46, 34, 34, 34, 14, 50, 3, 66, 14, 66, 34, 50, 46, 30, 60, 28, 84, 50, 97, 72, 84, 70, 60, 50, 46]),
    ];

    /// <summary>Draws it.</summary>
    /// <param name="coverage">Where: from 0 for paper to 1 for ink.</param>
    /// <param name="left">Where 0, 0 is.</param>
    /// <param name="top">The same.</param>
    /// <param name="height">How large it is.</param>
    /// <param name="pen">Thickness of the strokes.</param>
    public void Draw(Plane coverage, double left, double top, double height, double pen)
    {
        foreach (var stroke in Strokes)
        {
            var points = Round([.. stroke.Chunk(2).Select(point => (X: left + point[0] * height / 100, Y: top + point[1] * height / 100))]);
            for (var i = 1; i < points.Length; i++)
                Dot(points[i - 1], points[i]);
        }

        void Dot((double X, double Y) from, (double X, double Y) to)
        {
            var steps = (int)Math.Ceiling(2 * Math.Max(Math.Abs(to.X - from.X), Math.Abs(to.Y - from.Y))) + 1;
            for (var i = 0; i <= steps; i++)
            {
                var (x, y) = (from.X + (to.X - from.X) * i / steps, from.Y + (to.Y - from.Y) * i / steps);
                for (var v = Math.Max(0, (int)(y - pen)); v < Math.Min(coverage.Height, y + pen + 1); v++)
                {
                    for (var u = Math.Max(0, (int)(x - pen)); u < Math.Min(coverage.Width, x + pen + 1); u++)
                    {
                        var distance = Math.Sqrt((u - x) * (u - x) + (v - y) * (v - y));
                        coverage[u, v] = Math.Max(coverage[u, v], (float)Math.Clamp(pen / 2 + 0.5 - distance, 0, 1));
                    }
                }
            }
        }
    }

    /// <summary>Cuts corners that are not sharp (Chaikin, "An algorithm for high speed curve generation", 1974).</summary>
    static (double X, double Y)[] Round((double X, double Y)[] points)
    {
        for (var pass = 0; pass < 2; pass++)
        {
            var rounder = new List<(double, double)> { points[0] };
            for (var i = 1; i < points.Length - 1; i++)
            {
                var (before, at, after) = (points[i - 1], points[i], points[i + 1]);
                var cosine = ((at.X - before.X) * (after.X - at.X) + (at.Y - before.Y) * (after.Y - at.Y))
                    / (Math.Sqrt(Squared(before, at) * Squared(at, after)) + 1e-9);
                if (cosine < 0.1)
                    rounder.Add(at);
                else
                    rounder.AddRange([Between(at, before), Between(at, after)]);
            }
            points = [.. rounder, points[^1]];
        }
        return points;

        static double Squared((double X, double Y) one, (double X, double Y) other) =>
            (one.X - other.X) * (one.X - other.X) + (one.Y - other.Y) * (one.Y - other.Y);

        static (double, double) Between((double X, double Y) one, (double X, double Y) other) =>
            (0.75 * one.X + 0.25 * other.X, 0.75 * one.Y + 0.25 * other.Y);
    }
}

/// <summary>What digits are drawn on.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Width">Pixels in a line.</param>
/// <param name="Height">Number of lines.</param>
/// <param name="Left">Where the digit is.</param>
/// <param name="Top">The same.</param>
/// <param name="Size">Its height.</param>
/// <param name="Pen">Thickness of its strokes.</param>
/// <param name="Paper">Red, green and blue of the paper at a place from 0, 0 to 1, 1.</param>
/// <param name="Ink">Red, green and blue of the ink.</param>
sealed record DrawnPaper(
    string Name, int Width, int Height, double Left, double Top, double Size, double Pen,
    Func<double, double, (double Red, double Green, double Blue)> Paper, (double Red, double Green, double Blue) Ink)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<DrawnPaper> All { get; } =
    [
        new("ball pen", 300, 300, 80, 60, 170, 5, (_, _) => (236, 234, 228), (40, 50, 120)),
        new("felt tip on a sticky note", 260, 260, 50, 45, 170, 20, (x, y) => Lit(0.75 + 0.25 * y, 250, 228, 105), (25, 25, 30)),
        new("whiteboard with a reflection", 400, 300, 120, 50, 190, 9,
            (x, y) => Lit(0.9 + 0.35 * Math.Exp(-((x - 0.8) * (x - 0.8) + (y - 0.25) * (y - 0.25)) / 0.02), 205, 212, 216), (30, 60, 150)),
        new("a shadow over half", 360, 270, 120, 40, 180, 10, (x, y) => Lit(x + 0.3 * y > 0.62 ? 0.5 : 1, 225, 222, 214), (50, 50, 55)),
        new("near a corner", 420, 420, 12, 10, 110, 9, (x, y) => Lit(1 - 0.3 * x, 230, 228, 222), (35, 35, 45)),
        new("beside the edge of the sheet", 400, 300, 50, 60, 150, 9,
            (x, y) => x + 0.03 * y > 0.55 ? (95, 65, 42) : (232, 230, 224), (40, 40, 60)),
        new("squared paper", 320, 320, 80, 60, 190, 9,
            (x, y) => Math.Min((x + 0.02 * y) * 14 % 1, (y - 0.02 * x + 1) * 14 % 1) < 0.09 ? (150, 170, 225) : (235, 235, 238), (30, 35, 80)),
        new("chalk", 300, 300, 80, 60, 170, 14, (x, y) => Lit(0.8 + 0.3 * x, 50, 62, 54), (205, 205, 198)),
    ];

    /// <summary>3 megapixels, a small digit, and a shadow over half.</summary>
    public static DrawnPaper Photograph { get; } = new("large, a shadow over half", 2000, 1500, 1150, 350, 210, 13,
        (x, y) => Lit((x - 0.2 * y > 0.5 ? 0.55 : 1) * (1 - 0.2 * y), 228, 224, 215), (45, 45, 70));

    /// <summary>Draws on it.</summary>
    /// <param name="draw">Draws ink: from 0 for paper to 1.</param>
    public Picture Picture(Action<Plane> draw)
    {
        var random = new Random(5);
        var coverage = new Plane(Width, Height);
        draw(coverage);
        var pixels = new byte[3 * Width * Height];
        for (var i = 0; i < coverage.Values.Length; i++)
        {
            var (x, y) = ((double)(i % Width) / Width, (double)(i / Width) / Height);
            var (paper, ink) = (Paper(x, y), coverage.Values[i]);
            // Ink is lit as the paper is.
            var light = (paper.Red + paper.Green + paper.Blue) / LightestPaper;
            var noise = random.NextDouble() * 8 - 4;
            pixels[3 * i] = Mix(paper.Red, Ink.Red);
            pixels[3 * i + 1] = Mix(paper.Green, Ink.Green);
            pixels[3 * i + 2] = Mix(paper.Blue, Ink.Blue);

            byte Mix(double of, double inked) => (byte)Math.Clamp(of + ink * (inked * Math.Min(1, light) - of) + noise, 0, 255);
        }
        return PictureOf(pixels);
    }

    double LightestPaper => Math.Max(1, Enumerable.Range(0, 25).Max(i => Paper(i % 5 / 5.0, i / 5 / 5.0) is var (red, green, blue) ? red + green + blue : 0));

    Picture PictureOf(byte[] pixels)
    {
        var reduction = Math.Max(1, Math.Max(Width, Height) / PictureDecoder.MaxSide);
        if (reduction == 1)
            return new(pixels, Width, Height);
        using var image = SixLabors.ImageSharp.Image.LoadPixelData<SixLabors.ImageSharp.PixelFormats.Rgb24>(pixels, Width, Height);
        return MnistMl.Images.Picture.Of(image, reduction);
    }

    static (double, double, double) Lit(double light, double red, double green, double blue) => (light * red, light * green, light * blue);
}
