using System.Globalization;
using System.Text;
using System.Xml.Linq;
using MnistMl.Reporting;
using MnistMl.Reporting.Document;

namespace MnistMl.Tests.Reporting.Document;

public sealed class HtmlReportTests
{
    const int MaxBytes = 500_000;

    [Theory]
    [InlineData(10, 28, 1_000)]
    [InlineData(30, 64, 2_000)]
    [InlineData(400, 40, 2_000)]
    public void It_is_one_small_file_without_scripts_and_without_anything_from_elsewhere(int classes, int side, int rows)
    {
        var content = new SampleReport(SampleReport.Names(classes), side, rows).Trained(epochs: 500, networks: 3, bestEpoch: 2);
        var html = SampleReport.Parse(content);
        Assert.InRange(Encoding.UTF8.GetByteCount(SampleReport.Html(content)), 20_000, MaxBytes);

        Assert.Empty(html.Descendants("script"));
        Assert.DoesNotContain(html.Descendants().Attributes(), attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase));
        Assert.All(html.Descendants().Attributes("src"), source => Assert.StartsWith("data:image/png;base64,", source.Value, StringComparison.Ordinal));
        Assert.Empty(html.Descendants().Attributes("href"));
        Assert.DoesNotContain("url(", html.Descendants("style").Single().Value, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", html.Descendants("style").Single().Value, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none'", html.Descendants("meta").Single(meta => meta.Attribute("http-equiv") != null).Attribute("content")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_figures_are_those_of_the_metrics()
    {
        var content = new SampleReport(["a", "b", "c", "d"]).Content;
        var (html, metrics) = (SampleReport.Parse(content), content.Run.Metrics);

        Assert.Equal($"{Figures.Percent(metrics.Accuracy)} of 400 test images are right", html.Descendants("h1").Single().Value.Replace('\u00A0', ' '));
        Assert.Equal(
            [Figures.Percent(metrics.Accuracy), Figures.Percent(metrics.MacroAccuracy), Figures.Percent(metrics.TopKAccuracy),
                Figures.Loss(metrics.LogLoss), Figures.Percent(metrics.Reliability!.ExpectedCalibrationError)],
            html.Descendants("dl").First().Descendants("dd").Select(figure => ((XText)figure.FirstNode!).Value));
        Assert.Equal(
            metrics.Matrix!.SelectMany((row, truth) => row.Select(count => (count, count == 0 ? null : Share(count, row)))),
            Rows(html, "confusion").SelectMany(row => row.Elements("td")).Select(cell => (
                long.Parse(((XText)cell.FirstNode!).Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture), cell.Element("small")?.Value)));
        Assert.Equal(
            metrics.Classes.Select(figures => (string[])[Figures.Count(figures.Rows), Figures.Percent(figures.Precision), Figures.Percent(figures.Recall), Figures.Percent(figures.F1)]),
            Rows(html, "classes").Select(row => row.Elements("td").Select(cell => cell.Value).ToArray()));
        Assert.Equal(
            metrics.Reliability.Bins.Where(bin => bin.Rows > 0).Select(bin => (string[])[Figures.Count(bin.Rows), Figures.Percent(bin.Probability), Figures.Percent(bin.Accuracy)]),
            Rows(html, "calibration").Select(row => row.Elements("td").Select(cell => cell.Value).ToArray()));
        Assert.Equal(content.Command, html.Descendants("code").Single().Value);

        static string Share(long count, long[] row) => (100.0 * count / row.Sum()).ToString("0.0", CultureInfo.InvariantCulture) + " %";
    }

    [Fact]
    public void Errors_have_stronger_colors_the_larger_their_share_and_what_is_right_one_of_its_own()
    {
        // Enough classes for errors to be small shares.
        var content = new SampleReport(SampleReport.Names(25), rows: 2_000).Content;
        var cells = Rows(SampleReport.Parse(content), "confusion").Select(row => row.Elements("td").Select(cell => cell.Attribute("class")!.Value).ToArray()).ToArray();
        foreach (var (truth, row) in content.Run.Metrics.Matrix!.Index())
        {
            Assert.All(row.Index(), cell => Assert.Equal(
                cell.Item == 0 ? "none" : cell.Index == truth ? "right" : $"e{Math.Clamp(Math.Ceiling(8 * Math.Sqrt(10.0 * cell.Item / row.Sum())), 1, 8)}",
                cells[truth][cell.Index]));
        }
    }

    [Fact]
    public void Robustness_shows_the_first_image_after_each_corruption_where_it_was_measured()
    {
        var sample = new SampleReport(["a", "b"], side: 28);
        Assert.DoesNotContain(SampleReport.Parse(sample.Content).Descendants("section"), section => section.Attribute("id")!.Value == "robustness");

        var figures = Section(SampleReport.Parse(sample.Corrupted().Content), "robustness").Descendants("figure").ToArray();
        Assert.Equal(Corruption.All.Select(corruption => corruption.Name), figures.Select(figure => figure.Descendants("span").Last().Value));
        Assert.Equal(["50.00 %", "49.00 %"], figures[..2].Select(figure => figure.Descendants("b").Single().Value.Replace('\u00A0', ' ')));
        Assert.Equal(["50", "49"], figures[..2].Select(figure => figure.Descendants("rect").Last().Attribute("width")!.Value));
        using var image = SixLabors.ImageSharp.Image.Load<SixLabors.ImageSharp.PixelFormats.L8>(
            Convert.FromBase64String(figures[^1].Element("img")!.Attribute("src")!.Value["data:image/png;base64,".Length..]));
        Assert.Equal(255 - sample.Test.Row(0)[29], image[1, 1].PackedValue);
    }

    [Fact]
    public void Of_many_classes_the_worst_are_shown_and_the_others_together()
    {
        var content = new SampleReport(SampleReport.Names(120), rows: 3_000).Content;
        var html = SampleReport.Parse(content);
        var matrix = Rows(html, "confusion").ToArray();
        Assert.Equal(ConfusionGrid.Worst + 1, matrix.Length);
        Assert.Equal("all others", matrix[^1].Element("th")!.Value);
        Assert.Equal(3_000, matrix.SelectMany(row => row.Elements("td")).Sum(cell => int.Parse(cell.Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture)));

        var metrics = content.Run.Metrics.Classes;
        long[] errors = [.. metrics.Select(figures => figures.Rows - figures.Correct + (figures.Predicted - figures.Correct)).OrderDescending()];
        Assert.All(matrix[..^1], row => Assert.True(
            metrics[int.Parse(row.Element("th")!.Value["class ".Length..], CultureInfo.InvariantCulture)] is var figures
            && figures.Rows + figures.Predicted - 2 * figures.Correct >= errors[ConfusionGrid.Worst - 1]));
        Assert.Equal(ConfusionGrid.Worst, Rows(html, "classes").Count());
    }

    [Fact]
    public void Names_of_classes_are_texts_whatever_they_look_like()
    {
        string[] names = ["<b>bold</b>", "</style><script>alert(1)</script>", "\" onload=\"alert(1)", "\0\u0007\uD800\uFFFF"];
        var html = SampleReport.Parse(new SampleReport(names).Content);
        Assert.Empty(html.Descendants("script"));
        Assert.Equal(
            ["<b>bold</b>", "</style><script>alert(1)</script"[..31] + "…", "\" onload=\"alert(1)", "??\uFFFD?"],
            Rows(html, "classes").Select(row => row.Element("th")!.Value));
        Assert.DoesNotContain(html.Descendants().Attributes(), attribute => attribute.Name == "onload");
    }

    [Fact]
    public void Curves_have_a_point_for_each_epoch_and_a_line_for_each_network()
    {
        var html = SampleReport.Parse(new SampleReport(["a", "b"]).Trained(epochs: 6, networks: 2, bestEpoch: 4));
        var charts = Section(html, "training").Descendants("svg").ToArray();
        Assert.Equal(3, charts.Length);
        Assert.All(charts[..2], chart =>
        {
            Assert.Equal(2, Of(chart, "path", "curve train").Count());
            Assert.Equal(2, Of(chart, "path", "curve validation").Count());
            Assert.Equal(2 * 2 * 6, chart.Elements("circle").Count());
            Assert.Single(Of(chart, "line", "marked"));
        });
        // Loss falls, and so does the curve: down is a greater y.
        double[] heights = [.. Of(charts[0], "circle", "point train").Take(6).Select(point => double.Parse(point.Attribute("cy")!.Value, CultureInfo.InvariantCulture))];
        Assert.Equal(heights.Order(), heights);
        Assert.Equal(12, Rows(html, "training").Count());

        static IEnumerable<XElement> Of(XElement chart, string name, string style) => chart.Elements(name).Where(element => element.Attribute("class")!.Value == style);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_training_may_have_been_interrupted_early(int epochs)
    {
        var html = SampleReport.Parse(new SampleReport(["a", "b"]).Trained(epochs));
        Assert.Equal(epochs, html.Descendants("section").Count(section => section.Attribute("id")!.Value == "training"));
        Assert.DoesNotContain("NaN", html.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_have_shapes_parameters_and_multiply_adds()
    {
        var sample = new SampleReport(["a", "b", "c"]);
        Assert.Equal(
            [["dense 60", "60", "6,060", "6,000"], ["dense, softmax", "3", "183", "180"], ["all", "", "6,243", "6,180"]],
            Rows(SampleReport.Parse(sample.Content), "layers").Select(row => row.Elements().Select(cell => cell.Value).ToArray()));
        var sheet = Section(SampleReport.Parse(sample.Content), "first-layer").Descendants("img").Single();
        Assert.Equal("The weights of 48 units as images.", sheet.Attribute("alt")!.Value);
    }

    [Fact]
    public void Rows_that_are_no_images_are_named_by_their_numbers()
    {
        var content = new SampleReport(["a", "b", "c"], side: 2).Content;
        var html = SampleReport.Parse(content);
        Assert.Empty(html.Descendants("img"));
        Assert.Equal(
            content.Examples.Mistakes.Select(example => (string[])[Figures.Count(example.Row), example.Truth, example.Predicted]),
            Rows(html, "mistakes").Select(row => row.Elements().Take(3).Select(cell => cell.Value).ToArray()));
        Assert.Contains("test rows are right", content.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_unknown_classes_are_counted_as_wrong_and_said()
    {
        var content = new SampleReport(["a", "b"], rows: 300, unknown: ["zebra"]).Content;
        Assert.Contains("of classes that the model does not know: zebra", Assert.Single(content.Findings, finding => finding.Contains("zebra", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains(content.Examples.Mistakes, example => example.Truth == "zebra" && example.OfTruth == 0);
        _ = SampleReport.Parse(content);
    }

    static XElement Section(XElement html, string id) => html.Descendants("section").Single(section => section.Attribute("id")!.Value == id);

    static IEnumerable<XElement> Rows(XElement html, string id) => Section(html, id).Descendants("tbody").Single().Elements("tr");
}
