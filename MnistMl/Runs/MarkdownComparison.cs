using System.Text;
using MnistMl.Reporting;
using static MnistMl.Reporting.Document.Markdown;

namespace MnistMl.Runs;

/// <summary>A comparison as Markdown, for pull requests.</summary>
static class MarkdownComparison
{
    /// <summary>Writes a comparison.</summary>
    public static void Write(Stream stream, Comparison comparison)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine($"# {comparison.Verdict}\n");
        var columns = comparison.KnownColumns;
        WriteTable(writer, ["Run", .. columns.Select(column => column.Name)], comparison.Runs.Select((run, index) => (string[])
        [
            $"{Comparison.Letter(index)} {run.Name}{(run.Ending is { } ending ? $", {ending}" : "")}", .. columns.Select(column => column.Of(run) ?? "-"),
        ]));
        for (var index = 1; index < comparison.Runs.Count; index++)
        {
            writer.WriteLine($"{Escape(comparison.Sentence(index))}\n");
            if (comparison.TellingRows(index) is not { Count: > 0 } rows)
                continue;
            var (first, second) = (comparison.Runs[0].Predictions!, comparison.Runs[index].Predictions!);
            WriteTable(writer, ["Test row", "Truth", Comparison.Letter(0), Comparison.Letter(index)], rows.Select(row => (string[])
                [Figures.Count(row + 1), first.Labels[row], Say(first, row), Say(second, row)]));
        }

        static string Say(RowPredictions predictions, int row) =>
            $"{predictions.Predicted[row]} {Figures.Percent(predictions.Probabilities[row])}{(predictions.IsRight(row) ? "" : " ×")}";
    }
}
