namespace MnistMl.Images;

/// <summary>One value for each pixel of an image.</summary>
/// <param name="width">Pixels in a line, at least 1.</param>
/// <param name="height">Lines, at least 1.</param>
sealed class Plane(int width, int height)
{
    /// <summary>Pixels in a line.</summary>
    public int Width { get; } = width;

    /// <summary>Number of lines.</summary>
    public int Height { get; } = height;

    /// <summary>[height, width]</summary>
    public float[] Values { get; } = new float[width * height];

    /// <summary>The value of a pixel.</summary>
    public ref float this[int x, int y] => ref Values[y * Width + x];

    /// <summary>A plane of the same size.</summary>
    /// <param name="value">Its value from that of this plane.</param>
    public Plane Select(Func<float, float> value)
    {
        var result = new Plane(Width, Height);
        for (var i = 0; i < Values.Length; i++)
            result.Values[i] = value(Values[i]);
        return result;
    }

    /// <summary>The mean of a plane of weights times the values, and the mean of the weights, in a square around each pixel.</summary>
    /// <param name="weights">[height, width]; all 1 where there are none.</param>
    /// <param name="radius">Pixels on each side of the middle one. At the border the square is cut off.</param>
    /// <returns>Sums of weighted values divided by sums of weights; NaN where no weight is.</returns>
    public Plane LocalMean(int radius, ReadOnlySpan<bool> weights)
    {
        // Running sums of columns, and of them along the line: the same work for any radius.
        var result = new Plane(Width, Height);
        var sums = new double[Width];
        var counts = new int[Width];
        for (var y = -radius; y < Height; y++)
        {
            Add(y + radius, 1, weights);
            Add(y - radius - 1, -1, weights);
            if (y < 0)
                continue;
            var (sum, count) = (0.0, 0);
            for (var x = -radius; x < Width; x++)
            {
                if (x + radius < Width)
                    (sum, count) = (sum + sums[x + radius], count + counts[x + radius]);
                if (x - radius - 1 >= 0)
                    (sum, count) = (sum - sums[x - radius - 1], count - counts[x - radius - 1]);
                if (x >= 0)
                    result[x, y] = count == 0 ? float.NaN : (float)(sum / count);
            }
        }
        return result;

        void Add(int y, int sign, ReadOnlySpan<bool> weights)
        {
            if (y < 0 || y >= Height)
                return;
            for (var x = 0; x < Width; x++)
            {
                if (weights.IsEmpty || weights[y * Width + x])
                {
                    sums[x] += sign * Values[y * Width + x];
                    counts[x] += sign;
                }
            }
        }
    }

    /// <summary>The value below which a share of some values is.</summary>
    /// <param name="values">The values; they are sorted.</param>
    /// <param name="share">0 to 1.</param>
    public static float Quantile(float[] values, double share)
    {
        Array.Sort(values);
        return values[(int)(share * (values.Length - 1))];
    }
}
