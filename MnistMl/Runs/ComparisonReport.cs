using MnistMl.Reporting;
using MnistMl.Training;
using Spectre.Console;

namespace MnistMl.Runs;

/// <summary>Prints a comparison.</summary>
sealed class ComparisonReport(IAnsiConsole console)
{
    const int Gap = 2, MaxBars = 60, MinEpochs = 3;

    /// <summary>Below so many columns, predictions are shown without their probabilities.</summary>
    const int Narrow = 60;

    static readonly Style _dim = new(decoration: Decoration.Dim), _bold = new(decoration: Decoration.Bold);

    public void Write(Comparison comparison)
    {
        foreach (var (index, run) in comparison.Runs.Index())
            console.WriteLine($"{Comparison.Letter(index)}  {run.Name}{(run.Ending is { } ending ? $"  ({ending})" : "")}");
        console.WriteLine();
        WriteTable(comparison);
        WriteCurves("Training loss", comparison.Runs, epoch => epoch.TrainLoss);
        WriteCurves("Validation loss", comparison.Runs, epoch => epoch.ValidationLoss ?? double.NaN);
        for (var index = 1; index < comparison.Runs.Count; index++)
            WriteTest(comparison, index);
    }

    void WriteTable(Comparison comparison) => ConsoleTable.Write(
        console, ["", .. comparison.KnownColumns.Select(column => column.Name)],
        comparison.Runs.Select((run, index) => (Cell[])[Comparison.Letter(index), .. comparison.KnownColumns.Select(column => (Cell)(column.Of(run) ?? "-"))]));

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
        var scale = $" {Figures.Loss(Math.Exp(max))} to {Figures.Loss(Math.Exp(min))}";
        console.Write(name, _bold);
        console.WriteLine(name.Length + scale.Length <= console.Profile.Width ? scale : "", _dim);
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
        ConsoleTable.Write(
            console, ["Row", "Truth", a, b],
            rows.Select(row => (Cell[])[Figures.Count(row + 1), Shorten(first.Labels[row]), Say(first, row), Say(second, row)]), texts: 0);

        string Say(RowPredictions predictions, int row) => Shorten(predictions.Predicted[row])
            + (console.Profile.Width < Narrow ? "" : $" {Figures.Percent(predictions.Probabilities[row]),8}") + (predictions.IsRight(row) ? "  " : " ×");
    }

    string Shorten(string name) => ConsoleTable.Shorten(console, name);
}
