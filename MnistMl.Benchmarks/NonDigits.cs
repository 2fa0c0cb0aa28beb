using MnistMl.Tests.Images;

namespace MnistMl.Benchmarks;

/// <summary>Drawings that are no digits: letters, signs and figures, and strokes at random.</summary>
static class NonDigits
{
    /// <summary>Letters, but those that look like digits, signs and figures: points x, y of each stroke, from 0 to 100.</summary>
    public static IReadOnlyList<DrawnDigit> Named { get; } = [.. (((string Name, double[][] Strokes)[])[
        ("A", [[10, 100, 45, 0, 80, 100], [25, 65, 65, 65]]),
        ("E", [[75, 3, 20, 3, 20, 97, 75, 97], [20, 50, 65, 50]]),
        ("F", [[75, 3, 20, 3, 20, 97], [20, 48, 65, 48]]),
        ("H", [[15, 0, 15, 100], [80, 0, 80, 100], [15, 50, 80, 50]]),
        ("K", [[20, 0, 20, 100], [78, 2, 22, 52, 80, 98]]),
        ("L", [[20, 0, 20, 97, 75, 97]]),
        ("M", [[8, 100, 15, 0, 48, 70, 80, 0, 90, 100]]),
        ("N", [[15, 100, 15, 0, 78, 100, 78, 0]]),
        ("P", [[20, 100, 20, 0, 60, 3, 75, 25, 60, 48, 22, 50]]),
        ("R", [[20, 100, 20, 0, 60, 3, 75, 25, 60, 48, 22, 50, 78, 100]]),
        ("T", [[10, 3, 88, 3], [48, 3, 48, 100]]),
        ("V", [[10, 0, 48, 100, 85, 0]]),
        ("W", [[5, 0, 27, 100, 50, 30, 72, 100, 95, 0]]),
        ("W low", [[0, 0, 27, 70, 50, 10, 72, 70, 100, 0]]),
        ("w round", [[5, 5, 8, 60, 25, 95, 45, 60, 47, 20, 52, 70, 70, 95, 90, 60, 92, 5]]),
        ("X", [[12, 0, 85, 100], [85, 0, 12, 100]]),
        ("Y", [[12, 0, 48, 50], [85, 0, 48, 50, 48, 100]]),
        ("+", [[48, 5, 48, 95], [5, 50, 92, 50]]),
        ("*", [[48, 5, 48, 95], [8, 28, 88, 72], [88, 28, 8, 72]]),
        ("#", [[33, 0, 28, 100], [68, 0, 62, 100], [5, 33, 95, 33], [3, 68, 92, 68]]),
        ("?", [[20, 25, 35, 5, 60, 5, 72, 25, 60, 45, 48, 60, 48, 75], [48, 94, 48, 97]]),
        ("triangle", [[48, 5, 92, 95, 5, 95, 48, 5]]),
        ("star", [[20, 98, 50, 2, 80, 98, 5, 38, 95, 38, 20, 98]]),
        ("arrow right", [[0, 50, 98, 50], [65, 20, 98, 50, 65, 80]]),
        ("arrow up", [[50, 100, 50, 2], [20, 35, 50, 2, 80, 35]]),
        ("heart", [[50, 95, 10, 45, 12, 15, 32, 5, 50, 25, 68, 5, 88, 15, 90, 45, 50, 95]]),
        ("smiley", [Circle(50, 50, 48, 48), [33, 33, 33, 36], [66, 33, 66, 36], [28, 62, 40, 75, 60, 75, 72, 62]]),
        ("spiral", [[.. Enumerable.Range(0, 50).SelectMany(i => { var a = i*0.4; var r = 1+i; return new[] { 50 + r*Math.Cos(a), 50 + r*Math.Sin(a) }; })]]),
        ("check", [[5, 55, 35, 95, 92, 5]]),
        ("zigzag", [[0, 20, 18, 80, 36, 20, 54, 80, 72, 20, 90, 80]]),
        ("infinity", [[50, 50, 30, 25, 8, 28, 2, 50, 10, 72, 30, 75, 50, 50, 70, 25, 92, 28, 98, 50, 90, 72, 70, 75, 50, 50]]),
        ("=", [[5, 35, 90, 35], [5, 70, 90, 70]]),
        ("%", [[85, 3, 12, 98], Circle(22, 22, 16, 18), Circle(75, 78, 16, 18)]),
        ("&", [[88, 98, 30, 30, 30, 10, 48, 3, 62, 15, 55, 35, 20, 60, 15, 82, 35, 97, 60, 88, 82, 58]]),
        ("@", [Circle(45, 50, 15, 18), [60, 30, 60, 62, 75, 68, 88, 50, 80, 15, 50, 2, 15, 20, 5, 55, 20, 90, 55, 98, 80, 90]]),
        ("house", [[10, 100, 10, 45, 50, 5, 90, 45, 90, 100, 10, 100], [40, 100, 40, 70, 60, 70, 60, 100]]),
        ("u", [[15, 0, 15, 65, 30, 95, 60, 95, 78, 65, 78, 0]]),
        ("n", [[18, 100, 18, 10], [18, 40, 40, 8, 65, 12, 75, 40, 75, 100]]),
        ("m", [[5, 100, 5, 10], [5, 35, 22, 8, 42, 15, 47, 40, 47, 100], [47, 40, 60, 10, 82, 12, 90, 40, 90, 100]]),
        ("h", [[20, 0, 20, 100], [20, 60, 40, 40, 65, 45, 72, 65, 72, 100]]),
        ("k", [[22, 0, 22, 100], [70, 35, 24, 70, 74, 100]]),
        ("r", [[25, 10, 25, 100], [25, 50, 40, 20, 65, 10, 80, 20]]),
        ("e", [[15, 52, 80, 52, 75, 20, 48, 8, 20, 25, 14, 60, 30, 92, 60, 95, 80, 80]]),
        ("a", [[72, 20, 50, 8, 22, 25, 15, 55, 28, 88, 55, 85, 72, 60], [74, 10, 74, 75, 88, 95]]),
        ("tally", [[10, 0, 10, 100], [32, 0, 32, 100], [54, 0, 54, 100], [76, 0, 76, 100]]),
        ("tally crossed", [[15, 0, 15, 100], [35, 0, 35, 100], [55, 0, 55, 100], [75, 0, 75, 100], [0, 80, 92, 20]]),
        ("two lines //", [[40, 0, 10, 100], [80, 0, 50, 100]]),
        ("grid cross", [[50, 0, 50, 100], [0, 50, 100, 50], [10, 10, 90, 90], [90, 10, 10, 90]]),
        ("box crossed", [[10, 10, 90, 10, 90, 90, 10, 90, 10, 10], [10, 10, 90, 90], [90, 10, 10, 90]]),
        ("fish", [[0, 50, 30, 20, 65, 30, 100, 75], [0, 50, 30, 80, 65, 70, 100, 25]]),
        ("pi", [[5, 20, 15, 10, 92, 8], [32, 10, 25, 100], [66, 10, 66, 85, 80, 97]]),
        ("psi", [[12, 0, 15, 40, 35, 60, 62, 60, 82, 40, 85, 0], [48, 0, 48, 100]]),
        ("phi", [[48, 0, 48, 100], Circle(48, 50, 35, 28)]),
        ("theta", [Circle(48, 50, 36, 48), [14, 50, 82, 50]]),
        ("sigma", [[85, 5, 12, 5, 50, 50, 10, 95, 88, 95]]),
        ("omega", [[5, 97, 35, 97, 12, 55, 20, 15, 50, 2, 80, 15, 88, 55, 65, 97, 95, 97]]),
        ("square root", [[0, 55, 15, 45, 32, 98, 55, 2, 100, 2]]),
        ("cup", [[10, 10, 15, 80, 30, 95, 60, 95, 72, 80, 78, 10, 10, 10], [78, 30, 95, 32, 96, 60, 74, 65]]),
        ("person", [Circle(50, 14, 13, 13), [50, 28, 50, 65], [15, 42, 85, 42], [50, 65, 20, 100], [50, 65, 80, 100]]),
        ("J", [[20, 3, 85, 3], [60, 3, 60, 75, 45, 97, 20, 90, 14, 75]]),
        ("C", [[75, 20, 60, 3, 35, 3, 15, 30, 12, 60, 30, 95, 60, 97, 78, 80]]),
        ("d", [[70, 0, 70, 98], [70, 60, 45, 45, 18, 65, 25, 92, 50, 95, 70, 80]]),
        ("f", [[75, 12, 55, 2, 42, 15, 40, 100], [15, 42, 70, 42]]),
        ("t", [[48, 0, 46, 80, 60, 97, 78, 88], [20, 30, 80, 30]]),
        ("x", [[15, 15, 75, 90], [75, 15, 15, 90]]),
        ("v", [[15, 10, 45, 90, 75, 10]]),
        ("<", [[85, 5, 10, 50, 85, 95]]),
        (">", [[10, 5, 85, 50, 10, 95]]),
        ("{", [[70, 0, 45, 5, 45, 40, 20, 50, 45, 60, 45, 95, 70, 100]]),
        ("÷", [[5, 50, 90, 50], [48, 18, 48, 21], [48, 80, 48, 83]]),
        ("€", [[80, 15, 55, 2, 25, 20, 18, 50, 25, 80, 55, 98, 82, 85], [5, 40, 60, 40], [5, 60, 58, 60]]),
        ("$", [[75, 20, 48, 8, 22, 25, 48, 48, 75, 68, 50, 90, 18, 80], [48, -5, 48, 105]]),
        ("§", [[70, 15, 48, 3, 28, 18, 65, 45, 65, 62, 30, 80], [30, 40, 30, 55, 68, 80, 48, 98, 25, 85]]),
        ("tree", [[50, 100, 50, 60], [50, 60, 15, 60, 50, 5, 85, 60, 50, 60]]),
        ("fir", [[50, 100, 50, 80], [10, 80, 90, 80, 50, 50, 80, 50, 50, 5, 20, 50, 50, 50, 10, 80]]),
        ("flower", [[50, 40, 50, 100], [50, 30, 30, 10, 50, 0, 70, 10, 50, 30, 80, 25, 80, 45, 50, 30, 70, 55, 30, 55, 50, 30, 18, 45, 20, 22, 50, 30]]),
        ("cloud", [[15, 70, 5, 50, 20, 35, 35, 15, 60, 15, 75, 35, 95, 45, 88, 70, 15, 70]]),
        ("fence", [[15, 10, 15, 95], [48, 10, 48, 95], [80, 10, 80, 95], [0, 35, 98, 35], [0, 70, 98, 70]]),
        ("ladder", [[20, 0, 15, 100], [75, 0, 80, 100], [20, 25, 78, 25], [18, 50, 79, 50], [16, 75, 80, 75]]),
        ("cross in a ring", [[50, 3, 80, 15, 97, 50, 80, 85, 50, 97, 20, 85, 3, 50, 20, 15, 50, 3], [50, 3, 50, 97], [3, 50, 97, 50]]),
        ("tree of strokes", [[50, 0, 50, 100], [50, 60, 15, 25], [50, 60, 85, 25], [50, 80, 25, 60], [50, 80, 75, 60]]),
        ("three arms", [[50, 50, 50, 0], [50, 50, 8, 95], [50, 50, 92, 95]]),
        ("sun", [[35, 35, 65, 35, 65, 65, 35, 65, 35, 35], [50, 25, 50, 0], [50, 75, 50, 100], [25, 50, 0, 50], [75, 50, 100, 50], [30, 30, 12, 12], [70, 30, 88, 12], [30, 70, 12, 88], [70, 70, 88, 88]]),
        ("waves", [[0, 30, 15, 15, 30, 30, 45, 45, 60, 30, 75, 15, 95, 30], [0, 70, 15, 55, 30, 70, 45, 85, 60, 70, 75, 55, 95, 70]]),
        ("word", [[0, 60, 8, 30, 16, 60, 24, 30, 32, 60, 38, 45, 46, 60, 50, 20, 54, 60, 62, 40, 70, 60, 80, 35, 95, 60]]),
        ("water", [[50, 0, 50, 100, 38, 90], [5, 30, 38, 30, 8, 75], [85, 15, 58, 40, 95, 85]]),
        ("big", [[5, 35, 95, 35], [50, 0, 48, 40, 5, 98], [50, 40, 95, 98]]),
        ("field", [[10, 8, 90, 8, 90, 95, 10, 95, 10, 8], [50, 8, 50, 95], [10, 50, 90, 50]]),
        ("up", [[50, 0, 50, 95], [50, 45, 85, 45], [5, 95, 95, 95]]),
        ("da", [[5, 20, 95, 20], [35, 0, 35, 40], [65, 0, 65, 40], [50, 40, 20, 95, 85, 95]]),
    ]).Select(figure => new DrawnDigit(figure.Name, "", figure.Strokes))];

