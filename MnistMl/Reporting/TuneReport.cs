using MnistMl.Tuning;
using Spectre.Console;

namespace MnistMl.Reporting;

/// <summary>Prints what <c>tune</c> came to. The command to type comes last, for that is what stays in sight.</summary>
static class TuneReport
{
    /// <summary>Rows of the table.</summary>
    const int Max = 20;

    /// <summary>Prints the best trials, at most one for each settings, and the command that trains with the best.</summary>
    /// <param name="writer">Where to print.</param>
    /// <param name="result">What the search came to.</param>
    /// <param name="log">The file with all trials.</param>
    public static void Write(TextWriter writer, TuneResult result, string log)
    {
        var console = Terminal.Open(writer);
        var best = result.Trials.DistinctBy(trial => trial.Settings).Take(Max).ToArray();
        console.Write(Table(best, result.Rungs));

        var others = result.Trials.Count - best.Length;
        console.WriteLine($"{Figures.Count(result.Trials.Count)} {(result.Trials.Count == 1 ? "trial" : "trials")} in {Figures.Duration(result.Seconds)} of training"
            + $"{(others > 0 ? $", {Figures.Count(others)} of them not shown" : "")}: {log}.");
        if (!result.IsWhole())
        {
            console.WriteLine($"None was trained for all {result.Rungs[^1]} epochs yet. The same command goes on"
                + (result.Interrupted ? "." : ", with more time by --budget."));
        }
        console.WriteLine("Train with the best settings, on the validation rows too:");
        // Not by the console, which would break the line.
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

    /// <summary>Settings as the table and the progress show them.</summary>
    public static string SettingsText(string settings) => settings.Length > 0 ? settings : "(as at the start)";
}
