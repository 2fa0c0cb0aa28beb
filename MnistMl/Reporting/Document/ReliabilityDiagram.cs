using System.Xml.Linq;

namespace MnistMl.Reporting.Document;

/// <summary>
/// Accuracy by probability, bin by bin, against the diagonal of perfect calibration, and below it how many rows a bin has, on a
/// logarithmic scale.
/// </summary>
static class ReliabilityDiagram
{
    const int Width = 420, Height = 400, Left = 58, Right = 12, Top = 12, Middle = 290, CountTop = 310, Bottom = 370, Gap = 2;

    public static XElement Draw(Reliability reliability)
    {
        double[] shares = [0, 0.25, 0.5, 0.75, 1];
        var x = Axis.Linear(0, 1, Left, Width - Right, shares);
        var y = Axis.Linear(0, 1, Middle, Top, shares);
        var most = reliability.Bins.Max(bin => bin.Rows);
        return Svg.Drawing(
            Width, Height, $"Accuracy of the predictions by their probability. The expected calibration error is {Figures.Percent(reliability.ExpectedCalibrationError)}.",
            Parts());

        IEnumerable<XElement> Parts()
        {
            foreach (var share in shares)
            {
                yield return Svg.Line("grid", Left, y[share], Width - Right, y[share]);
                yield return Svg.Text("end", Left - 8, y[share] + 4, $"{share * 100:0} %");
                yield return Svg.Text("middle", x[share] - (share == 1 ? 8 : 0), Bottom + 18, $"{share * 100:0} %");
            }
            foreach (var bin in reliability.Bins.Where(bin => bin.Rows > 0))
            {
                var (left, width) = (x[bin.From] + Gap / 2.0, x[bin.To] - x[bin.From] - Gap);
                yield return Svg.Rectangle("bar", left, y[bin.Accuracy], width, Middle - y[bin.Accuracy]);
                var height = (Bottom - CountTop) * Math.Log(1 + bin.Rows) / Math.Log(1 + most);
                yield return Svg.Rectangle("count", left, Bottom - height, width, height);
            }
            yield return Svg.Line("ideal", x[0], y[0], x[1], y[1]);
            foreach (var bin in reliability.Bins.Where(bin => bin.Rows > 0))
                yield return Svg.Circle("dot", x[bin.Probability], y[bin.Accuracy], 3.5);
            yield return Svg.Text("end", Left - 8, CountTop + 10, Figures.Count(most));
            yield return Svg.Text("end", Left - 8, Bottom, "0");
        }
    }
}
