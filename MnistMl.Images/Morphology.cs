using System.Numerics;

namespace MnistMl.Images;

/// <summary>Grey morphology by squares (Serra, "Image Analysis and Mathematical Morphology", 1982).</summary>
static class Morphology
{
    /// <summary>Grey closing: the least of the greatest values around each pixel. What is narrower and darker than the square vanishes.</summary>
    /// <param name="plane">The plane.</param>
    /// <param name="radius">Pixels on each side of the middle one. At the border the square is cut off.</param>
    public static Plane Close(Plane plane, int radius) => Greatest(Greatest(plane, radius, 1), radius, -1);

    /// <summary>Grey opening: the greatest of the least values around each pixel. What is narrower and lighter than the square vanishes.</summary>
    /// <inheritdoc cref="Close"/>
    public static Plane Open(Plane plane, int radius) => Greatest(Greatest(plane, radius, -1), radius, 1);

    /// <summary>The greatest value in a square around each pixel; with sign −1 the least.</summary>
    static Plane Greatest(Plane plane, int radius, float sign)
    {
        var (width, height, side) = (plane.Width, plane.Height, 2 * radius + 1);
        var result = new Plane(width, height);
        // With a margin of what is never the greatest.
        var line = new float[width + 2 * radius];
        for (var y = 0; y < height; y++)
        {
            Array.Fill(line, float.NegativeInfinity);
            var values = plane.Values.AsSpan(y * width, width);
            for (var x = 0; x < width; x++)
                line[radius + x] = sign * values[x];
            Slide(line, 1, side);
            line.AsSpan(0, width).CopyTo(result.Values.AsSpan(y * width));
        }
        var columns = new float[width * (height + 2 * radius)];
        Array.Fill(columns, float.NegativeInfinity);
        result.Values.CopyTo(columns, radius * width);
        Slide(columns, width, side);
        for (var i = 0; i < result.Values.Length; i++)
            result.Values[i] = sign * columns[i];
        return result;
    }

    /// <summary>
    /// Puts the greatest of each value and those that follow it in its place, by doubling how many are looked at (van Herk, "A fast
    /// algorithm for local minimum and maximum filters", Pattern Recognition Letters 13, 1992, needs fewer steps, but no vectors).
    /// </summary>
    /// <param name="values">The values. The last are not all looked at.</param>
    /// <param name="stride">Distance from one to the next.</param>
    /// <param name="count">How many are looked at.</param>
    static void Slide(float[] values, int stride, int count)
    {
        var length = 1;
        for (; 2 * length <= count; length *= 2)
            TakeGreater(values, length * stride);
        if (length < count)
            TakeGreater(values, (count - length) * stride);
    }

    static void TakeGreater(float[] values, int offset)
    {
        var i = 0;
        for (; i <= values.Length - offset - Vector<float>.Count; i += Vector<float>.Count)
            Vector.Max(new Vector<float>(values, i), new Vector<float>(values, i + offset)).CopyTo(values, i);
        for (; i < values.Length - offset; i++)
            values[i] = Math.Max(values[i], values[i + offset]);
    }
}
