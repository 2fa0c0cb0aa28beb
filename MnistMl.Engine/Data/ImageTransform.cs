namespace MnistMl.Data;

/// <summary>What is done to images as they are read, so that they are as the model takes them.</summary>
/// <param name="Invert">Whether ink and paper are swapped: a value becomes the least plus the greatest minus itself.</param>
/// <param name="Transpose">Whether rows and columns of the image are swapped, which EMNIST's images need.</param>
/// <param name="Range">The range in which they are inverted; null to take that of the rows.</param>
sealed record ImageTransform(bool Invert, bool Transpose, PixelRange? Range = null)
{
    /// <summary>Nothing.</summary>
    public static ImageTransform None { get; } = new(false, false);

    /// <summary>Whether it changes nothing.</summary>
    public bool IsNone => !Invert && !Transpose;

    /// <summary>What it does, a sentence each.</summary>
    public IEnumerable<string> Sentences
    {
        get
        {
            if (Invert)
                yield return "Pixels are inverted.";
            if (Transpose)
                yield return "Images are transposed.";
        }
    }

    /// <summary>The rows with their images transformed.</summary>
    /// <exception cref="MnistMlException">Images that are no squares are to be transposed.</exception>
    public Dataset Apply(Dataset rows)
    {
        if (IsNone)
            return rows;
        var pixels = rows.Pixels.ToArray();
        Apply<byte>(pixels, rows.FeatureCount);
        var range = Invert && Range != null ? Range : rows.Range;
        if (Invert)
        {
            var inverted = Array.ConvertAll(rows.Range.Values(), value => range.ToByte(range.Min + range.Max - value));
            foreach (ref var pixel in pixels.AsSpan())
                pixel = inverted[pixel];
        }
        return new(pixels, rows.LabelMemory, rows.FeatureCount, rows.ClassNames, range);
    }

    /// <summary>Transforms rows of values that are bytes.</summary>
    /// <param name="rows">[rows, features]</param>
    /// <param name="featureCount">Number of values in a row.</param>
    /// <param name="range">The range in which they are inverted.</param>
    internal void Apply(Span<byte> rows, int featureCount, PixelRange range)
    {
        Apply(rows, featureCount);
        if (!Invert)
            return;
        var sum = (int)Math.Round(range.Min + range.Max);
        foreach (ref var value in rows)
            value = (byte)Math.Clamp(sum - value, byte.MinValue, byte.MaxValue);
    }

    /// <summary>Transforms rows of values.</summary>
    /// <inheritdoc cref="Apply(Span{byte}, int, PixelRange)"/>
    internal void Apply(Span<float> rows, int featureCount, PixelRange range)
    {
        Apply(rows, featureCount);
        if (!Invert)
            return;
        var sum = (float)(range.Min + range.Max);
        foreach (ref var value in rows)
            value = sum - value;
    }

    void Apply<T>(Span<T> rows, int featureCount)
    {
        if (!Transpose)
            return;
        var side = (int)Math.Sqrt(featureCount);
        if (side * side != featureCount)
            throw new MnistMlException($"Images of {featureCount} pixels are no squares: they cannot be transposed.");
        for (; !rows.IsEmpty; rows = rows[featureCount..])
        {
            for (var y = 1; y < side; y++)
            {
                for (var x = 0; x < y; x++)
                    (rows[y * side + x], rows[x * side + y]) = (rows[x * side + y], rows[y * side + x]);
            }
        }
    }
}
