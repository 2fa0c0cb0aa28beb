using System.Xml.Linq;

namespace MnistMl.Reporting.Document;

/// <summary>A line of a chart.</summary>
/// <param name="Style">Its class in the style sheet.</param>
/// <param name="Points">Its points, from left to right.</param>
sealed record Curve(string Style, IReadOnlyList<(double X, double Y)> Points);

/// <summary>A chart of curves over the epochs.</summary>
static class LineChart
{
    const int Width = 310, Height = 190, Left = 50, Right = 10, Top = 10, Bottom = 24;

    /// <summary>Most points of a curve: more are not told apart.</summary>
    public const int MaxPoints = 200;

    /// <summary>Most points that are marked each.</summary>
    const int MaxMarked = 30;

    /// <summary>Every nth of many values, and the last.</summary>
    public static IEnumerable<T> Thinned<T>(IReadOnlyList<T> values, int most = MaxPoints)
    {
        var step = (values.Count + most - 1) / most;
        return values.Where((_, i) => i % step == 0 || i == values.Count - 1);
    }

    /// <summary>Draws a chart.</summary>
    /// <param name="label">What it shows, in words.</param>
    /// <param name="curves">The curves; at least one point in all.</param>
    /// <param name="format">How the numbers of the upright axis are written.</param>
    /// <param name="isLog">Whether that axis is logarithmic, where all numbers are above 0.</param>
    /// <param name="marked">An epoch to mark; null for none.</param>
    public static XElement Draw(string label, IReadOnlyList<Curve> curves, Func<double, string> format, bool isLog = false, double? marked = null)
    {
        double[] xs = [.. curves.SelectMany(curve => curve.Points).Select(point => point.X)];
        double[] ys = [.. curves.SelectMany(curve => curve.Points).Select(point => point.Y)];
        var y = isLog && ys.Min() > 0 ? Axis.Log(ys, Height - Bottom, Top) : Axis.Linear(ys, Height - Bottom, Top);
        var last = Math.Max(1, xs.Max());
        var step = Math.Max(1, Math.Ceiling(last / 10));
        // An only point is in the middle.
        var (from, to) = xs.Min() == xs.Max() ? (xs[0] - 1, xs[0] + 1) : (xs.Min(), last);
        var x = Axis.Linear(
            from, to, Left, Width - Right,
            [.. Enumerable.Range(0, 1 + (int)last).Select(epoch => (double)epoch).Where(epoch => epoch >= from && epoch % step == (step > 1 ? 0 : epoch % step))]);
        return Svg.Drawing(Width, Height, label, Parts());

        IEnumerable<XElement> Parts()
        {
            foreach (var tick in y.Ticks)
            {
                yield return Svg.Line("grid", Left, y[tick], Width - Right, y[tick]);
                yield return Svg.Text("end", Left - 8, y[tick] + 4, format(tick));
            }
            foreach (var tick in x.Ticks)
                yield return Svg.Text("middle", x[tick], Height - Bottom + 17, $"{tick}");
            if (marked is { } epoch)
                yield return Svg.Line("marked", x[epoch], Top, x[epoch], Height - Bottom);
            foreach (var curve in curves.Where(curve => curve.Points.Count > 0))
            {
                yield return Svg.Path($"curve {curve.Style}", curve.Points.Select(point => (x[point.X], y[point.Y])));
                if (curve.Points.Count > MaxMarked)
                    continue;
                foreach (var (pointX, pointY) in curve.Points)
                    yield return Svg.Circle($"point {curve.Style}", x[pointX], y[pointY], 2.5);
            }
        }
    }
}
