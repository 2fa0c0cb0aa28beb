namespace MnistMl.Tests.Augmentation;

/// <summary>The position, size and orientation of the ink of an image, from its moments.</summary>
/// <param name="X">Column of the centroid, in pixels.</param>
/// <param name="Y">Row of the centroid, in pixels.</param>
/// <param name="Width">Standard deviation of the columns, in pixels.</param>
/// <param name="Height">Standard deviation of the rows, in pixels.</param>
/// <param name="Slant">Columns by which a row is moved against the one above it.</param>
/// <param name="Degrees">Angle from upright, clockwise.</param>
sealed record Blob(double X, double Y, double Width, double Height, double Slant, double Degrees)
{
    /// <summary>A smooth spot at the center, higher than wide.</summary>
    public static byte[] Draw(int size)
    {
        var center = (size - 1) / 2.0;
        return [.. Enumerable.Range(0, size * size).Select(i => Ink(i % size - center, i / size - center))];

        byte Ink(double x, double y) => (byte)Math.Round(
            255 * Math.Exp(-0.5 * (Math.Pow(x / (0.06 * size), 2) + Math.Pow(y / (0.12 * size), 2))));
    }

    public static Blob Measure(byte[] image, int size)
    {
        var ink = image.Sum(pixel => (double)pixel);
        var (x, y) = (Mean((x, _) => x), Mean((_, y) => y));
        var xx = Mean((px, _) => (px - x) * (px - x));
        var yy = Mean((_, py) => (py - y) * (py - y));
        var xy = Mean((px, py) => (px - x) * (py - y));
        // Clockwise, because y points down.
        var degrees = 0.5 * Math.Atan2(-2 * xy, yy - xx) * 180 / Math.PI;
        return new Blob(x, y, Math.Sqrt(xx), Math.Sqrt(yy), xy / yy, degrees);

        double Mean(Func<int, int, double> value) =>
            image.Select((pixel, i) => pixel * value(i % size, i / size)).Sum() / ink;
    }
}
