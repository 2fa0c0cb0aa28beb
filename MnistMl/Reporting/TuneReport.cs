using MnistMl.Tuning;
using Spectre.Console;

namespace MnistMl.Reporting;

/// <summary>Prints the result of <c>tune</c>. The command to type is last, where it stays in sight.</summary>
static class TuneReport
{
    /// <summary>The most rows that the table has.</summary>
    const int Max = 20;

    /// <summary>From so many columns on there is room for the settings beside the figures.</summary>
    const int Wide = 80;

    /// <summary>Prints the best trials, one per configuration, and the command that trains with the best.</summary>
    /// <param name="console">Where to print, opened by <see cref="Terminal.Open"/>.</param>
    /// <param name="result">The result of the search.</param>
    /// <param name="log">The file of all trials.</param>
    public static void Write(IAnsiConsole console, TuneResult result, string log)
    {
        var best = result.Trials.DistinctBy(trial => trial.Settings).Take(Max).ToArray();
        if (console.Profile.Width >= Wide)
            console.Write(Table(best, result.Rungs));
        else
            WriteNarrow(console, best, result.Rungs);

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
        console.Profile.Out.Writer.WriteLine(result.Command);
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
                Rung(trial, rungs), $"{trial.Epochs}", Accuracy(trial), Loss(trial), Figures.Duration(trial.Seconds), SettingsText(trial.Settings),
            ];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }
        return table;
    }

    /// <summary>Prints the figures by number, and the settings of each number below.</summary>
    static void WriteNarrow(IAnsiConsole console, IReadOnlyList<Trial> trials, IReadOnlyList<int> rungs)
    {
        ConsoleTable.Write(
            console, ["", "Accuracy", "Loss", "Rung", "Time", "Epochs"],
            trials.Select((trial, index) => (Cell[])
                [$"{index + 1}", Accuracy(trial), Loss(trial), Rung(trial, rungs), Figures.Duration(trial.Seconds), $"{trial.Epochs}"]), texts: 0);
        foreach (var (index, trial) in trials.Index())
            console.WriteLine($"{index + 1}  {SettingsText(trial.Settings)}");
        console.WriteLine();
    }

    static string Rung(Trial trial, IReadOnlyList<int> rungs) =>
        $"{rungs.Index().First(rung => rung.Item == trial.Epochs).Index + 1}/{rungs.Count}";

    static string Accuracy(Trial trial) => trial.Accuracy is { } accuracy ? Figures.Percent(accuracy) : "failed";

    static string Loss(Trial trial) => trial.Loss is { } loss ? Figures.Loss(loss) : "-";

    /// <summary>Settings as the table and the progress display show them.</summary>
    public static string SettingsText(string settings) => settings.Length > 0 ? settings : "(as at the start)";
}
