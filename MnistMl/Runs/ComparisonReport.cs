using System.Globalization;
using MnistMl.Reporting;
using MnistMl.Training;
using Spectre.Console;

namespace MnistMl.Runs;

/// <summary>Prints a comparison.</summary>
sealed class ComparisonReport(IAnsiConsole console)
{
    const int Gap = 2, MaxBars = 60, MinEpochs = 3;

    /// <summary>Rows that are shown of those that only one gets right.</summary>
    const int MaxRows = 10;

    static readonly Style _dim = new(decoration: Decoration.Dim), _bold = new(decoration: Decoration.Bold);

    static readonly (string Head, Func<ComparedRun, string?> Cell)[] _columns =
    [
        ("Accuracy", run => run.MicroAccuracy is { } share ? Figures.Percent(share) : null),
        ("Log-loss", run => run.LogLoss is { } loss ? Figures.Loss(loss) : null),
        ("Training", run => run.TrainSeconds is { } seconds ? Figures.Duration(seconds) : null),
        ("Epochs", run => run.Epochs is { } epochs ? Figures.Count(epochs) : null),
        ("Parameters", run => run.Parameters is { } count ? Figures.Count(count) : null),
        ("Calibration error", run => run.ExpectedCalibrationError is { } error ? Figures.Percent(error) : null),
        ("Macro-accuracy", run => run.MacroAccuracy is { } share ? Figures.Percent(share) : null),
        ("Test rows", run => run.RowsTested is { } rows ? Figures.Count(rows) : null),
        ("Seed", run => run.Seed?.ToString(CultureInfo.InvariantCulture)),
    ];

    public void Write(Comparison comparison)
    {
        foreach (var (index, run) in comparison.Runs.Index())
            console.WriteLine($"{Comparison.Letter(index)}  {run.Name}{(run.Interrupted == true ? "  (interrupted)" : "")}");
        console.WriteLine();
        WriteTable(comparison.Runs);
        WriteCurves("Training loss", comparison.Runs, epoch => epoch.TrainLoss);
        WriteCurves("Validation loss", comparison.Runs, epoch => epoch.ValidationLoss ?? double.NaN);
        foreach (var (index, test) in comparison.Tests.Index())
            WriteTest(comparison.Runs, index + 1, test);
    }

    /// <summary>Writes the figures, as many as fit: the first are the most important.</summary>
    void WriteTable(IReadOnlyList<ComparedRun> runs)
    {
        var room = console.Profile.Width - 1;
        var columns = _columns
            .Select(column => (column.Head, Cells: runs.Select(run => column.Cell(run) ?? "-").ToArray(), IsKnown: runs.Any(run => column.Cell(run) != null)))
            .Where(column => column.IsKnown)
            .TakeWhile(column => (room -= Gap + column.Cells.Append(column.Head).Max(text => text.Length)) >= 0).ToArray();
        WriteGrid(
            [.. columns.Select(column => column.Head)],
            runs.Select((_, run) => (string[])[Comparison.Letter(run), .. columns.Select(column => column.Cells[run])]));
    }

    /// <summary>Writes losses of all epochs one above the other, on one scale, which is logarithmic: at the end of training they are near each other.</summary>
    void WriteCurves(string name, IReadOnlyList<ComparedRun> runs, Func<EpochSummary, double> lossOf)
    {
        var curves = runs.Select(run => run.History.Select(epoch => Math.Log(lossOf(epoch))).ToArray()).ToArray();
        var all = curves.SelectMany(curve => curve).Where(double.IsFinite).ToArray();
        var epochs = curves.Max(curve => curve.Length);
        if (epochs < MinEpochs || all.Length == 0 || !console.Profile.Capabilities.Unicode)
            return;
        var (min, max) = (all.Min(), all.Max());
        var bars = Math.Min(epochs, Math.Min(MaxBars, console.Profile.Width - 1 - Gap));
        console.Write(name, _bold);
        console.WriteLine($" {Figures.Loss(Math.Exp(max))} to {Figures.Loss(Math.Exp(min))}", _dim);
        foreach (var (index, curve) in curves.Index().Where(curve => curve.Item.Any(double.IsFinite)))
            console.WriteLine($"{Comparison.Letter(index)}  {Sparkline.Draw(curve, (curve.Length * bars + epochs - 1) / epochs, min, max)}");
        console.WriteLine();
    }

    void WriteTest(IReadOnlyList<ComparedRun> runs, int index, McNemarTest? test)
    {
        var (a, b) = (Comparison.Letter(0), Comparison.Letter(index));
        if (test == null)
        {
            console.WriteLine(
                runs[0].Predictions == null || runs[index].Predictions == null
                    ? $"{a} and {b}: which rows only one gets right is known of runs and models, not of reports and of runs that were not tested."
                    : $"{a} and {b} were tested on different rows: their figures do not compare.");
            return;
        }
        var (onlyFirst, onlySecond) = (test.OnlyFirst.Count, test.OnlySecond.Count);
        var verdict = test.Probability >= McNemarTest.Significance ? "the difference may be chance" : onlyFirst > onlySecond ? $"{a} is better" : $"{b} is better";
        console.WriteLine(
            $"{a} and {b}: {Figures.Count(onlyFirst)} rows only {a} gets right, {Figures.Count(onlySecond)} only {b}; "
            + string.Create(CultureInfo.InvariantCulture, $"McNemar's test: p = {test.Probability:G2}, {verdict}."));
        console.WriteLine();
        var (first, second) = (runs[0].Predictions!, runs[index].Predictions!);
        // Those that the other is surest of say most.
        var rows = test.OnlyFirst.OrderByDescending(row => second.Probabilities[row]).Take(MaxRows)
            .Concat(test.OnlySecond.OrderByDescending(row => first.Probabilities[row]).Take(MaxRows)).ToArray();
        if (rows.Length == 0)
            return;
        WriteGrid(["Row", "Truth", a, b], rows.Select(row => (string[])
            ["", Figures.Count(row + 1), first.Labels[row], Say(first, row), Say(second, row)]));

        static string Say(RowPredictions predictions, int row) =>
            $"{predictions.Predicted[row]} {Figures.Percent(predictions.Probabilities[row]),8}{(predictions.IsRight(row) ? "  " : " ×")}";
    }

    /// <summary>Writes lines of cells below each other: a grid of the console's would not end where it does not fit.</summary>
    void WriteGrid(string[] heads, IEnumerable<string[]> rows)
    {
        string[][] lines = [["", .. heads], .. rows];
        var widths = lines[0].Select((_, column) => lines.Max(line => line[column].GetCellWidth())).ToArray();
        foreach (var (index, line) in lines.Index())
        {
            var cells = line.Select((cell, column) => (column == 0 ? "" : new string(' ', Gap)) + new string(' ', widths[column] - cell.GetCellWidth()) + cell);
            console.WriteLine(string.Concat(cells).TrimEnd(), index == 0 ? _dim : Style.Plain);
        }
        console.WriteLine();
    }
}
