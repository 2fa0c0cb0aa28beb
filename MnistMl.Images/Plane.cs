using System.Numerics;

namespace MnistMl.Images;

/// <summary>One value for each pixel of an image.</summary>
/// <param name="values">[height, width]</param>
/// <param name="width">Pixels in a line, at least 1.</param>
/// <param name="height">Lines, at least 1.</param>
sealed class Plane(float[] values, int width, int height)
{
    /// <summary>Zeros.</summary>
    public Plane(int width, int height) : this(new float[width * height], width, height) { }

    /// <summary>A plane of which every value is still to be written.</summary>
    /// <param name="width">Pixels in a line.</param>
    /// <param name="height">Lines.</param>
    public static Plane ToWrite(int width, int height) => new(GC.AllocateUninitializedArray<float>(width * height), width, height);

    /// <summary>Pixels in a line.</summary>
    public int Width { get; } = width;

    /// <summary>Number of lines.</summary>
    public int Height { get; } = height;

    /// <summary>[height, width]</summary>
    public float[] Values { get; } = values;

    /// <summary>The value of a pixel.</summary>
    public ref float this[int x, int y] => ref Values[y * Width + x];

    /// <summary>A plane of the same size.</summary>
    /// <param name="value">Its value from that of this plane.</param>
    public Plane Select(Func<float, float> value)
    {
        var result = ToWrite(Width, Height);
        for (var i = 0; i < Values.Length; i++)
            result.Values[i] = value(Values[i]);
        return result;
    }

