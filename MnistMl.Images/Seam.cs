namespace MnistMl.Images;

/// <summary>A way from the top of ink to its bottom, at which it may be cut.</summary>
/// <param name="Columns">[height]: the first column right of it.</param>
/// <param name="Ink">How much ink it goes through.</param>
sealed record Seam(int[] Columns, double Ink)
{
    /// <summary>What a step to the side costs, of a pixel of ink, and how far a seam goes to the sides, as a share of the number's height.</summary>
    const float Sideways = 0.02f;
    const double Reach = 0.3;

    /// <summary>The side of the square that the ink between two seams fills at least, as a share of the number's height.</summary>
    const double Apart = 0.12;

    /// <summary>A straight one.</summary>
    public static Seam At(int column, int height)
    {
        var columns = new int[height];
        Array.Fill(columns, column);
        return new(columns, 0);
    }

    /// <summary>
    /// The seams that go through the least ink, from left to right: of all ways through a column's middle the cheapest (as Avidan and
    /// Shamir find seams by dynamic programming, "Seam carving for content-aware image resizing", ACM Transactions on Graphics 26, 2007).
    /// </summary>
    /// <param name="ink">The ink.</param>
    /// <param name="height">The number's height.</param>
    /// <param name="count">How many, at most.</param>
    public static IEnumerable<Seam> Find(Plane ink, int height, int count)
    {
        var middle = ink.Height / 2;
        List<Seam> found = [At(0, ink.Height), At(ink.Width, ink.Height)];
        var least = Apart * Apart * height * height;
        foreach (var seam in Enumerable.Range(1, ink.Width - 1).Where(x => x % 2 == 0).Select(x => Through(ink, x, (int)(Reach * height) + 1)).OrderBy(seam => seam.Ink))
        {
            // Between two are strokes; else both cut the same.
            if (found.TrueForAll(other => IsBetween(ink, seam, other, least)))
                found.Add(seam);
            if (found.Count == count)
                break;
        }
        return found.Skip(2).OrderBy(seam => seam.Columns[middle]);
    }

    /// <summary>Whether between two seams is so much ink.</summary>
    static bool IsBetween(Plane ink, Seam one, Seam other, double least)
    {
        var sum = 0f;
        for (var y = 0; y < ink.Height && sum < least; y++)
        {
            var (from, to) = (Math.Min(one.Columns[y], other.Columns[y]), Math.Max(one.Columns[y], other.Columns[y]));
            for (var x = from; x < to; x++)
                sum += ink[x, y];
        }
        return sum >= least;
    }

    static Seam Through(Plane ink, int column, int reach)
    {
        var columns = new int[ink.Height];
        var middle = ink.Height / 2;
        columns[middle] = column;
        var sum = (double)ink[column, middle] + Walk(-1) + Walk(1);
        return new(columns, sum);

        double Walk(int step)
        {
            var lines = step < 0 ? middle : ink.Height - 1 - middle;
            if (lines == 0)
                return 0;
            var (left, right) = (Math.Max(0, column - reach), Math.Min(ink.Width - 1, column + reach));
            var width = right - left + 1;
            var costs = new float[width];
            Array.Fill(costs, float.PositiveInfinity);
            costs[column - left] = 0;
            var from = new sbyte[lines * width];
            for (var line = 0; line < lines; line++)
            {
                var next = new float[width];
                for (var i = 0; i < width; i++)
                {
                    var (cost, direction) = (costs[i], 0);
                    if (i > 0 && costs[i - 1] + Sideways < cost)
                        (cost, direction) = (costs[i - 1] + Sideways, -1);
                    if (i < width - 1 && costs[i + 1] + Sideways < cost)
                        (cost, direction) = (costs[i + 1] + Sideways, 1);
                    next[i] = cost + ink[left + i, middle + step * (line + 1)];
                    from[line * width + i] = (sbyte)direction;
                }
                costs = next;
            }
            var at = costs.AsSpan().IndexOf(costs.Min());
            var total = 0.0;
            for (var line = lines - 1; line >= 0; line--)
            {
                var y = middle + step * (line + 1);
                columns[y] = left + at;
                total += ink[left + at, y];
                at += from[line * width + at];
            }
            return total;
        }
    }
}