    /// <summary>Draws strokes at random: a curve, straight lines, polylines, arcs, a zigzag, or lines that cross.</summary>
    public static DrawnDigit Draw(Random random)
    {
        return new("random", "", [.. random.Next(6) switch
        {
            0 => [Points(4 + random.Next(12))],
            1 => Many(2 + random.Next(5), () => Points(2)),
            2 => Many(1 + random.Next(3), () => Points(2 + random.Next(4))),
            3 => [.. Many(1 + random.Next(3), Arc), .. Many(random.Next(3), () => Points(2))],
            4 => [Zigzag()],
            _ => Crossing(),
        }]);

        double Coordinate() => 100 * random.NextDouble();

        double[] Points(int count) => [.. Enumerable.Range(0, 2 * count).Select(_ => Coordinate())];

        static double[][] Many(int count, Func<double[]> stroke) => [.. Enumerable.Range(0, count).Select(_ => stroke())];

        double[] Arc()
        {
            var (x, y, width, height) = (Coordinate(), Coordinate(), 10 + Coordinate() / 2, 10 + Coordinate() / 2);
            var (start, length) = (2 * Math.PI * random.NextDouble(), 1.5 + 5 * random.NextDouble());
            return Circle(x, y, width, height, start, length);
        }

        double[] Zigzag()
        {
            var (corners, isUpright, unevenness) = (3 + random.Next(5), random.Next(2) == 0, 20 * random.NextDouble());
            return [.. Enumerable.Range(0, corners + 1).SelectMany<int, double>(i =>
            {
                var along = 100.0 * i / corners + unevenness * (random.NextDouble() - 0.5);
                var across = (i % 2 == 0 ? 5 : 95) + 2 * unevenness * (random.NextDouble() - 0.5);
                return isUpright ? [across, along] : [along, across];
            })];
        }

        double[][] Crossing()
        {
            var (x, y) = (35 + 0.3 * Coordinate(), 35 + 0.3 * Coordinate());
            var (first, count) = (Math.PI * random.NextDouble(), 2 + random.Next(3));
            return [.. Enumerable.Range(0, count).Select(i =>
            {
                var (sin, cos) = Math.SinCos(first + Math.PI * (i + 0.5 * (random.NextDouble() - 0.5)) / count);
                var (one, other) = (25 + 0.35 * Coordinate(), 25 + 0.35 * Coordinate());
                return new[] { x + one * cos, y + one * sin, x - other * cos, y - other * sin };
            })];
        }
    }

