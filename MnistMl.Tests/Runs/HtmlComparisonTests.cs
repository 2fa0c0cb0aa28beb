using System.Text;
using System.Xml.Linq;
using MnistMl.Runs;
using MnistMl.Training;

namespace MnistMl.Tests.Runs;

public sealed class HtmlComparisonTests
{
    [Fact]
    public void Figures_curves_and_the_rows_that_tell_are_those_of_the_runs()
    {
        var html = Html(SampleRuns.First with { TestRows = SampleRuns.Rows }, SampleRuns.Second);

        Assert.Equal("The difference may be chance", html.Descendants("h1").Single().Value);
        Assert.Equal("compare a <b>", html.Descendants("code").Single().Value);
        Assert.Equal(
            [["66.67 %", "0.2500", "2.50 s", "4", "1,234", "3.00 %", "70.00 %", "6", "1"], ["83.33 %", "0.2500", "-", "4", "1,234", "3.00 %", "70.00 %", "6", "1"]],
            Section(html, "figures").Descendants("tbody").Single().Elements("tr").Select(row => row.Elements("td").Select(cell => cell.Value)));
        Assert.Equal(["A runs/first", "B b.json, interrupted"], Section(html, "figures").Descendants("tbody").Single().Descendants("th").Select(head => head.Value));

        // No run has validation rows.
        var charts = Section(html, "training").Descendants("figure").ToArray();
        Assert.Equal(["Training loss, in nats", "Training accuracy"], charts.Select(chart => chart.Element("figcaption")!.Value));
        Assert.Equal(["curve run0", "curve run1"], charts[0].Descendants("path").Select(path => path.Attribute("class")!.Value));
        Assert.Equal([4, 2], charts[0].Descendants("path").Select(path => path.Attribute("d")!.Value.Count(letter => letter is 'M' or 'L')));
        Assert.EndsWith("at the end: A 0.1000, B 0.1000.", charts[0].Descendants("svg").Single().Attribute("aria-label")!.Value, StringComparison.Ordinal);

        var against = Section(html, "against-B");
        Assert.StartsWith("A and B: 1 rows only A gets right, 2 only B;", against.Element("p")!.Value, StringComparison.Ordinal);
        Assert.Equal(
            ["A: 2 80.00 %|B: 7 30.00 %|row 2", "A: 9 50.00 %|B: 4 55.00 %|row 5", "A: 7 40.00 %|B: 1 45.00 %|row 6"],
            against.Descendants("figcaption").Select(caption => string.Join('|', caption.Elements().Select(part => Plain(part.Value)))));
        Assert.Equal(
            ["B: 7 30.00 %", "A: 9 50.00 %", "A: 7 40.00 %"],
            against.Descendants("span").Where(span => span.Attribute("class")?.Value == "guess").Select(span => Plain(span.Value)));
        Assert.Equal(3, against.Descendants("img").Select(image => image.Attribute("src")!.Value).Distinct().Count());
    }

    [Fact]
    public void Rows_that_are_not_at_hand_are_listed()
    {
        var html = Html(SampleRuns.First, SampleRuns.Second);

        Assert.Empty(html.Descendants("img"));
        Assert.Equal(
            ["2 2 2 80.00 % 7 30.00 % ×", "5 4 9 50.00 % × 4 55.00 %", "6 1 7 40.00 % × 1 45.00 %"],
            Section(html, "against-B").Descendants("tbody").Single().Elements("tr").Select(row => Plain(string.Join(' ', row.Elements().Select(cell => cell.Value)))));
    }

    [Fact]
    public void Each_of_many_runs_has_a_curve_of_its_own_and_one_verdict_is_theirs()
    {
        var runs = Enumerable.Range(0, Comparison.MaxRuns).Select(run => SampleRuns.First with
        {
            Name = "<script>",
            MicroAccuracy = run == 7 ? 0.999 : null,
            History = [new EpochSummary(1, 0.5, 0.5, 0.4, 0.6, 1, NetworkNumber: 1), new EpochSummary(1, 0.4, 0.5, double.NaN, 0.6, 1, NetworkNumber: 2)],
            Predictions = null,
        }).ToArray();

        var html = Html(runs);

        Assert.Equal("H has the highest accuracy, 99.90\u00A0%", html.Descendants("h1").Single().Value);
        Assert.Empty(html.Descendants("script"));
        var charts = Section(html, "training").Descendants("figure").ToArray();
        // A line for each network; what is no number is left out.
        Assert.Equal([52, 26, 52, 52], charts.Select(chart => chart.Descendants("path").Count()));
        Assert.Equal(26, charts[0].Descendants("path").Select(path => path.Attribute("class")!.Value).Distinct().Count());
        Assert.Equal(25, html.Descendants("section").Count(section => section.Attribute("id")!.Value.StartsWith("against-", StringComparison.Ordinal)));
    }

    [Fact]
    public void Markdown_has_the_same()
    {
        using var stream = new MemoryStream();
        MarkdownComparison.Write(stream, new([SampleRuns.First with { Name = "a|b" }, SampleRuns.Second]));

        Assert.Equal(
            """
            # The difference may be chance

            | Run | Accuracy | Log-loss | Training | Epochs | Parameters | Calibration error | Macro-accuracy | Test rows | Seed |
            |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
            | A a\|b | 66.67 % | 0.2500 | 2.50 s | 4 | 1,234 | 3.00 % | 70.00 % | 6 | 1 |
            | B b.json, interrupted | 83.33 % | 0.2500 | - | 4 | 1,234 | 3.00 % | 70.00 % | 6 | 1 |

            A and B: 1 rows only A gets right, 2 only B; McNemar's test: p = 1, the difference may be chance.

            | Test row | Truth | A | B |
            |---|---:|---:|---:|
            | 2 | 2 | 2 80.00 % | 7 30.00 % × |
            | 5 | 4 | 9 50.00 % × | 4 55.00 % |
            | 6 | 1 | 7 40.00 % × | 1 45.00 % |


            """.ReplaceLineEndings("\n"), Encoding.UTF8.GetString(stream.ToArray()));
    }

    static string Plain(string text) => text.Replace('\u00A0', ' ');

    static XElement Section(XElement html, string id) => html.Descendants("section").Single(section => section.Attribute("id")!.Value == id);

    static XElement Html(params ComparedRun[] runs)
    {
        using var stream = new MemoryStream();
        HtmlComparison.Write(stream, new(runs), "compare a <b>");
        return XElement.Parse(Encoding.UTF8.GetString(stream.ToArray()).Replace("<!doctype html>", "", StringComparison.Ordinal));
    }
}
