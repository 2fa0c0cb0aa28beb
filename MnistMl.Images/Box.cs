namespace MnistMl.Images;

/// <summary>A part of an image: from the first pixel on, up to and without the last.</summary>
readonly record struct Box(int Left, int Top, int Right, int Bottom)
{
    public int Width => Right - Left;

    public int Height => Bottom - Top;

    public int LongerSide => Math.Max(Width, Height);

    /// <summary>The least box around both.</summary>
    public Box Union(Box other) => new(
        Math.Min(Left, other.Left), Math.Min(Top, other.Top), Math.Max(Right, other.Right), Math.Max(Bottom, other.Bottom));

    /// <summary>Distance from one to the other, along the axis on which it is the greater; 0 where they overlap.</summary>
    public int DistanceTo(Box other) => Math.Max(0, Math.Max(
        Math.Max(Left - other.Right, other.Left - Right), Math.Max(Top - other.Bottom, other.Top - Bottom)));

    /// <summary>The least box around all values above a threshold; null if there are none.</summary>
    public static Box? Around(Plane plane, float threshold)
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
