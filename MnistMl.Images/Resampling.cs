namespace MnistMl.Images;

/// <summary>Changes the size of images.</summary>
static class Resampling
{
    /// <summary>A part of a plane in another size: by area averaging where it becomes smaller, by linear interpolation where larger.</summary>
    /// <param name="plane">The plane.</param>
    /// <param name="part">The part of it.</param>
    /// <param name="width">Width to make.</param>
    /// <param name="height">Height to make.</param>
    public static Plane Resize(Plane plane, Box part, int width, int height)
    {
        // Lines first: they are read as they lie in memory, and few are left.
        var lines = new Plane(part.Width, height);
        foreach (var (from, to, weight) in Weights(part.Height, height))
        {
            var source = plane.Values.AsSpan((part.Top + from) * plane.Width + part.Left, part.Width);
            var target = lines.Values.AsSpan(to * part.Width, part.Width);
            for (var x = 0; x < source.Length; x++)
                target[x] += weight * source[x];
        }
        var result = new Plane(width, height);
        var weights = Weights(part.Width, width).ToArray();
        for (var y = 0; y < height; y++)
        {
            var source = lines.Values.AsSpan(y * part.Width, part.Width);
            var target = result.Values.AsSpan(y * width, width);
            foreach (var (from, to, weight) in weights)
                target[to] += weight * source[from];
        }
        return result;
    }

    /// <summary>The whole plane, made smaller if need be, a whole number of pixels becoming one, so that its longer side is at most <paramref name="side"/>.</summary>
    public static Plane Limit(Plane plane, int side)
    {
        var factor = (Math.Max(plane.Width, plane.Height) + side - 1) / side;
        if (factor <= 1)
            return plane;
        // What is left over at the right and at the bottom is no whole pixel.
        var result = new Plane(Math.Max(1, plane.Width / factor), Math.Max(1, plane.Height / factor));
        var (columns, lines) = (Math.Min(factor, plane.Width), Math.Min(factor, plane.Height));
        var scale = 1f / (columns * lines);
        for (var y = 0; y < result.Height; y++)
        {
            var target = result.Values.AsSpan(y * result.Width, result.Width);
            for (var line = 0; line < lines; line++)
            {
                var source = plane.Values.AsSpan((y * lines + line) * plane.Width, plane.Width);
                foreach (ref var value in target)
                {
                    for (var column = 0; column < columns; column++)
                        value += source[column];
                    source = source[columns..];
                }
            }
            foreach (ref var value in target)
                value *= scale;
        }
        return result;
    }

    /// <summary>Says how much of which pixel goes into which, along one axis.</summary>
    static IEnumerable<(int From, int To, float Weight)> Weights(int from, int to)
    {
        var scale = (double)from / to;
        for (var i = 0; i < to; i++)
        {
            if (scale >= 1)
            {
                var (start, end) = (i * scale, (i + 1) * scale);
                for (var j = (int)start; j < Math.Min(from, Math.Ceiling(end)); j++)
                {
                    var part = Math.Min(j + 1, end) - Math.Max(j, start);
                    if (part > 1e-9)
                        yield return (j, i, (float)(part / scale));
                }
            }
            else
            {
                var at = Math.Clamp((i + 0.5) * scale - 0.5, 0, from - 1);
                var first = Math.Min((int)at, Math.Max(0, from - 2));
                yield return (first, i, (float)(1 - (at - first)));
                if (first + 1 < from)
                    yield return (first + 1, i, (float)(at - first));
            }
        }
    }
}
