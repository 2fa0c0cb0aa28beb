using System.Globalization;
using Spectre.Console;

namespace MnistMl.Reporting;

/// <summary>Prints the result of <c>train</c> or <c>evaluate</c>: the summary last, where it stays in sight.</summary>
sealed class ConsoleReport(IAnsiConsole console)
{
    const int Gap = 2;

    /// <summary>Below so many columns, what can be done without is left out.</summary>
    const int Narrow = 60;

    /// <summary>Bars of a sparkline, and from how many epochs on it says something.</summary>
    const int SparklineWidth = 24, MinEpochs = 3;

    /// <summary>How many of very many are shown.</summary>
    const int MaxListed = 20;

    static readonly Style _plain = Style.Plain;
    static readonly Style _dim = new(decoration: Decoration.Dim);
    static readonly Style _bold = new(decoration: Decoration.Bold);
    static readonly Style _correct = new(Color.Green, decoration: Decoration.Bold);

    /// <summary>Prints the confusion matrix, the figures of each class, the overall figures and a summary.</summary>
    /// <param name="result">The result.</param>
    /// <param name="nextCommand">The command to try next, as it is typed.</param>
    public void Write(RunResult result, string nextCommand)
    {
        if (result.Metrics.Matrix is not { } matrix || !TryWriteConfusionMatrix(matrix, result.ClassNames))
            WriteConfusions(result);
        WriteClasses(result);
        WriteReliability(result);
        WriteRobustness(result);
        WriteOverall(result);
        WriteSummary(result, nextCommand);
    }

    /// <summary>Writes the matrix if it fits the terminal's width: in pieces it would help nobody.</summary>
    bool TryWriteConfusionMatrix(long[][] counts, IReadOnlyList<string> names)
    {
        var classNames = names.Select(Shorten).ToArray();
        var countWidth = $"{counts.Max(row => row.Max())}".Length;
        string[] columnHeads = [.. classNames.Select(label => label.PadLeft(countWidth))];
        var rowHeads = classNames;

        // If the labels are too long for column heads, these have numbers instead, which the row heads explain.
        if (Width(rowHeads) + columnHeads.Sum(ColumnWidth) > console.Profile.Width && Width(classNames) > countWidth)
        {
            columnHeads = [.. classNames.Select((_, label) => $"{label + 1}".PadLeft(countWidth))];
            var numberWidth = $"{classNames.Length}".Length;
            rowHeads = [.. classNames.Select((name, label) => $"{label + 1}".PadLeft(numberWidth) + " " + name)];
        }

        if (Width(rowHeads) + columnHeads.Sum(ColumnWidth) > console.Profile.Width)
            return false;

        WriteHeading("Confusion matrix", "(a row for each truth, a column for each prediction)");
        WriteTable(
            ["", .. columnHeads],
            counts.Select((row, truth) => (Cell[])[new(rowHeads[truth], _dim), .. row.Select((_, label) => CountCell(row, truth, label))]));
        return true;
    }

    Cell CountCell(long[] row, int truth, int predicted)
    {
        var count = row[predicted];
        if (count == 0)
            return new(console.Profile.Capabilities.Unicode ? "·" : ".", _dim);
        if (predicted == truth)
            return new($"{count}", _correct);

        // The root sets 0.1 % apart from 1 %: a good model has no larger shares. From 10 % on, it is plain red.
        var share = (double)count / row.Sum();
        return new($"{count}", new Style(Color.Grey50.Blend(Color.Red1, (float)Math.Sqrt(Math.Min(1, 10 * share)))));
    }

    void WriteConfusions(RunResult result)
    {
        var wrong = result.Metrics.Confusions.Where(confusion => confusion.Truth != confusion.Predicted).ToArray();
        var worst = wrong.OrderByDescending(confusion => confusion.Count).Take(MaxListed).ToArray();
        WriteHeading("Most frequent confusions", $"({worst.Length} of {Figures.Count(wrong.Length)} pairs of classes)");
        WriteTable(
            ["Truth", "Predicted", "Rows"],
            worst.Select(confusion => (Cell[])
            [
                Shorten(result.ClassNames[confusion.Truth]),
                Shorten(result.ClassNames[confusion.Predicted]),
                Figures.Count(confusion.Count),
            ]));
    }

    void WriteClasses(RunResult result)
    {
        var classes = result.Metrics.Classes.Zip(result.ClassNames).ToArray();
        if (result.Metrics.Matrix != null)
        {
            WriteHeading("Classes");
        }
        else
        {
            WriteHeading("Worst classes", $"({MaxListed} of {Figures.Count(classes.Length)}, by F1)");
            classes = [.. classes.Where(entry => entry.First.Rows > 0).OrderBy(entry => entry.First.F1).Take(MaxListed)];
        }
        WriteTable(
            ["", "Rows", "Precision", "Recall", "F1"],
            classes.Select(entry => (Cell[])
            [
                new(Shorten(entry.Second), _dim),
                Figures.Count(entry.First.Rows),
                entry.First.Predicted > 0 ? Figures.Percent(entry.First.Precision) : "-",
                entry.First.Rows > 0 ? Figures.Percent(entry.First.Recall) : "-",
                entry.First.Rows > 0 ? Figures.Percent(entry.First.F1) : "-",
            ]));
    }

