using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace MnistMl.Images;

/// <summary>Grey morphology by squares (Serra, "Image Analysis and Mathematical Morphology", 1982).</summary>
static class Morphology
{
    /// <summary>Grey closing: the least of the greatest values around each pixel. What is narrower and darker than the square vanishes.</summary>
    /// <param name="plane">The plane.</param>
    /// <param name="radius">Pixels on each side of the middle one. At the border the square is cut off.</param>
    public static Plane Close(Plane plane, int radius) => Extreme<Min>(Extreme<Max>(plane, radius, radius), radius, radius);

    /// <summary>Grey opening: the greatest of the least values around each pixel. What is narrower and lighter than the square vanishes.</summary>
    /// <inheritdoc cref="Close"/>
    public static Plane Open(Plane plane, int radius) => Extreme<Max>(Extreme<Min>(plane, radius, radius), radius, radius);

    /// <summary>The same where all may go on beyond the border as it is there: what is narrow at the border need not end there, and stays.</summary>
    /// <param name="plane">The plane.</param>
    /// <param name="radius">Pixels on each side of the middle one.</param>
    public static Plane CloseBeyondBorder(Plane plane, int radius) => Extreme<Min>(Extreme<Max>(plane, radius, 2 * radius), radius, 0);

    /// <inheritdoc cref="CloseBeyondBorder"/>
    public static Plane OpenBeyondBorder(Plane plane, int radius) => Extreme<Max>(Extreme<Min>(plane, radius, 2 * radius), radius, 0);

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
    /// <param name="plane">The plane.</param>
    /// <param name="radius">Pixels on each side of the middle one.</param>
    /// <param name="margin">Pixels beyond the border on each side, which never win.</param>
    /// <returns>Those around whose middle all of the square is within the margin: with one of the radius, as many as the plane has.</returns>
    static Plane Extreme<T>(Plane plane, int radius, int margin) where T : IExtreme
    {
        var side = 2 * radius + 1;
        var (paddedWidth, paddedHeight) = (plane.Width + 2 * margin, plane.Height + 2 * margin);
        var result = Plane.ToWrite(paddedWidth - side + 1, paddedHeight - side + 1);
        var width = result.Width;
        // Lines and columns have room for whole vectors.
        var line = new float[paddedWidth + Vector<float>.Count];
        var valueCount = width * paddedHeight;
        var rented = ArrayPool<float>.Shared.Rent(valueCount + Vector<float>.Count);
        var columns = rented.AsSpan(0, valueCount + Vector<float>.Count);
        columns[..(margin * width)].Fill(T.Worst);
        columns[((margin + plane.Height) * width)..].Fill(T.Worst);
        for (var y = 0; y < plane.Height; y++)
        {
            line.AsSpan(0, margin).Fill(T.Worst);
            plane.Values.AsSpan(y * plane.Width, plane.Width).CopyTo(line.AsSpan(margin));
            line.AsSpan(margin + plane.Width).Fill(T.Worst);
            Slide<T>(line, paddedWidth, 1, side);
            line.AsSpan(0, width).CopyTo(columns[((margin + y) * width)..]);
        }
        Slide<T>(columns, valueCount, width, side);
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
        ref var first = ref MemoryMarshal.GetReference(values[..(valueCount + Vector<float>.Count)]);
        for (var i = 0; i < valueCount - offset; i += Vector<float>.Count)
            T.Of(Vector.LoadUnsafe(ref first, (nuint)i), Vector.LoadUnsafe(ref first, (nuint)(i + offset))).StoreUnsafe(ref first, (nuint)i);
    }
}
