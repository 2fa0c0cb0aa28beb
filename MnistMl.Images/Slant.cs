namespace MnistMl.Images;

/// <summary>
/// How far a digit leans, by its moments of second order (as LeCun, Bottou, Bengio and Haffner deslant digits in "Gradient-based
/// learning applied to document recognition", Proceedings of the IEEE 86, 1998).
/// </summary>
static class Slant
{
    /// <summary>Pixels to the right for each line downwards: less than 0 for a digit that leans to the right.</summary>
    public static double Measure(Plane ink)
    {
        var (middleX, middleY) = CenterOfMass.Of(ink);
        var (xy, yy) = (0.0, 0.0);
        for (var y = 0; y < ink.Height; y++)
        {
            for (var x = 0; x < ink.Width; x++)
            {
                xy += ink[x, y] * (x - middleX) * (y - middleY);
                yy += ink[x, y] * (y - middleY) * (y - middleY);
            }
        }
        return yy == 0 ? 0 : xy / yy;
    }

    /// <summary>Moves each line sideways, by linear interpolation. The plane grows as it must.</summary>
    /// <param name="ink">The image.</param>
    /// <param name="slant">Pixels to the left for each line downwards.</param>
    public static Plane Shear(Plane ink, double slant)
    {
        var most = Math.Abs(slant) * (ink.Height - 1);
        var result = new Plane(ink.Width + (int)Math.Ceiling(most) + 1, ink.Height);
        for (var y = 0; y < ink.Height; y++)
        {
            var shift = slant > 0 ? most - slant * y : -slant * y;
            var whole = (int)shift;
            var part = (float)(shift - whole);
            for (var x = 0; x < ink.Width; x++)
            {
                result[x + whole, y] += (1 - part) * ink[x, y];
                result[x + whole + 1, y] += part * ink[x, y];
            }
        }
        return result;
    }
}