    void WriteReliability(RunResult result)
    {
        if (result.Metrics.Reliability is not { } reliability)
            return;
        // A range begins where the one before ends.
        var isNarrow = console.Profile.Width < Narrow;
        WriteHeading("Reliability", "(predictions by their probability, and how many of them are right)");
        WriteTable(
            ["Probability", "Rows", "Mean", "Right"],
            reliability.Bins.Where(bin => bin.Rows > 0).Select(bin => (Cell[])
            [
                new((isNarrow ? "" : $"{Figures.Percent(bin.From)} ") + $"to {Figures.Percent(bin.To)}", _dim),
                Figures.Count(bin.Rows),
                Figures.Percent(bin.Probability),
                Figures.Percent(bin.Accuracy),
            ]));
    }

    void WriteRobustness(RunResult result)
    {
        if (result.Robustness.Count == 0)
            return;
        WriteHeading("Robustness", "(accuracy on the same rows, corrupted)");
        WriteTable(
            ["Corruption", "Accuracy"],
            result.Robustness.Select(entry => (Cell[])[new(entry.Corruption, _dim), Figures.Percent(entry.Accuracy)]));
    }

    void WriteOverall(RunResult result)
    {
        var metrics = result.Metrics;
        var correct = metrics.Classes.Sum(figures => figures.Correct);
        WriteFigure(
            "Accuracy",
            Figures.Percent(metrics.Accuracy),
            $"{Figures.Count(correct)} of {Figures.Count(result.Metrics.RowCount)} rows",
            _bold);
        if (metrics.UnknownRows > 0)
        {
            WriteFigure("Unknown classes", Figures.Count(metrics.UnknownRows),
                $"rows of classes that the model does not know, counted as wrong: {Listing.Of([.. result.UnknownClasses.Select(Shorten)], max: 5)}", _plain);
        }
        WriteFigure("Macro-accuracy", Figures.Percent(metrics.MacroAccuracy), "mean recall of the classes", _plain);
        // With three classes, top-3 accuracy is always 100 %.
        if (metrics.TopK < result.ClassNames.Count)
        {
            WriteFigure(
                $"Top-{metrics.TopK} accuracy", Figures.Percent(metrics.TopKAccuracy), "", _plain);
        }
        WriteFigure("Log-loss", Figures.Loss(metrics.LogLoss), "nats a row", _plain);
        WriteFigure(
            "Log-loss reduction",
            double.IsFinite(metrics.LogLossReduction) ? Figures.Loss(metrics.LogLossReduction) : "-",
            "0: no better than the classes' shares, 1: perfect",
            _plain);
        if (metrics.Reliability is { } reliability)
        {
            WriteFigure(
                "Calibration error", Figures.Percent(reliability.ExpectedCalibrationError),
                $"probability against accuracy; by chance {Figures.Percent(reliability.ErrorByChance)}", _plain);
        }
        console.WriteLine();
    }

    void WriteFigure(string name, string figure, string explanation, Style style)
    {
        var text = $"{name,-19}{figure,9}";
        console.Write(text, style);
        WriteExplanation("  " + explanation, text.Length);
    }

    void WriteSummary(RunResult result, string nextCommand)
    {
        if (result.Training is { } training)
        {
            var networks = training.EnsembleSize > 1 ? $"networks: {training.EnsembleSize}, " : "";
            console.WriteLine($"Trained on {Figures.Count(training.Rows)} rows in {Figures.Duration(training.Seconds)} "
                + $"({networks}epochs: {training.History.Count}, threads: {training.Threads}, seed: {training.Seed}{(training.Device is { } device ? $", libtorch on {device}" : "")})"
                + $"{(training.IsInterrupted ? ", and interrupted" : "")}.");
            WriteCurve("Loss", [.. training.History.Select(epoch => epoch.TrainLoss)]);
            WriteCurve("Validation", [.. training.History.Select(epoch => epoch.ValidationLoss).OfType<double>()]);
            if (training.Temperature is { } temperature)
                console.WriteLine($"Calibrated on the validation rows: logits are divided by {temperature.ToString("F3", CultureInfo.InvariantCulture)}.");
        }
        console.WriteLine(
            $"Tested on {Figures.Count(result.Metrics.RowCount)} rows in {Figures.Duration(result.EvaluateSeconds)}.");
        var parameters = result.Parameters is { } count ? $"{Figures.Count(count)} parameters, " : "";
        console.WriteLine($"{(result.Training is null ? "Model" : "Saved")}: {result.Model} "
            + $"({parameters}{Figures.Bytes(result.ModelBytes)}).");
        console.Write("Next:  ");
        // Not through the console, which would wrap the line.
        console.Profile.Out.Writer.WriteLine(nextCommand);
    }

    void WriteTable(string[] heads, IEnumerable<Cell[]> rows) => ConsoleTable.Write(console, heads, rows);

    void WriteHeading(string heading, string explanation = "")
    {
        console.Write(heading, _bold);
        WriteExplanation(" " + explanation, heading.Length);
    }

    /// <summary>Ends a line with an explanation, if it fits.</summary>
    void WriteExplanation(string explanation, int before) =>
        console.WriteLine(before + explanation.GetCellWidth() <= console.Profile.Width ? explanation.TrimEnd() : "", _dim);

    void WriteCurve(string name, double[] losses)
    {
        if (losses.Length < MinEpochs || !console.Profile.Capabilities.Unicode)
            return;
        var ends = $"{Figures.Loss(losses[0])} to {Figures.Loss(losses[^1])}";
        var room = console.Profile.Width - name.Length - ends.Length - 2 * Gap;
        if (room >= MinEpochs)
            console.WriteLine($"{name}  {Sparkline.Draw(losses, Math.Min(SparklineWidth, room))}  {ends}");
    }

    string Shorten(string label) => ConsoleTable.Shorten(console, label);

    static int ColumnWidth(string head) => Gap + head.GetCellWidth();

    static int Width(IEnumerable<string> texts) => texts.Max(text => text.GetCellWidth());
}
