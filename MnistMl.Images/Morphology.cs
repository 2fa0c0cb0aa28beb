using System.Buffers;
using System.Numerics;

namespace MnistMl.Images;

/// <summary>Grey morphology by squares (Serra, "Image Analysis and Mathematical Morphology", 1982).</summary>
static class Morphology
{
    /// <summary>Grey closing: the least of the greatest values around each pixel. What is narrower and darker than the square vanishes.</summary>
    /// <param name="plane">The plane.</param>
    /// <param name="radius">Pixels on each side of the middle one. At the border the square is cut off.</param>
    public static Plane Close(Plane plane, int radius) => Least(Greatest(plane, radius), radius);

    /// <summary>Grey opening: the greatest of the least values around each pixel. What is narrower and lighter than the square vanishes.</summary>
    /// <inheritdoc cref="Close"/>
    public static Plane Open(Plane plane, int radius) => Greatest(Least(plane, radius), radius);

    /// <summary>The same where all may go on beyond the border as it is there: what is narrow at the border need not end there, and stays.</summary>
    /// <param name="plane">The plane.</param>
    /// <param name="radius">Pixels on each side of the middle one.</param>
    public static Plane CloseBeyondBorder(Plane plane, int radius) => Close(plane.Pad(radius, float.NegativeInfinity), radius).Crop(radius);

    /// <inheritdoc cref="CloseBeyondBorder"/>
    public static Plane OpenBeyondBorder(Plane plane, int radius) => Open(plane.Pad(radius, float.PositiveInfinity), radius).Crop(radius);

    static Plane Greatest(Plane plane, int radius) => Extreme<Max>(plane, radius);

    static Plane Least(Plane plane, int radius) => Extreme<Min>(plane, radius);

    interface IExtreme
    {
        /// <summary>What every value wins against.</summary>
        static abstract float Worst { get; }

        static abstract Vector<float> Of(Vector<float> one, Vector<float> other);
    }

    readonly struct Max : IExtreme
    {
        public static float Worst => float.NegativeInfinity;

        public static Vector<float> Of(Vector<float> one, Vector<float> other) => Vector.MaxNative(one, other);
    }

    readonly struct Min : IExtreme
    {
        public static float Worst => float.PositiveInfinity;

        public static Vector<float> Of(Vector<float> one, Vector<float> other) => Vector.MinNative(one, other);
    }

    /// <summary>The greatest or least value in a square around each pixel.</summary>
    static Plane Extreme<T>(Plane plane, int radius) where T : IExtreme
    {
        var (width, height, side) = (plane.Width, plane.Height, 2 * radius + 1);
        // With a margin of what never wins; lines and columns have room for whole vectors.
        var line = new float[width + 2 * radius + Vector<float>.Count];
        var valueCount = width * (height + 2 * radius);
        var rented = ArrayPool<float>.Shared.Rent(valueCount + Vector<float>.Count);
        var columns = rented.AsSpan(0, valueCount + Vector<float>.Count);
        columns[..(radius * width)].Fill(T.Worst);
        columns[((radius + height) * width)..].Fill(T.Worst);
        for (var y = 0; y < height; y++)
        {
            plane.Values.AsSpan(y * width, width).CopyTo(line.AsSpan(radius));
            line.AsSpan(0, radius).Fill(T.Worst);
            line.AsSpan(radius + width).Fill(T.Worst);
            Slide<T>(line, width + 2 * radius, 1, side);
            line.AsSpan(0, width).CopyTo(columns[((radius + y) * width)..]);
        }
        Slide<T>(columns, valueCount, width, side);
        var result = new Plane(width, height);
        columns[..result.Values.Length].CopyTo(result.Values);
        ArrayPool<float>.Shared.Return(rented);
        return result;
    }

    /// <summary>
    /// Puts the greatest or least of each value and those that follow it in its place, by doubling how many are looked at (van Herk,
    /// "A fast algorithm for local minimum and maximum filters", Pattern Recognition Letters 13, 1992, needs fewer steps, but no vectors).
    /// </summary>
    /// <param name="values">The values, and a vector more. The last are not all looked at.</param>
    /// <param name="valueCount">How many values there are.</param>
    /// <param name="stride">Distance from one to the next.</param>
    /// <param name="count">How many are looked at.</param>
    static void Slide<T>(Span<float> values, int valueCount, int stride, int count) where T : IExtreme
    {
        var length = 1;
        for (; 2 * length <= count; length *= 2)
            Take<T>(values, valueCount, length * stride);
        if (length < count)
            Take<T>(values, valueCount, (count - length) * stride);
    }

    static void Take<T>(Span<float> values, int valueCount, int offset) where T : IExtreme
    {
        for (var i = 0; i < valueCount - offset; i += Vector<float>.Count)
            T.Of(new Vector<float>(values[i..]), new Vector<float>(values[(i + offset)..])).CopyTo(values[i..]);
    }
}
