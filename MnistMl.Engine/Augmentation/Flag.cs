using MnistMl.Numerics;

namespace MnistMl.Augmentation;

/// <summary>
/// Draws the flag with which a 1 begins in much of the world: an upstroke to the tip of the stem. Those of MNIST's writers seldom have
/// a long one, so that networks which were trained on them take it for the bar of a 7, which is level.
/// </summary>
/// <param name="size">Width and height of the images, in pixels.</param>
sealed class Flag(int size)
{
    /// <summary>Angles to the horizontal, in degrees.</summary>
    const float MinAngle = 40, MaxAngle = 65;

    /// <summary>Lengths, as shares of the stem's.</summary>
    const float MinLength = 0.2f, MaxLength = 0.55f;

    /// <summary>Thickness, as a share of the stem's.</summary>
    const float MinThickness = 0.75f, MaxThickness = 1.1f;

    /// <summary>How far from a straight line the middle of what is only a stem is at most, and how thick it is, as shares of its height.</summary>
    const float MaxBend = 0.12f, MaxStemThickness = 0.25f;

    /// <summary>How high a stem is at least, as a share of the image's height.</summary>
    const float MinHeight = 0.4f;

    /// <summary>Pixels below this, the soft edges of strokes, do not count for the height.</summary>
    const byte MinInk = 64;

    readonly byte[] _drawn = new byte[size * size], _centered = new byte[size * size];

    /// <summary>[size]: the middle of each row's ink.</summary>
    readonly float[] _middles = new float[size];

    /// <summary>Draws a flag.</summary>
    /// <param name="image">[size, size]: a 1.</param>
    /// <param name="random">Draws its angle, length and thickness.</param>
    /// <returns>[size, size]: the image with a flag, its center of mass where it was, valid until the next call; the image itself if it is more than a stem.</returns>
    public ReadOnlySpan<byte> Draw(ReadOnlySpan<byte> image, scoped ref SplitMix64 random)
    {
        var angle = Between(MinAngle, MaxAngle, random.NextShare()) * MathF.PI / 180;
        var (length, thickness) = (Between(MinLength, MaxLength, random.NextShare()), Between(MinThickness, MaxThickness, random.NextShare()));
        if (!IsStem(image, out var top, out var height, out var tip, out var slope, out var stemThickness))
            return image;

        var radius = thickness * stemThickness / 2;
        var (startX, startY) = (tip + slope * stemThickness / 2, top + stemThickness / 2);
        // It leans as the stem does.
        var (x, y) = (height * length * (slope * MathF.Sin(angle) - MathF.Cos(angle)), height * length * MathF.Sin(angle));
        image.CopyTo(_drawn);
        var (firstRow, endRow) = Reached(startY, startY + y);
        var (firstColumn, endColumn) = Reached(startX, startX + x);
        for (var row = firstRow; row < endRow; row++)
        {
            for (var column = firstColumn; column < endColumn; column++)
            {
                var (dx, dy) = (column - startX, row - startY);
                var along = Math.Clamp((dx * x + dy * y) / (x * x + y * y), 0, 1);
                var distance = MathF.Sqrt((dx - along * x) * (dx - along * x) + (dy - along * y) * (dy - along * y));
                var ink = (byte)(byte.MaxValue * Math.Clamp(radius + 0.5f - distance, 0, 1));
                _drawn[row * size + column] = Math.Max(_drawn[row * size + column], ink);
            }
        }
        return MoveCenter(image);

        (int First, int End) Reached(float from, float to) =>
            (Math.Max(0, (int)(Math.Min(from, to) - radius - 0.5f)), Math.Min(size, (int)(Math.Max(from, to) + radius + 0.5f) + 1));
    }

    static float Between(float min, float max, float share) => min + share * (max - min);

    /// <summary>Whether ink is a stroke whose rows' middles are nearly on a line, and which.</summary>
    bool IsStem(ReadOnlySpan<byte> image, out int top, out int height, out float tip, out float slope, out float thickness)
    {
        (top, height, tip, slope, thickness) = (0, 0, 0, 0, 0);
        var (bottom, mass) = (-1, 0f);
        for (var row = size - 1; row >= 0; row--)
        {
            var (ink, moment, greatest) = (0, 0, 0);
            for (var column = 0; column < size; column++)
            {
                var pixel = image[row * size + column];
                (ink, moment, greatest) = (ink + pixel, moment + column * pixel, Math.Max(greatest, pixel));
            }
            if (greatest < MinInk)
            {
                if (bottom >= 0)
                    break;
                continue;
            }
            if (bottom < 0)
                bottom = row;
            top = row;
            mass += ink;
            _middles[row] = (float)moment / ink;
        }
        height = bottom - top + 1;
        if (bottom < 0 || height < MinHeight * size)
            return false;
        // The line of least squares.
        var (middleRow, mean, numerator, denominator) = ((height - 1) / 2f, 0f, 0f, 0f);
        var middles = _middles.AsSpan(top, height);
        foreach (var middle in middles)
            mean += middle / height;
        for (var row = 0; row < height; row++)
        {
            numerator += (row - middleRow) * (middles[row] - mean);
            denominator += (row - middleRow) * (row - middleRow);
        }
        slope = numerator / denominator;
        tip = mean - slope * middleRow;
        thickness = mass / byte.MaxValue / height / MathF.Sqrt(1 + slope * slope);
        if (thickness > MaxStemThickness * height)
            return false;
        for (var row = 0; row < height; row++)
        {
            if (MathF.Abs(middles[row] - tip - slope * row) > MaxBend * height)
                return false;
        }
        return true;
    }

    /// <summary>Moves what was drawn by whole pixels, as MNIST's digits were, so that the center of mass is where it was.</summary>
    ReadOnlySpan<byte> MoveCenter(ReadOnlySpan<byte> image)
    {
        var (x, y) = CenterOfMass(image);
        var (newX, newY) = CenterOfMass(_drawn);
        var (right, down) = ((int)MathF.Round(x - newX), (int)MathF.Round(y - newY));
        Array.Clear(_centered);
        for (var row = Math.Max(0, down); row < Math.Min(size, size + down); row++)
        {
            for (var column = Math.Max(0, right); column < Math.Min(size, size + right); column++)
                _centered[row * size + column] = _drawn[(row - down) * size + column - right];
        }
        return _centered;
    }

    (float X, float Y) CenterOfMass(ReadOnlySpan<byte> image)
    {
        var (x, y, mass) = (0L, 0L, 0L);
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < size; column++)
            {
                var pixel = image[row * size + column];
                (x, y, mass) = (x + column * pixel, y + row * pixel, mass + pixel);
            }
        }
        return ((float)x / mass, (float)y / mass);
    }
}
