using System.Globalization;
using System.Text;
using static MnistMl.Reporting.Document.Markdown;

namespace MnistMl.Reporting.Document;

/// <summary>A report as Markdown, for pull requests: figures and tables, without images, which they do not show.</summary>
static class MarkdownReport
{
    /// <summary>Above so many classes, the confusion matrix is left out.</summary>
    const int MaxMatrixClasses = 12;

    const int MaxMistakes = 10, MaxEpochs = 20;

    /// <summary>Writes a report.</summary>
    public static void Write(Stream stream, ReportContent content)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine($"# {content.Verdict}\n\n{Escape(string.Join(' ', content.Findings))}\n");
        foreach (var warning in content.Run.Warnings)
            writer.WriteLine($"> **Warning:** {Escape(warning)}\n");
        WriteTable(writer, ["", "", ""], content.Overall.Select(entry => (string[])[$"**{entry.Name}**", entry.Figure, entry.Meaning]), isEscaped: true);
        var fence = new string('`', 3 + content.Command.Count(letter => letter == '`'));
        writer.WriteLine($"{fence}\n{content.Command}\n{fence}\n");

        var metrics = content.Run.Metrics;
        if (content.Run.ClassNames.Count <= MaxMatrixClasses && metrics.Matrix is { } matrix)
        {
            writer.WriteLine("## Confusion matrix\n\nA row for each truth, a column for each prediction.\n");
            WriteTable(
                writer, ["", .. content.Run.ClassNames.Select((_, label) => content.Name(label))],
                matrix.Select((row, truth) => (string[])[content.Name(truth), .. row.Select(count => count == 0 ? "·" : Figures.Count(count))]));
        }
        if (content.Examples.Pairs.Count > 0)
        {
            writer.WriteLine("## Most confused pairs\n");
            WriteTable(writer, ["Truth", "Taken for", "Rows", "Share"], content.Examples.Pairs.Select(pair => (string[])
            [
                content.Name(pair.Confusion.Truth), content.Name(pair.Confusion.Predicted), Figures.Count(pair.Confusion.Count),
                Figures.Percent((double)pair.Confusion.Count / metrics.Classes[pair.Confusion.Truth].Rows),
            ]));
        }
        if (content.Examples.Mistakes.Count > 0)
        {
            writer.WriteLine("## Surest mistakes\n");
            WriteTable(writer, ["Test row", "Truth", "Guess", metrics.Reliability != null ? "Probability" : "Score"], content.Examples.Mistakes.Take(MaxMistakes).Select(example => (string[])
            [
                Figures.Count(example.Row), ReportContent.Short(example.Truth), ReportContent.Short(example.Predicted),
                metrics.Reliability != null ? Figures.Percent(example.Probability) : example.Probability.ToString("0.###", CultureInfo.InvariantCulture),
            ]));
        }
        var classes = content.Classes;
        writer.WriteLine(classes.Count < content.Run.ClassNames.Count ? $"## The {classes.Count} classes with the least F1\n" : "## Classes\n");
        WriteTable(writer, ["Class", "Rows", "Precision", "Recall", "F1"], classes.Select(entry => (string[])
        [
            entry.Name, Figures.Count(entry.Figures.Rows), Figures.Percent(entry.Figures.Precision), Figures.Percent(entry.Figures.Recall), Figures.Percent(entry.Figures.F1),
        ]));
        if (metrics.Reliability is { } reliability)
        {
            writer.WriteLine("## Calibration\n");
            WriteTable(writer, ["Probability", "Rows", "Mean", "Right"], reliability.Bins.Where(bin => bin.Rows > 0).Select(bin => (string[])
            [
                $"{Figures.Percent(bin.From)} to {Figures.Percent(bin.To)}", Figures.Count(bin.Rows), Figures.Percent(bin.Probability), Figures.Percent(bin.Accuracy),
            ]));
        }
        if (content.Run.Robustness.Count > 0)
        {
            writer.WriteLine($"## Robustness\n\nThe same {content.Rows}, corrupted.\n");
            WriteTable(writer, ["Corruption", "Accuracy"], content.Run.Robustness.Select(entry => (string[])[entry.Corruption, Figures.Percent(entry.Accuracy)]));
        }
        if (content.Run.Training is { History: { Count: > 0 } history })
        {
            writer.WriteLine(history.Count <= MaxEpochs ? "## Training\n" : $"## Training, its last {MaxEpochs} epochs\n");
            WriteTable(writer, ["Epoch", "Loss", "Accuracy", "Validation loss", "Validation accuracy"], history.TakeLast(MaxEpochs).Select(epoch => (string[])
            [
                epoch.NetworkNumber is { } network ? $"{epoch.Epoch} of network {network}" : $"{epoch.Epoch}", Figures.Loss(epoch.TrainLoss), Figures.Percent(epoch.TrainAccuracy),
                epoch.ValidationLoss is { } loss ? Figures.Loss(loss) : "", epoch.ValidationAccuracy is { } accuracy ? Figures.Percent(accuracy) : "",
            ]));
        }
        if (content.Layers.Count > 0)
        {
            writer.WriteLine("## Layers\n");
            WriteTable(writer, ["Layer", "Output", "Parameters", "Multiply-adds"], content.Layers.Select((layer, i) => (string[])
            [
                i < content.Layers.Count - 1 ? $"{layer.Options}" : "dense, softmax", $"{layer.Output}", Figures.Count(layer.Parameters), Figures.Count(layer.MultiplyAdds),
            ]));
        }
        writer.WriteLine("## The run\n");
        foreach (var (name, text) in content.Facts)
            writer.WriteLine($"- {name}: {Escape(text)}");
    }
}
