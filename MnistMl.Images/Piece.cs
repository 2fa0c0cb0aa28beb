using System.Buffers;
using System.Numerics;

namespace MnistMl.Images;

/// <summary>Dark pixels that are connected.</summary>
/// <param name="Label">Its number, from 1.</param>
/// <param name="Box">Where it is.</param>
/// <param name="Area">Number of pixels.</param>
/// <param name="Mass">Sum of their darkness.</param>
/// <param name="Darkest">The greatest of it.</param>
/// <param name="BorderPixels">How many are at the image's border.</param>
sealed record Piece(int Label, Box Box, int Area, double Mass, float Darkest, int BorderPixels = 0)
{
    /// <summary>Finds the pieces, pixels being connected with all eight around them (Rosenfeld and Pfaltz, 1966).</summary>
    /// <param name="darkness">The image.</param>
    /// <param name="threshold">What is darker belongs to a piece.</param>
    /// <returns>The pieces, and the label of each pixel, 0 for those of none.</returns>
    public static (IReadOnlyList<Piece> Pieces, int[] Labels) Find(Plane darkness, float threshold)
    {
        var (width, height) = (darkness.Width, darkness.Height);
        var labels = new int[width * height];
        var pieces = new List<Piece>();
        var next = ArrayPool<int>.Shared.Rent(labels.Length);
        for (var start = 0; start < labels.Length; start++)
        {
            // Most of a picture is paper.
            while (start <= labels.Length - Vector<float>.Count && Vector.LessThanOrEqualAll(new Vector<float>(darkness.Values, start), new(threshold)))
                start += Vector<float>.Count;
            if (start == labels.Length || labels[start] != 0 || darkness.Values[start] <= threshold)
                continue;
            var label = pieces.Count + 1;
            var (left, top, right, bottom) = (width, height, 0, 0);
            var (area, mass, darkest, border) = (0, 0.0, 0f, 0);
            labels[start] = label;
            next[0] = start;
            for (var count = 1; count > 0;)
            {
                var pixel = next[--count];
                var (y, x) = Math.DivRem(pixel, width);
                (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x), Math.Max(bottom, y));
                area++;
                mass += darkness.Values[pixel];
                darkest = Math.Max(darkest, darkness.Values[pixel]);
                border += x == 0 || y == 0 || x == width - 1 || y == height - 1 ? 1 : 0;
                for (var line = Math.Max(0, y - 1); line <= Math.Min(height - 1, y + 1); line++)
                {
                    for (var i = line * width + Math.Max(0, x - 1); i <= line * width + Math.Min(width - 1, x + 1); i++)
                    {
                        if (labels[i] == 0 && darkness.Values[i] > threshold)
                        {
                            labels[i] = label;
                            next[count++] = i;
                        }
                    }
                }
            }
            pieces.Add(new(label, new(left, top, right + 1, bottom + 1), area, mass, darkest, border));
        }
        ArrayPool<int>.Shared.Return(next);
        return (pieces, labels);
    }

    /// <summary>How many of an image's borders it touches.</summary>
    public int BordersTouched(Plane image) =>
        (Box.Left == 0 ? 1 : 0) + (Box.Top == 0 ? 1 : 0) + (Box.Right == image.Width ? 1 : 0) + (Box.Bottom == image.Height ? 1 : 0);
}
