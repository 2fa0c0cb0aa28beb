namespace MnistMl.Data;

/// <summary>
/// What the bytes of a data set stand for: a file's value is <see cref="Offset"/> + <see cref="Unit"/> × byte. Pixels stay
/// bytes, whatever numbers a file writes them as.
/// </summary>
/// <param name="Offset">The value of byte 0.</param>
/// <param name="Unit">The distance between the values of one byte and the next, above 0.</param>
/// <param name="MaxByte">The byte of the greatest value of the range, 1 to 255.</param>
public sealed record PixelRange(double Offset, double Unit, int MaxByte)
{
    /// <summary>Floats are taken for multiples of 1/255 where all are as near to one as this, which three decimals allow.</summary>
    const double Tolerance = 0.13;

    /// <summary>Values that are bytes themselves.</summary>
    public static PixelRange Bytes { get; } = new(0, 1, byte.MaxValue);

    static readonly PixelRange _unitInterval = new(0, 1 / 255.0, byte.MaxValue);
    static readonly PixelRange _symmetric = new(-1, 1 / 127.5, byte.MaxValue);

    /// <summary>Whether each byte is its own value.</summary>
    public bool IsBytes => Offset == 0 && Unit == 1;

    /// <summary>The least value.</summary>
    public double Min => Offset;

    /// <summary>The greatest value.</summary>
    public double Max => Offset + Unit * MaxByte;

    /// <summary>[256]: the value of each byte.</summary>
    public float[] Values() => [.. Enumerable.Range(0, byte.MaxValue + 1).Select(value => (float)(Offset + Unit * value))];

    /// <summary>The byte whose value is nearest.</summary>
    public byte ToByte(double value) => (byte)Math.Clamp(Math.Round((value - Offset) / Unit), 0, byte.MaxValue);

    /// <summary>
    /// The range of whole numbers from 0 to a greatest that is at most 255: up to 127 they are multiplied, so that augmentation
    /// has numbers to round to.
    /// </summary>
    internal static PixelRange OfBytes(int max)
    {
        var factor = max == 0 ? 1 : byte.MaxValue / max;
        return factor == 1 ? Bytes : new(0, 1.0 / factor, factor * max);
    }

    /// <summary>The range of floats: exact for whole numbers and for bytes over 255 or 127.5, else stretched over the bytes.</summary>
    /// <param name="values">The values, finite; at least one.</param>
    internal static PixelRange Of(ReadOnlySpan<float> values)
    {
        var (min, max) = (double.PositiveInfinity, double.NegativeInfinity);
        var areWhole = true;
        var (unitError, symmetricError) = (0.0, 0.0);
        foreach (var value in values)
        {
            min = Math.Min(min, value);
            max = Math.Max(max, value);
            areWhole &= MathF.Floor(value) == value;
            unitError = Math.Max(unitError, DistanceToWhole(value * 255.0));
            symmetricError = Math.Max(symmetricError, DistanceToWhole((value + 1) * 127.5));
        }

        if (areWhole && max - min <= byte.MaxValue)
        {
            if (min >= 0 && max <= byte.MaxValue)
                return OfBytes((int)max);
            var factor = byte.MaxValue / Math.Max(1, (int)(max - min));
            return new(min, 1.0 / factor, Math.Max(1, factor * (int)(max - min)));
        }
        if (min >= 0 && max <= 1 && unitError <= Tolerance)
            return _unitInterval;
        if (min >= -1 && max <= 1 && symmetricError <= Tolerance)
            return _symmetric;
        if (min >= 0 && max is > byte.MaxValue / 2 and <= byte.MaxValue)
            return Bytes;
        // Zeros stay zeros where that leaves the values at least half of the bytes: they are skipped in training.
        var offset = min >= 0 && min <= max / 2 ? 0 : min;
        return max > offset ? new(offset, (max - offset) / byte.MaxValue, byte.MaxValue) : new(offset, 1, byte.MaxValue);

        static double DistanceToWhole(double number) => Math.Abs(number - Math.Round(number));
    }
}
