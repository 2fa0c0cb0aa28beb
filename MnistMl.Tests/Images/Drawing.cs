using MnistMl.Images;

namespace MnistMl.Tests.Images;

/// <summary>Strokes on planes: round, with soft edges.</summary>
static class Drawing
{
    /// <summary>A plane of one value.</summary>
    public static Plane Paper(int width, int height, float value = 0)
    {
        var plane = new Plane(width, height);
        Array.Fill(plane.Values, value);
        return plane;
    }

    /// <summary>Draws a straight stroke of a pen.</summary>
    public static Plane Line(this Plane plane, double fromX, double fromY, double toX, double toY, double thickness, float value = 1)
    {
        var (dx, dy) = (toX - fromX, toY - fromY);
        var squared = Math.Max(1e-9, dx * dx + dy * dy);
        for (var y = 0; y < plane.Height; y++)
        {
            for (var x = 0; x < plane.Width; x++)
            {
                var at = Math.Clamp(((x - fromX) * dx + (y - fromY) * dy) / squared, 0, 1);
                var (offX, offY) = (x - fromX - at * dx, y - fromY - at * dy);
                var covered = (float)Math.Clamp(thickness / 2 + 0.5 - Math.Sqrt(offX * offX + offY * offY), 0, 1);
                plane[x, y] += covered * (value - plane[x, y]);
            }
        }
        return plane;
    }

    /// <summary>A picture of the same gray in all channels.</summary>
    public static Picture Picture(Plane gray) => new(
        [.. gray.Values.SelectMany(value => Enumerable.Repeat((byte)MathF.Round(Math.Clamp(value, 0, 255)), 3))], gray.Width, gray.Height);

    /// <summary>A seven of dark ink on light paper, about 60 × 100 pixels.</summary>
    public static Plane Seven(this Plane plane, double left = 70, double top = 50, double thickness = 10, float value = 30) => plane
        .Line(left, top, left + 60, top, thickness, value).Line(left + 60, top, left + 20, top + 100, thickness, value);
}
