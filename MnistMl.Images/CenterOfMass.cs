namespace MnistMl.Images;

/// <summary>
/// Puts ink into the middle of an image, by its center of mass, as MNIST's digits are (LeCun, Bottou, Bengio and Haffner,
/// "Gradient-based learning applied to document recognition", Proceedings of the IEEE 86, 1998).
/// </summary>
static class CenterOfMass
{
    /// <summary>The mean position of ink, the first pixel's being 0; the middle where there is none.</summary>
    public static (double X, double Y) Of(Plane ink)
    {
        var (sum, sumX, sumY) = (0.0, 0.0, 0.0);
        for (var y = 0; y < ink.Height; y++)
        {
            for (var x = 0; x < ink.Width; x++)
            {
                sum += ink[x, y];
                sumX += x * (double)ink[x, y];
                sumY += y * (double)ink[x, y];
            }
        }
        return sum == 0 ? ((ink.Width - 1) / 2.0, (ink.Height - 1) / 2.0) : (sumX / sum, sumY / sum);
    }

    /// <summary>
    /// Places ink into a larger square with its center of mass in the middle, as far as it fits. The middle is where MNIST's digits
    /// have it: at the pixel right of and below it, at 14 of 0 to 27.
    /// </summary>
    /// <param name="ink">The ink.</param>
    /// <param name="side">The square's side.</param>
    public static Plane Place(Plane ink, int side)
    {
        var (x, y) = Of(ink);
        var (left, top) = (Offset(x, ink.Width, side), Offset(y, ink.Height, side));
        var result = new Plane(side, side);
        for (var line = 0; line < ink.Height; line++)
            ink.Values.AsSpan(line * ink.Width, ink.Width).CopyTo(result.Values.AsSpan((line + top) * side + left));
        return result;

        static int Offset(double center, int length, int side) =>
            Math.Clamp((int)Math.Round(side / 2.0 - center, MidpointRounding.AwayFromZero), 0, side - length);
    }
}
