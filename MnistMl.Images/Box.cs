namespace MnistMl.Images;

/// <summary>A part of an image.</summary>
/// <param name="Left">Its first column.</param>
/// <param name="Top">Its first line.</param>
/// <param name="Right">The column after its last.</param>
/// <param name="Bottom">The line after its last.</param>
public readonly record struct Box(int Left, int Top, int Right, int Bottom)
{
    /// <summary>Number of columns.</summary>
    public int Width => Right - Left;

    /// <summary>Number of lines.</summary>
    public int Height => Bottom - Top;

    internal int LongerSide => Math.Max(Width, Height);

    /// <summary>The least box around both.</summary>
    internal Box Union(Box other) => new(
        Math.Min(Left, other.Left), Math.Min(Top, other.Top), Math.Max(Right, other.Right), Math.Max(Bottom, other.Bottom));

    /// <summary>Distance from one to the other, along the axis on which it is the greater; 0 where they overlap.</summary>
    internal int DistanceTo(Box other) => Math.Max(0, Math.Max(
        Math.Max(Left - other.Right, other.Left - Right), Math.Max(Top - other.Bottom, other.Top - Bottom)));

    /// <summary>The part of it that is in another; nothing of it may be left.</summary>
    internal Box Intersect(Box other) => new(
        Math.Max(Left, other.Left), Math.Max(Top, other.Top), Math.Min(Right, other.Right), Math.Min(Bottom, other.Bottom));

    /// <summary>The box with a margin on all sides.</summary>
    internal Box Grow(int margin) => new(Left - margin, Top - margin, Right + margin, Bottom + margin);

    /// <summary>The box in an image of which each pixel is so many.</summary>
    internal Box Scale(int factor) => new(Left * factor, Top * factor, Right * factor, Bottom * factor);

    /// <summary>The box, its distance from the image's first pixel becoming greater.</summary>
    internal Box Move(int right, int down) => new(Left + right, Top + down, Right + right, Bottom + down);

    /// <summary>The least box around all values above a threshold; null if there are none.</summary>
    internal static Box? Around(Plane plane, float threshold)
    {
        var box = new Box(plane.Width, plane.Height, 0, 0);
        for (var y = 0; y < plane.Height; y++)
        {
            for (var x = 0; x < plane.Width; x++)
            {
                if (plane[x, y] > threshold)
                    box = box.Union(new(x, y, x + 1, y + 1));
            }
        }
        return box.Right == 0 ? null : box;
    }
}
