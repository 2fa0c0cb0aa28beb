using MnistMl.Data;
using MnistMl.Images;

namespace MnistMl.Benchmarks;

/// <summary>Numbers of two to five digits, drawn from MNIST's digits, dark on light paper.</summary>
/// <param name="Name">What they are called.</param>
/// <param name="Touching">How many of a digit's neighbors touch it, as a share.</param>
/// <param name="Gap">Pixels of MNIST's between those that do not, at most.</param>
sealed record SyntheticNumber(string Name, double Touching, int Gap)
{
    const int Side = MnistForm.Side, Enlarged = 5, Margin = 40;

    /// <summary>What is darker is ink.</summary>
    const float Ink = 60;

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<SyntheticNumber> Kinds { get; } =
    [
        new("digits apart", 0, 8), new("digits within two pixels", 0, 2), new("half of the digits touch", 0.5, 2), new("all digits touch", 1, 0),
    ];

    /// <summary>Draws a number.</summary>
    /// <param name="digits">The digits to draw from.</param>
    /// <param name="seed">The same seed draws the same.</param>
    /// <returns>The picture, and what it shows.</returns>
    public (Picture Picture, string Label) Draw(Dataset digits, int seed)
    {
        var random = new Random(seed);
        int[] rows = [.. Enumerable.Range(0, 2 + random.Next(4)).Select(_ => random.Next(digits.RowCount))];
        var (height, line) = (Side + 4, new Plane(5 * Side + 40, Side + 4));
        var rights = new int[height];
        Array.Fill(rights, int.MinValue / 2);
        foreach (var row in rows)
        {
            var digit = Scaled(digits.Row(row), 0.85 + 0.3 * random.NextDouble());
            var top = (height - digit.Height) / 2 + random.Next(-1, 2);
            var left = 0;
            for (var y = 0; y < digit.Height; y++)
            {
                for (var x = 0; x < digit.Width && digit[x, y] <= Ink; x++)
                {
                    if (x == digit.Width - 1 || digit[x + 1, y] <= Ink)
                        continue;
                    // Pixels touch by their corners, too.
                    for (var near = Math.Max(0, y + top - 1); near <= Math.Min(height - 1, y + top + 1); near++)
                        left = Math.Max(left, rights[near] - x);
                }
            }
            // One pixel into the other, or so many between them.
            left += rights.Max() < 0 ? 0 : random.NextDouble() < Touching ? -1 : 1 + random.Next(Gap);
            for (var i = 0; i < digit.Values.Length; i++)
            {
                var (y, x) = Math.DivRem(i, digit.Width);
                if (left + x < 0 || left + x >= line.Width || y + top < 0 || y + top >= height)
                    continue;
                ref var pixel = ref line[left + x, y + top];
                pixel = Math.Max(pixel, digit.Values[i]);
                if (digit.Values[i] > Ink)
                    rights[y + top] = Math.Max(rights[y + top], left + x);
            }
        }
        var box = Box.Around(line, Ink)!.Value.Grow(1).Intersect(new(0, 0, line.Width, line.Height));
        var large = Resampling.Resize(line, box, Enlarged * box.Width, Enlarged * box.Height);
        var (width, lines) = (large.Width + 2 * Margin, large.Height + 2 * Margin);
        var pixels = new byte[3 * width * lines];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (y, x) = Math.DivRem(i / 3, width);
            var isInside = x >= Margin && y >= Margin && x < width - Margin && y < lines - Margin;
            pixels[i] = (byte)(230 - (isInside ? 0.8f * large[x - Margin, y - Margin] : 0) + random.Next(-4, 5));
        }
        return (new(pixels, width, lines), string.Concat(rows.Select(row => digits.ClassNames[digits.Labels[row]])));
    }

    /// <summary>A digit in another size, without the paper left and right of it.</summary>
    static Plane Scaled(ReadOnlySpan<byte> digit, double scale)
    {
        var plane = new Plane([.. digit.ToArray().Select(pixel => (float)pixel)], Side, Side);
        var box = Box.Around(plane, 0)!.Value;
        box = box with { Top = 0, Bottom = Side };
        return Resampling.Resize(plane, box, Math.Max(1, (int)(scale * box.Width)), (int)(scale * Side));
    }
}
