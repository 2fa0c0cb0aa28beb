namespace MnistMl.Reporting;

/// <summary>Draws figures as a line of little bars (Tufte, "Beautiful evidence", 2006).</summary>
static class Sparkline
{
    const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>Draws figures between the least and the greatest of them.</summary>
    /// <inheritdoc cref="Draw(IReadOnlyList{double}, int, double, double)"/>
    public static string Draw(IReadOnlyList<double> values, int width)
    {
        var finite = values.Where(double.IsFinite).DefaultIfEmpty(0).ToArray();
        return Draw(values, width, finite.Min(), finite.Max());
    }

    /// <summary>Draws figures on a scale.</summary>
    /// <param name="values">The figures; a gap is drawn for those that are not finite.</param>
    /// <param name="width">How many bars there may be: with more figures, a bar is the mean of several.</param>
    /// <param name="min">The figure of the lowest bar.</param>
    /// <param name="max">The figure of the highest bar.</param>
    public static string Draw(IReadOnlyList<double> values, int width, double min, double max)
    {
        var count = Math.Clamp(width, 0, values.Count);
        return string.Concat(Enumerable.Range(0, count).Select(bar =>
            Bar(values.Take((bar * values.Count / count)..((bar + 1) * values.Count / count)).Average(), min, max)));
    }

    static char Bar(double value, double min, double max) =>
        !double.IsFinite(value) ? ' '
        : max > min ? Bars[(int)Math.Round(Math.Clamp((value - min) / (max - min), 0, 1) * (Bars.Length - 1))]
        : Bars[0];
}
