using MnistMl.Reporting;
using MnistMl.Training;
using Spectre.Console;

namespace MnistMl.Runs;

/// <summary>Prints a comparison.</summary>
sealed class ComparisonReport(IAnsiConsole console)
{
    const int Gap = 2, MaxBars = 60, MinEpochs = 3;

    static readonly Style _dim = new(decoration: Decoration.Dim), _bold = new(decoration: Decoration.Bold);

    public void Write(Comparison comparison)
    {
        foreach (var (index, run) in comparison.Runs.Index())
            console.WriteLine($"{Comparison.Letter(index)}  {run.Name}{(run.Interrupted == true ? "  (interrupted)" : "")}");
        console.WriteLine();
        WriteTable(comparison);
        WriteCurves("Training loss", comparison.Runs, epoch => epoch.TrainLoss);
        WriteCurves("Validation loss", comparison.Runs, epoch => epoch.ValidationLoss ?? double.NaN);
        for (var index = 1; index < comparison.Runs.Count; index++)
            WriteTest(comparison, index);
    }

    /// <summary>Writes the figures, as many as fit: the first are the most important.</summary>
    void WriteTable(Comparison comparison)
    {
        var runs = comparison.Runs;
        var room = console.Profile.Width - 1;
        var columns = comparison.KnownColumns
            .Select(column => (column.Name, Cells: runs.Select(run => column.Of(run) ?? "-").ToArray()))
            .TakeWhile(column => (room -= Gap + column.Cells.Append(column.Name).Max(text => text.Length)) >= 0).ToArray();
        WriteGrid(
            [.. columns.Select(column => column.Name)],
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

    void WriteTest(Comparison comparison, int index)
    {
        console.WriteLine(comparison.Sentence(index));
        if (comparison.Tests[index - 1] != null)
            console.WriteLine();
        if (comparison.TellingRows(index) is not { Count: > 0 } rows)
            return;
        var (first, second) = (comparison.Runs[0].Predictions!, comparison.Runs[index].Predictions!);
        var (a, b) = (Comparison.Letter(0), Comparison.Letter(index));
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
