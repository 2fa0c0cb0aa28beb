using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using MnistMl.Reporting;
using MnistMl.Training;
using MnistMl.Tuning;

namespace MnistMl.Commands;

/// <summary><c>tune</c>: searches for the settings that do best on validation rows.</summary>
static partial class TuneCommand
{
    public const string Name = "tune";

    const int DefaultBudgetSeconds = 600;

    static readonly Option<int> _validationRows = CommonOptions.WholeNumber(
        "--validation-rows", "Hold out N of the training rows, drawn at random, of each class alike, and compare settings on them. [default: a sixth, at most 10000]", min: 1);

    static readonly Option<double> _budget = CommonOptions.Create("--budget", "TIME",
        "Training time, including earlier trials: minutes, or with a unit, such as 90s, 10m or 2h. [default: 10m]",
        ParseBudget);

    static readonly Option<string> _output = new("--output", "-o")
    {
        Description = "File of the trials. If it exists, its search is continued.",
        HelpName = "FILE",
        DefaultValueFactory = _ => "tune.jsonl",
    };

    static readonly Option<bool> _json = CommonOptions.Json();

    static readonly Option<bool> _quiet = CommonOptions.Quiet();

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("tune", "Search around the recipe fast for ten minutes, and print the best command."),
        ("tune --budget 1h", "Search for an hour in all: trials in tune.jsonl are not repeated."),
        ("tune --recipe accurate --budget 2h --output accurate.jsonl", "Search around another recipe."),
        ("tune --epochs 20 --augment none --network 300", "Keep what is given, search the rest."),
        ("tune --data letters.csv --test letters-test.csv --validation-rows 2000",
            "Search on your own data, without the test rows."),
    ];

    public static Command Create()
    {
        var command = new Command(
            Name, "Search for the best learning rate, widths, schedule, optimizer, label smoothing and augmentation.");
        foreach (var option in (Option[])[.. DataSplit.Options, _validationRows, _budget])
            command.Options.Add(option);
        TrainingArguments.AddTo(command, TrainingBindings.All.Where(binding => binding.IsForTuning));
        foreach (var option in (Option[])[_output, _json, _quiet])
            command.Options.Add(option);
        command.SetAction(parsed => Tune(parsed));
        return command;
    }

    static int Tune(ParseResult parsed)
    {
        var log = parsed.GetValue(_quiet) ? TextWriter.Null : parsed.InvocationConfiguration.Error;
        var budget = parsed.GetResult(_budget) == null ? DefaultBudgetSeconds : parsed.GetValue(_budget);
        var output = parsed.GetRequiredValue(_output);
        using var console = new ConsoleCancellation(log, "Interrupted: the search ends after this step. Once more ends the program at once.");
        int? validationRows = parsed.GetResult(_validationRows) == null ? null : parsed.GetValue(_validationRows);
        var split = DataSplit.Read(parsed, validationRows, log);
        var (train, validation) = (split.Train, split.Validation!);
        var start = TrainingArguments.ForRows(TrainingArguments.Parse(parsed), parsed, train) with { EnsembleSize = 1 };
        var searched = TrainingArguments.Searched(parsed, train);
        var space = new SearchSpace(
            start, [.. searched.Select(binding => binding.Draw!)],
            options => Shell.Join(TrainingArguments.Write(options, start)));
        var configurations = space.Configurations().ToArray();
        if (configurations.Length == 1)
            throw new MnistMlException("All settings are given: nothing is left to search. Leave out those to search.");
        // Checked before the file of the search is created.
        configurations[0].ThrowIfUnwritable(train);

        var search = new Search(
            split.Path, train.RowCount, validation.RowCount, Search.ChecksumOf(train, validation),
            Shell.Join(TrainingArguments.Write(start)), string.Join(' ', searched.Select(binding => binding.Name)));
        var rungs = SuccessiveHalving.Rungs(start.Epochs);
        using var trials = new TrialLog(output, search, rungs);
        var before = trials.Trials.Count;
        log.WriteLine($"Searching {string.Join(", ", searched.Select(binding => binding.Name))} "
            + $"within {Figures.Duration(budget)} of training"
            + $"{(before > 0 ? $"; {before} trials are already in {output}" : "")}.");

        var display = new TuneDisplay(Terminal.Open(log), budget, rungs.Count, TimeProvider.System);
        var isOver = false;
        MnistMlException? failure = null;
        try
        {
            isOver = SuccessiveHalving.Run(configurations, rungs, budget, trials, next =>
            {
                display.Start(next, trials);
                var trial = Trial.Run(next.Configuration, next.Epochs, train, validation, $"{output}.checkpoint", display, console.Token);
                display.End(trial);
                return trial;
            });
        }
        catch (MnistMlException e) when (trials.Trials.Count > 0)
        {
            // A disk that is full, for instance: what is known is shown all the same.
            failure = e;
        }
        if (!isOver && failure == null)
            log.WriteLine("Interrupted: the same command continues from here.");
        else if (isOver && trials.Trials.Count == before)
            log.WriteLine("The budget was already used up. A larger --budget continues the search.");

        var drawn = configurations.ToDictionary(configuration => configuration.Settings);
        var ranked = Trial.Rank(trials.Trials.Where(trial => drawn.ContainsKey(trial.Settings))).ToArray();
        if (ranked.Length == 0)
            throw new MnistMlException("Interrupted before the end of the first trial: there is nothing to show yet.");
        var arguments = WinningArguments(parsed, drawn[ranked[0].Settings]);
        var result = new TuneResult(
            $"{CommandLine.Program} {Shell.Join(arguments)}", arguments, !isOver, budget, trials.Seconds, rungs,
            ranked);
        if (parsed.GetValue(_json))
            ResultJson.Write(parsed.InvocationConfiguration.Output, result);
        else
            TuneReport.Write(Terminal.Open(parsed.InvocationConfiguration.Output), result, output);
        return failure == null ? 0 : throw failure;
    }

    /// <summary>The arguments that train with the best options, on the validation rows too.</summary>
    static string[] WinningArguments(ParseResult parsed, Configuration best)
    {
        var recipe = TrainingArguments.ParseRecipe(parsed);
        return
        [
            TrainCommand.Name,
            .. Given(DataSplit.Data),
            .. Given(DataSplit.Labels),
            .. Given(DataSplit.Test),
            .. Given(DataSplit.TestLabels),
            .. ReadingOptions.ArgumentsOf(parsed),
            .. DataSplit.Given(DataSplit.TrainRows, parsed.GetValue(DataSplit.TrainRows)?.Text),
            .. DataSplit.Given(DataSplit.SplitSeed, parsed.GetResult(DataSplit.SplitSeed) is { Implicit: false } ? $"{parsed.GetValue(DataSplit.SplitSeed)}" : null),
            .. recipe == Recipe.Fast ? (string[])[] : [TrainingBindings.Preset.Name, recipe.Name],
            .. TrainingArguments.Write(best.Options, recipe.Options),
        ];

        string[] Given(Option<string> option) => DataSplit.Given(option, parsed.GetValue(option));
    }

    /// <summary>Reads a time, in seconds.</summary>
    static double ParseBudget(string text)
    {
        var match = Budget().Match(text);
        var unit = match.Groups["unit"].Value switch { "s" => 1, "h" => 3600, _ => 60 };
        var number = match.Success ? double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture) : 0;
        return number * unit is > 0 and < 1e9 and var seconds
            ? seconds
            : throw new MnistMlException($"'{text}' is not a number of minutes, nor a time such as 90s, 10m or 2h.");
    }

    [GeneratedRegex(@"^(?<number>[0-9]+(\.[0-9]+)?)(?<unit>[smh]?)$")]
    private static partial Regex Budget();
}