    /// <summary>The plane with lines and columns exchanged.</summary>
    public Plane Transpose()
    {
        var result = ToWrite(Height, Width);
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
                result.Values[x * Height + y] = Values[y * Width + x];
        }
        return result;
    }

    /// <summary>The mean of each pixel and of those next to it, which are eight but at the border.</summary>
    public Plane Smooth()
    {
        var result = ToWrite(Width, Height);
        // With a column of nothing on each side.
        var sums = new float[Width + 2];
        for (var y = 0; y < Height; y++)
        {
            var (first, last) = (Math.Max(0, y - 1), Math.Min(Height - 1, y + 1));
            var columns = sums.AsSpan(1, Width);
            Values.AsSpan(first * Width, Width).CopyTo(columns);
            for (var line = first + 1; line <= last; line++)
                Add(Values.AsSpan(line * Width, Width), columns);
            var share = 1f / (3 * (last - first + 1));
            var target = result.Values.AsSpan(y * Width, Width);
            var x = 0;
            for (; x <= Width - Vector<float>.Count; x += Vector<float>.Count)
                (share * (new Vector<float>(sums, x) + new Vector<float>(sums, x + 1) + new Vector<float>(sums, x + 2))).CopyTo(target[x..]);
            for (; x < Width; x++)
                target[x] = share * (sums[x] + sums[x + 1] + sums[x + 2]);
            target[0] *= 3f / Math.Min(2, Width);
            if (Width > 1)
                target[^1] *= 1.5f;
        }
        return result;

        static void Add(ReadOnlySpan<float> line, Span<float> sums)
        {
            var x = 0;
            for (; x <= line.Length - Vector<float>.Count; x += Vector<float>.Count)
                (new Vector<float>(sums[x..]) + new Vector<float>(line[x..])).CopyTo(sums[x..]);
            for (; x < line.Length; x++)
                sums[x] += line[x];
        }
    }

    /// <summary>The mean of the values in a square around each pixel.</summary>
    /// <param name="weights">[height, width]: what each value counts.</param>
    /// <param name="radius">Pixels on each side of the middle one. At the border the square is cut off.</param>
    /// <returns>Sums of weighted values divided by sums of weights; NaN where no weight is.</returns>
    public Plane LocalMean(int radius, ReadOnlySpan<float> weights)
    {
        // Running sums of columns, and sums of them from the left on: the same work for any radius.
        var result = ToWrite(Width, Height);
        var (sums, counts) = (new float[Width], new float[Width]);
        // With a margin, in which nothing is added: at the border the square is cut off.
        var padded = Width + 2 * radius + 1 + Vector<double>.Count;
        var (sumsLeft, countsLeft) = (new double[padded], new double[padded]);
        var side = 2 * radius + 1;
        for (var y = -radius; y < Height; y++)
        {
            if (y + radius < Height)
                Add(y + radius, 1, weights);
            if (y - radius - 1 >= 0)
                Add(y - radius - 1, -1, weights);
            if (y < 0)
                continue;
            var (sum, count) = (0.0, 0.0);
            for (var x = 0; x < sums.Length; x++)
            {
                sumsLeft[radius + 1 + x] = sum += sums[x];
                countsLeft[radius + 1 + x] = count += counts[x];
            }
            sumsLeft.AsSpan(radius + 1 + Width).Fill(sum);
            countsLeft.AsSpan(radius + 1 + Width).Fill(count);
            var line = result.Values.AsSpan(y * Width, Width);
            var i = 0;
            for (; i <= Width - Vector<float>.Count; i += Vector<float>.Count)
                Vector.Narrow(Quotient(i), Quotient(i + Vector<double>.Count)).CopyTo(line[i..]);
            for (; i < Width; i++)
                line[i] = countsLeft[i + side] == countsLeft[i] ? float.NaN : (float)((sumsLeft[i + side] - sumsLeft[i]) / (countsLeft[i + side] - countsLeft[i]));
        }
        return result;

        // Where no weight is, sums are not quite 0: they were rounded on the way.
        Vector<double> Quotient(int x)
        {
            var counts = new Vector<double>(countsLeft, x + side) - new Vector<double>(countsLeft, x);
            var sums = new Vector<double>(sumsLeft, x + side) - new Vector<double>(sumsLeft, x);
            return Vector.ConditionalSelect(Vector.Equals(counts, Vector<double>.Zero), new Vector<double>(double.NaN), sums / counts);
        }

        void Add(int y, float sign, ReadOnlySpan<float> weights)
        {
            var values = Values.AsSpan(y * Width, Width);
            var line = weights.Slice(y * Width, Width);
            var x = 0;
            for (; x <= Width - Vector<float>.Count; x += Vector<float>.Count)
            {
                var weight = sign * new Vector<float>(line[x..]);
                (new Vector<float>(sums, x) + weight * new Vector<float>(values[x..])).CopyTo(sums, x);
                (new Vector<float>(counts, x) + weight).CopyTo(counts, x);
            }
            for (; x < Width; x++)
            {
                var weight = sign * line[x];
                sums[x] += weight * values[x];
                counts[x] += weight;
            }
        }
    }

    /// <summary>The least and the greatest of some values.</summary>
    /// <param name="values">The values, at least one.</param>
    public static (float Min, float Max) Range(ReadOnlySpan<float> values)
    {
        var (min, max) = (values[0], values[0]);
        var i = 0;
        if (values.Length >= Vector<float>.Count)
        {
            var (least, greatest) = (new Vector<float>(values), new Vector<float>(values));
            for (i = Vector<float>.Count; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                var next = new Vector<float>(values[i..]);
                (least, greatest) = (Vector.MinNative(least, next), Vector.MaxNative(greatest, next));
            }
            for (var lane = 0; lane < Vector<float>.Count; lane++)
                (min, max) = (Math.Min(min, least[lane]), Math.Max(max, greatest[lane]));
        }
        for (; i < values.Length; i++)
            (min, max) = (Math.Min(min, values[i]), Math.Max(max, values[i]));
        return (min, max);
    }

    /// <summary>Some 4,000 of the values, evenly over the plane.</summary>
    public float[] Sample()
    {
        const int size = 4_000;
        // Odd, or else lines of a width that is even may give the same columns only.
        var step = Math.Max(1, Values.Length / size) | 1;
        var sample = new float[(Values.Length + step - 1) / step];
        for (var i = 0; i < sample.Length; i++)
            sample[i] = Values[i * step];
        return sample;
    }

    /// <summary>The value below which a share of some values is, by selection (Hoare, "Algorithm 65: find", 1961).</summary>
    /// <param name="values">The values; they change places.</param>
    /// <param name="share">0 to 1.</param>
    public static float Quantile(Span<float> values, double share)
    {
        var wanted = (int)(share * (values.Length - 1));
        var (left, right) = (0, values.Length - 1);
        while (left < right)
        {
            var pivot = values[(left + right) / 2];
            var (i, j) = (left, right);
            while (i <= j)
            {
                while (values[i] < pivot)
                    i++;
                while (values[j] > pivot)
                    j--;
                if (i <= j)
                {
                    (values[i], values[j]) = (values[j], values[i]);
                    i++;
                    j--;
                }
            }
            if (wanted <= j)
                right = j;
            else if (wanted >= i)
                left = i;
            else
                break;
        }
        return values[wanted];
    }
}
