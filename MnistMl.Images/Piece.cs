namespace MnistMl.Images;

/// <summary>Dark pixels that are connected.</summary>
/// <param name="Label">Its number, from 1.</param>
/// <param name="Box">Where it is.</param>
/// <param name="Area">Number of pixels.</param>
/// <param name="Mass">Sum of their darkness.</param>
/// <param name="Darkest">The greatest of it.</param>
sealed record Piece(int Label, Box Box, int Area, double Mass, float Darkest)
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
        var left = new Stack<int>();
        for (var start = 0; start < labels.Length; start++)
        {
            if (labels[start] != 0 || darkness.Values[start] <= threshold)
                continue;
            var label = pieces.Count + 1;
            var box = new Box(width, height, 0, 0);
            var (area, mass, darkest) = (0, 0.0, 0f);
            labels[start] = label;
            left.Push(start);
            while (left.TryPop(out var pixel))
            {
                var (y, x) = Math.DivRem(pixel, width);
                box = box.Union(new(x, y, x + 1, y + 1));
                area++;
                mass += darkness.Values[pixel];
                darkest = Math.Max(darkest, darkness.Values[pixel]);
                for (var line = Math.Max(0, y - 1); line <= Math.Min(height - 1, y + 1); line++)
                {
                    for (var column = Math.Max(0, x - 1); column <= Math.Min(width - 1, x + 1); column++)
                    {
                        var next = line * width + column;
                        if (labels[next] == 0 && darkness.Values[next] > threshold)
                        {
                            labels[next] = label;
                            left.Push(next);
                        }
                    }
                }
            }
            pieces.Add(new(label, box, area, mass, darkest));
        }
        return (pieces, labels);
    }

    /// <summary>How many of an image's borders it touches.</summary>
    public int BordersTouched(Plane image) =>
        (Box.Left == 0 ? 1 : 0) + (Box.Top == 0 ? 1 : 0) + (Box.Right == image.Width ? 1 : 0) + (Box.Bottom == image.Height ? 1 : 0);
}