    /// <summary>A drawing as another hand may draw it: turned, narrower or wider, leaning, and its points moved.</summary>
    /// <param name="drawing">The drawing.</param>
    /// <param name="random">Says how.</param>
    /// <param name="distance">How far points are moved, of 100.</param>
    public static DrawnDigit Vary(DrawnDigit drawing, Random random, double distance)
    {
        var (sin, cos) = Math.SinCos(0.3 * (random.NextDouble() - 0.5));
        var (width, slant) = (0.75 + 0.4 * random.NextDouble(), 0.4 * (random.NextDouble() - 0.5));
        return drawing with
        {
            Strokes = [.. drawing.Strokes.Select(stroke => stroke.Chunk(2).SelectMany<double[], double>(point =>
            {
                var (x, y) = (width * (point[0] - 50) + slant * (point[1] - 50) + Moved(), point[1] - 50 + Moved());
                return [50 + cos * x - sin * y, 50 + sin * x + cos * y];
            }).ToArray())],
        };

        double Moved() => distance * (random.NextDouble() - 0.5);
    }

    static double[] Circle(double x, double y, double width, double height, double start = 0, double length = 2 * Math.PI) =>
        [.. Enumerable.Range(0, 17).SelectMany<int, double>(i => [x + width * Math.Cos(start + length * i / 16), y + height * Math.Sin(start + length * i / 16)])];
}
