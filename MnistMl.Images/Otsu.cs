namespace MnistMl.Images;

/// <summary>
/// The threshold that divides values into the two classes that differ most: the greatest variance between them (Otsu, "A
/// threshold selection method from gray-level histograms", IEEE Transactions on Systems, Man, and Cybernetics 9, 1979).
/// </summary>
static class Otsu
{
    const int Bins = 256;

    /// <summary>The threshold of some values.</summary>
    /// <param name="values">The values, not all equal; else the result is their value.</param>
    public static float Threshold(ReadOnlySpan<float> values)
    {
        var (min, max) = Plane.Range(values);
        if (max <= min)
            return min;

        Span<int> counts = stackalloc int[Bins];
        var scale = Bins / (max - min);
        foreach (var value in values)
            counts[Math.Min(Bins - 1, (int)((value - min) * scale))]++;
        var total = 0.0;
        for (var bin = 0; bin < Bins; bin++)
            total += (double)bin * counts[bin];
        var (below, sumBelow, greatest, first, last) = (0, 0.0, -1.0, 0, 0);
        for (var bin = 0; bin < Bins - 1; bin++)
        {
            below += counts[bin];
            sumBelow += (double)bin * counts[bin];
            var above = values.Length - below;
            if (below == 0 || above == 0)
                continue;
            var difference = sumBelow / below - (total - sumBelow) / above;
            var variance = difference * difference * below * above;
            if (variance > greatest)
                (greatest, first) = (variance, bin);
            // Between two classes far apart all thresholds are equally good: the middle is as far from both.
            if (variance >= greatest)
                last = bin;
        }
        return min + (max - min) * ((first + last) / 2f + 1) / Bins;
    }
}
