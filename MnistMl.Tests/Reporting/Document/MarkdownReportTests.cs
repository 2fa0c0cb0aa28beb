using MnistMl.Reporting;

namespace MnistMl.Tests.Reporting.Document;

public sealed class MarkdownReportTests
{
    [Fact]
    public void Its_figures_are_those_of_the_metrics()
    {
        var content = new SampleReport(["a", "b", "c", "d"]).Trained(epochs: 3);
        var (text, metrics) = (SampleReport.Markdown(content), content.Run.Metrics);
        Assert.StartsWith($"# {content.Verdict}\n", text, StringComparison.Ordinal);
        Assert.Contains($"\n```\n{content.Command}\n```\n", text, StringComparison.Ordinal);
        Assert.Contains($"| **Accuracy** | {Figures.Percent(metrics.Accuracy)} |", text, StringComparison.Ordinal);
        foreach (var (label, (row, figures)) in metrics.Matrix!.Zip(metrics.Classes).Index())
        {
            Assert.Contains($"| {"abcd"[label]} | {string.Join(" | ", row.Select(count => count == 0 ? "·" : Figures.Count(count)))} |\n", text, StringComparison.Ordinal);
            Assert.Contains(
                $"| {"abcd"[label]} | {Figures.Count(figures.Rows)} | {Figures.Percent(figures.Precision)} | {Figures.Percent(figures.Recall)} | {Figures.Percent(figures.F1)} |\n",
                text, StringComparison.Ordinal);
        }
        var (worst, _, count) = metrics.Confusions.Where(confusion => confusion.Truth != confusion.Predicted).MaxBy(confusion => confusion.Count);
        Assert.Contains($" | {count} | {Figures.Percent((double)count / metrics.Classes[worst].Rows)} |\n", text, StringComparison.Ordinal);
        Assert.Contains("| 3 | 0.3333 | 83.33 % | 0.5000 | 80.00 % |\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Robustness_is_there_where_it_was_measured()
    {
        var content = new SampleReport(["a", "b"]).Content;
        Assert.DoesNotContain("Robustness", SampleReport.Markdown(content), StringComparison.Ordinal);
        var measured = content with { Run = content.Run with { Robustness = [new("none", 0.75), new("eroded once", 0.5)] } };
        Assert.Contains("\n| Corruption | Accuracy |\n|---|---:|\n| none | 75.00 % |\n| eroded once | 50.00 % |\n", SampleReport.Markdown(measured), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_row_of_a_table_has_the_cells_of_its_head_whatever_classes_are_called()
    {
        var text = SampleReport.Markdown(new SampleReport(["a|b", "<b>", "*x*\n# y", "[z](http://z)"]).Trained(epochs: 30));
        var cells = text.Split('\n').Select(line => line.StartsWith('|') ? line.Replace("\\|", "", StringComparison.Ordinal).Count(letter => letter == '|') : 0).ToArray();
        Assert.All(Enumerable.Range(1, cells.Length - 1), line => Assert.True(cells[line] == 0 || cells[line - 1] == 0 || cells[line] == cells[line - 1]));
        Assert.DoesNotContain("<b>", text, StringComparison.Ordinal);
        Assert.Contains(@"\*x\* \# y", text, StringComparison.Ordinal);
        Assert.Contains(@"\[z\](http://z)", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_classes_the_worst_are_listed()
    {
        var text = SampleReport.Markdown(new SampleReport(SampleReport.Names(300), rows: 2_000).Content);
        Assert.DoesNotContain("Confusion matrix", text, StringComparison.Ordinal);
        Assert.Contains("## The 20 classes with the least F1\n", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 2_000, 10_000);
    }
}
