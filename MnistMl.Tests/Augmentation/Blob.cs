namespace MnistMl.Tests.Augmentation;

/// <summary>Where the ink of a picture is and how it lies, by its moments.</summary>
sealed record Blob(double X, double Y, double Width, double Height, double Slant, double Degrees)
{
    /// <summary>A smooth spot, higher than wide, in the middle.</summary>
    public static byte[] Draw(int size)
    {
        var center = (size - 1) / 2.0;
        return [.. Enumerable.Range(0, size * size).Select(i => Ink(i % size - center, i / size - center))];

        byte Ink(double x, double y) => (byte)Math.Round(255 * Math.Exp(-0.5 * (Math.Pow(x / (0.06 * size), 2) + Math.Pow(y / (0.12 * size), 2))));
    }

    public static Blob Measure(byte[] image, int size)
    {
        var ink = image.Sum(pixel => (double)pixel);
        var (x, y) = (Mean((x, _) => x), Mean((_, y) => y));
        var xx = Mean((px, _) => (px - x) * (px - x));
        var yy = Mean((_, py) => (py - y) * (py - y));
        var xy = Mean((px, py) => (px - x) * (py - y));
        // From upright, as the hands of a clock go, y pointing down.
        var degrees = 0.5 * Math.Atan2(-2 * xy, yy - xx) * 180 / Math.PI;
        return new Blob(x, y, Math.Sqrt(xx), Math.Sqrt(yy), xy / yy, degrees);

        double Mean(Func<int, int, double> value) => image.Select((pixel, i) => pixel * value(i % size, i / size)).Sum() / ink;
    }
}
