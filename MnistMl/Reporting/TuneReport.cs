using MnistMl.Tuning;
using Spectre.Console;

namespace MnistMl.Reporting;

/// <summary>Prints the result of <c>tune</c>. The command to type is last, where it stays in sight.</summary>
static class TuneReport
{
    /// <summary>The most rows that the table has.</summary>
    const int Max = 20;

    /// <summary>Prints the best trials, one per configuration, and the command that trains with the best.</summary>
    /// <param name="writer">Where to print.</param>
    /// <param name="result">The result of the search.</param>
    /// <param name="log">The file of all trials.</param>
    public static void Write(TextWriter writer, TuneResult result, string log)
    {
        var console = Terminal.Open(writer);
        var best = result.Trials.DistinctBy(trial => trial.Settings).Take(Max).ToArray();
        console.Write(Table(best, result.Rungs));

        var others = result.Trials.Count - best.Length;
        console.WriteLine($"{Figures.Count(result.Trials.Count)} {(result.Trials.Count == 1 ? "trial" : "trials")} "
            + $"in {Figures.Duration(result.Seconds)} of training"
            + $"{(others > 0 ? $", {Figures.Count(others)} of them not shown" : "")}: {log}.");
        if (!result.IsWhole())
        {
            console.WriteLine($"None was trained for all {result.Rungs[^1]} epochs yet. The same command continues"
                + (result.Interrupted ? "." : " with a larger --budget."));
        }
        console.WriteLine("Train with the best settings, on the validation rows too:");
        // Not through the console, which would wrap the line.
        writer.WriteLine(result.Command);
    }

    static Table Table(IEnumerable<Trial> trials, IReadOnlyList<int> rungs)
    {
        var table = new Table { Border = TableBorder.Horizontal };
        foreach (var head in (string[])["Rung", "Epochs", "Accuracy", "Loss", "Time"])
            table.AddColumn(new TableColumn(head).RightAligned().NoWrap());
        table.AddColumn("Settings");
        foreach (var trial in trials)
        {
            string[] cells =
            [
                $"{rungs.Index().First(rung => rung.Item == trial.Epochs).Index + 1}/{rungs.Count}",
                $"{trial.Epochs}",
                trial.Accuracy is { } accuracy ? Figures.Percent(accuracy) : "failed",
                trial.Loss is { } loss ? Figures.Loss(loss) : "-",
                Figures.Duration(trial.Seconds),
                SettingsText(trial.Settings),
            ];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }
        return table;
    }

    /// <summary>Settings as the table and the progress display show them.</summary>
    public static string SettingsText(string settings) => settings.Length > 0 ? settings : "(as at the start)";
}
