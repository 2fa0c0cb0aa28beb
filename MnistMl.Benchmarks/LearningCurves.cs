using System.Text;

namespace MnistMl.Benchmarks;

/// <summary>Plots validation error over training time as SVG, with logarithmic axes.</summary>
static class LearningCurves
{
    const int Width = 900, Height = 480, Left = 64, Right = 260, Top = 16, Bottom = 48;

    static readonly string[] _colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#444444"];

    public static string Draw(IReadOnlyList<RecordedRun> runs)
    {
        var points = runs.SelectMany(run => run.ValidationCurve).ToArray();
        var (seconds, percents) = (points.Select(point => point.Seconds), points.Select(point => 100 * point.Error));
        var x = new Axis(seconds.Min(), seconds.Max(), Left, Width - Right);
        var y = new Axis(percents.Min(), percents.Max(), Height - Bottom, Top);

        var svg = new StringBuilder();
        const string Font = "font-family=\"sans-serif\" font-size=\"13\"";
        Add(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" {Font}>""");
        Add(svg, $"""<rect width="{Width}" height="{Height}" fill="white"/>""");
        foreach (var tick in x.Ticks)
        {
            Add(svg, $"""<path d="M{x[tick]:F1} {Top}V{Height - Bottom}" stroke="#ddd"/>""");
            Add(svg, $"""<text x="{x[tick]:F1}" y="{Height - Bottom + 18}" text-anchor="middle">{tick}</text>""");
        }
        foreach (var tick in y.Ticks)
        {
            Add(svg, $"""<path d="M{Left} {y[tick]:F1}H{Width - Right}" stroke="#ddd"/>""");
            Add(svg, $"""<text x="{Left - 8}" y="{y[tick] + 4:F1}" text-anchor="end">{tick} %</text>""");
        }
        const int CenterX = (Left + Width - Right) / 2, CenterY = (Top + Height - Bottom) / 2;
        const string Middle = "text-anchor=\"middle\"";
        Add(svg, $"""<text x="{CenterX}" y="{Height - 10}" {Middle}>seconds of training</text>""");
        const string Error = "validation error";
        Add(svg, $"""<text x="14" y="{CenterY}" {Middle} transform="rotate(-90 14 {CenterY})">{Error}</text>""");
        foreach (var (i, run) in runs.OrderByDescending(run => run.ValidationCurve[^1].Error).Index())
        {
            var color = _colors[i % _colors.Length];
            var line = string.Join(", ", run.ValidationCurve.Select(
                point => FormattableString.Invariant($"{x[point.Seconds]:F1} {y[100 * point.Error]:F1}")));
            Add(svg, $"""<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2"/>""");
            Add(svg, $"""<path d="M{Width - Right + 16} {Top + 16 + 22 * i}h24" stroke="{color}" stroke-width="3"/>""");
            var name = run.Name.Replace("-validation", "", StringComparison.Ordinal);
            var percent = 100 * run.ValidationCurve[^1].Error;
            Add(svg, $"""<text x="{Width - Right + 48}" y="{Top + 20 + 22 * i}">{name}: {percent:F2} %</text>""");
        }
        return svg.Append("</svg>\n").ToString();
    }

    static void Add(StringBuilder svg, FormattableString element) =>
        svg.Append(FormattableString.Invariant(element)).Append('\n');

    /// <summary>A logarithmic axis: values from min to max are at start to end.</summary>
    sealed class Axis(double min, double max, double start, double end)
    {
        public double this[double value] => start + (end - start) * Math.Log(value / min) / Math.Log(max / min);

        /// <summary>The ticks: 1, 2 and 5 times powers of ten.</summary>
        public IEnumerable<double> Ticks =>
            from power in Enumerable.Range(-3, 9)
            from digit in (int[])[1, 2, 5]
            let tick = digit * Math.Pow(10, power)
            where tick >= min && tick <= max
            select Math.Round(tick, 3);
    }
}
