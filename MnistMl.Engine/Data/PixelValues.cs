namespace MnistMl.Data;

/// <summary>The values that the pixels of a data set are written as.</summary>
static class PixelValues
{
    /// <summary>[256]: the value of each byte. What was whole is whole: units such as 1/15 are rounded, but 15 of them are 1.</summary>
    public static double[] Of(PixelRange range) => [.. Enumerable.Range(0, byte.MaxValue + 1).Select(value => range.Offset + range.Unit * value)];

    /// <summary>[256]: the value of each byte that occurs, where all these are whole numbers from 0 to 255; else null.</summary>
    public static byte[]? Bytes(Dataset rows)
    {
        var (values, bytes) = (Of(rows.Range), new byte[byte.MaxValue + 1]);
        for (var pixel = 0; pixel <= byte.MaxValue; pixel++)
        {
            var isByte = values[pixel] is >= 0 and <= byte.MaxValue && double.IsInteger(values[pixel]);
            if (isByte)
                bytes[pixel] = (byte)values[pixel];
            else if (rows.Pixels.Contains((byte)pixel))
                return null;
        }
        return bytes;
    }
}
