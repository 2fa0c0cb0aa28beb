namespace MnistMl;

/// <summary>
/// A change of a digit that no reader would mind: what other pens, papers, hands and scanners do. Each is computed by its
/// definition, pixel by pixel, by none of the code that augments training images.
/// </summary>
/// <param name="Name">What is done.</param>
/// <param name="Apply">Makes the changed image of an image, both [28, 28].</param>
sealed record Corruption(string Name, Func<byte[], byte[]> Apply)
{
    /// <summary>Width and height of an image.</summary>
    public const int Size = 28;

    const double Center = (Size - 1) / 2.0;

    /// <summary>All of them, the unchanged digits first.</summary>
    public static IReadOnlyList<Corruption> All { get; } =
    [
        new("none", image => image),
        new("contrast × 0.3", image => ByPixel(image, pixel => 0.3 * pixel)),
        new("paper at +40", image => ByPixel(image, pixel => pixel + 40)),
        new("eroded once", image => Morphology(image, Math.Min)),
        new("dilated once", image => Morphology(image, Math.Max)),
        new("dilated one and a half times", DilateOneAndAHalfTimes),
        new("shifted by 3,3", image => Resample(image, (x, y) => (x - 3, y - 3))),
        new("× 0.7 in size", image => Resample(image, (x, y) => (Center + (x - Center) / 0.7, Center + (y - Center) / 0.7))),
        new("leaning by 0.5", image => Resample(image, (x, y) => (x + 0.5 * (y - Center), y))),
        new("leaning back by 0.5", image => Resample(image, (x, y) => (x - 0.5 * (y - Center), y))),
        new("turned by 20°", image => Turn(image, 20)),
        new("turned by −20°", image => Turn(image, -20)),
        new("enlarged to the full box", image => ToBox(image, Size, keepAspect: true)),
        new("stretched to the full box", image => ToBox(image, Size, keepAspect: false)),
        new("stretched to 16 × 16 black and white pixels", StretchToBlackAndWhite),
        new("at 10 × 10 pixels", image => Enlarge(Reduce(image, 10), 10)),
        new("ink and paper swapped", image => ByPixel(image, pixel => 255 - pixel)),
    ];

    static byte[] ByPixel(byte[] image, Func<double, double> change) => Array.ConvertAll(image, pixel => ToByte(change(pixel)));

    /// <summary>The least or greatest of a pixel and its four neighbours.</summary>
    static byte[] Morphology(byte[] image, Func<byte, byte, byte> extreme) =>
        [.. Enumerable.Range(0, image.Length).Select(i =>
        {
            var (x, y) = (i % Size, i / Size);
            byte[] neighbours = [At(image, x, y), At(image, x - 1, y), At(image, x + 1, y), At(image, x, y - 1), At(image, x, y + 1)];
            return neighbours.Aggregate(extreme);
        })];

    static byte[] DilateOneAndAHalfTimes(byte[] image)
    {
        var once = Morphology(image, Math.Max);
        return [.. once.Zip(Morphology(once, Math.Max), (a, b) => ToByte((a + b) / 2.0))];
    }

    static byte[] Turn(byte[] image, double degrees)
    {
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        return Resample(image, (x, y) => (
            Center + cos * (x - Center) + sin * (y - Center), Center - sin * (x - Center) + cos * (y - Center)));
    }

    /// <summary>Enlarges what has ink to the greatest size within a square, in its middle.</summary>
    static byte[] ToBox(byte[] image, int box, bool keepAspect)
    {
        int[] ink = [.. Enumerable.Range(0, image.Length).Where(i => image[i] >= 64)];
        if (ink.Length == 0)
            return image;
        var (left, right) = (ink.Min(i => i % Size) - 0.5, ink.Max(i => i % Size) + 0.5);
        var (top, bottom) = (ink.Min(i => i / Size) - 0.5, ink.Max(i => i / Size) + 0.5);
        var (across, down) = ((right - left) / box, (bottom - top) / box);
        if (keepAspect)
            across = down = Math.Max(across, down);
        var (middleX, middleY) = ((left + right) / 2, (top + bottom) / 2);
        return Resample(image, (x, y) => (middleX + (x - Center) * across, middleY + (y - Center) * down));
    }

    static byte[] StretchToBlackAndWhite(byte[] image) =>
        Enlarge([.. Reduce(ToBox(image, Size, keepAspect: false), 16).Select(mean => mean >= 96 ? byte.MaxValue : 0.0)], 16);

    /// <summary>Means over the pixels of a coarser grid.</summary>
    static double[] Reduce(byte[] image, int size)
    {
        var means = new double[size * size];
        var width = (double)Size / size;
        for (var i = 0; i < means.Length; i++)
        {
            for (var j = 0; j < image.Length; j++)
                means[i] += image[j] * Overlap(i % size, j % Size) * Overlap(i / size, j / Size) / (width * width);
        }
        return means;

        double Overlap(int coarse, int fine) => Math.Max(0, Math.Min((coarse + 1) * width, fine + 1) - Math.Max(coarse * width, fine));
    }

    /// <summary>Between the middles of the pixels of a coarser grid, bilinearly.</summary>
    static byte[] Enlarge(double[] image, int size) =>
        [.. Enumerable.Range(0, Size * Size).Select(i =>
            ToByte(Bilinear((x, y) => x < 0 || y < 0 || x >= size || y >= size ? 0 : image[y * size + x],
                (i % Size + 0.5) * size / Size - 0.5, (i / Size + 0.5) * size / Size - 0.5)))];

    static byte[] Resample(byte[] image, Func<double, double, (double X, double Y)> from) =>
        [.. Enumerable.Range(0, image.Length).Select(i =>
        {
            var (x, y) = from(i % Size, i / Size);
            return ToByte(Bilinear((x, y) => At(image, x, y), x, y));
        })];

    static double Bilinear(Func<int, int, double> at, double x, double y)
    {
        var (left, top) = ((int)Math.Floor(x), (int)Math.Floor(y));
        var (right, down) = (x - left, y - top);
        return (1 - down) * ((1 - right) * at(left, top) + right * at(left + 1, top))
            + down * ((1 - right) * at(left, top + 1) + right * at(left + 1, top + 1));
    }

    static byte At(byte[] image, int x, int y) => x is < 0 or >= Size || y is < 0 or >= Size ? (byte)0 : image[y * Size + x];

    static byte ToByte(double value) => (byte)Math.Clamp(Math.Round(value), 0, byte.MaxValue);
}
