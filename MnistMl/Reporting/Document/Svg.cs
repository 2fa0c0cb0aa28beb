using System.Xml.Linq;
using static MnistMl.Reporting.Document.Html;

namespace MnistMl.Reporting.Document;

/// <summary>The parts of a drawing.</summary>
static class Svg
{
    /// <summary>A drawing that screen readers read as one image.</summary>
    /// <param name="width">Its width.</param>
    /// <param name="height">Its height.</param>
    /// <param name="label">What it shows, in words.</param>
    /// <param name="parts">What is drawn.</param>
    public static XElement Drawing(int width, int height, string label, IEnumerable<XElement> parts) => Element(
        "svg", Attribute("viewBox", $"0 0 {width} {height}"), Attribute("role", "img"), Attribute("aria-label", label), parts.ToArray());

    public static XElement Line(string style, double x1, double y1, double x2, double y2) => Element(
        "line", Class(style), Attribute("x1", Axis.Text(x1)), Attribute("y1", Axis.Text(y1)), Attribute("x2", Axis.Text(x2)), Attribute("y2", Axis.Text(y2)));

    public static XElement Rectangle(string style, double x, double y, double width, double height) => Element(
        "rect", Class(style), Attribute("x", Axis.Text(x)), Attribute("y", Axis.Text(y)),
        Attribute("width", Axis.Text(Math.Max(0, width))), Attribute("height", Axis.Text(Math.Max(0, height))));

    public static XElement Circle(string style, double x, double y, double radius) => Element(
        "circle", Class(style), Attribute("cx", Axis.Text(x)), Attribute("cy", Axis.Text(y)), Attribute("r", Axis.Text(radius)));

    /// <summary>A line from point to point.</summary>
    public static XElement Path(string style, IEnumerable<(double X, double Y)> points) => Element(
        "path", Class(style), Attribute("d", "M" + string.Join('L', points.Select(point => $"{Axis.Text(point.X)} {Axis.Text(point.Y)}"))));

    /// <summary>A text that begins, is in the middle, or ends at a place.</summary>
    public static XElement Text(string style, double x, double y, string text) =>
        Element("text", Class(style), Attribute("x", Axis.Text(x)), Attribute("y", Axis.Text(y)), text);
}
