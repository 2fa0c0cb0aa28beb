using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;
using MnistMl.Augmentation;
using MnistMl.Reporting;
using MnistMl.Training;
using MnistMl.Tuning;

namespace MnistMl.Commands;

/// <summary><c>tune</c>: searches the settings that do best on validation rows.</summary>
static partial class TuneCommand
{
    public const string Name = "tune";

    const int DefaultBudgetSeconds = 600;

    static readonly Option<int> _validationRows = CommonOptions.WholeNumber(
        "--validation-rows", "Keep the last N training rows out of training, and choose by them.", atLeast: 1, byDefault: 10_000);

    static readonly Option<TimeSpan?> _budget = new("--budget")
    {
        Description = "Time to train in, that of the trials done before included: minutes, or with a unit, such as 90s, 10m or 2h. [default: 10m]",
        HelpName = "TIME",
        CustomParser = ParseBudget,
    };

    static readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The file that keeps the trials. If it is there, the search in it goes on.",
        HelpName = "FILE",
        DefaultValueFactory = _ => "tune.jsonl",
    };

    static readonly Option<bool> _json = CommonOptions.Json();

    static readonly Option<bool> _quiet = CommonOptions.Quiet();

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("tune", "Search around the recipe fast for ten minutes, and print the command that trains best."),
        ("tune --budget 1h", "Search for an hour in all: what is in tune.jsonl is not done again."),
        ("tune --recipe accurate --budget 2h --output accurate.jsonl", "Search around another recipe."),
        ("tune --epochs 20 --augment none --network 300", "Keep what is given, search the rest."),
        ("tune --data letters.csv --test letters-test.csv --validation-rows 2000", "Search on data of your own; the test rows are not looked at."),
    ];

    public static Command Create()
    {
        var command = new Command(
            Name, "Search learning rate, widths, schedule, weight decay, label smoothing and augmentation: what is not given.");
        foreach (var option in (Option[])[DataSplit.Data, DataSplit.Test, DataSplit.TrainRows, _validationRows, _budget])
            command.Options.Add(option);
        RecipeOptions.AddTo(command);
        // Here every training is of one network, has the number of epochs of its rung, and no teacher, who may know the validation rows.
        foreach (var name in (string[])["--patience", "--teacher", "--teacher-share", "--temperature", "--members"])
            command.Options.Remove(command.Options.Single(option => option.Name == name));
        foreach (var option in (Option[])[_output, _json, _quiet])
            command.Options.Add(option);
        command.SetAction(parsed => Tune(parsed));
        return command;
    }

    static int Tune(ParseResult parsed)
    {
        var log = parsed.GetValue(_quiet) ? TextWriter.Null : parsed.InvocationConfiguration.Error;
        var budget = parsed.GetValue(_budget)?.TotalSeconds ?? DefaultBudgetSeconds;
        var output = parsed.GetRequiredValue(_output);
        using var console = new ConsoleCancellation();
        var split = DataSplit.Read(parsed, parsed.GetValue(_validationRows), log);
        var (train, validation) = (split.Train, split.Validation!);
        var start = RecipeOptions.Suit(RecipeOptions.Parse(parsed), parsed, train) with { EnsembleSize = 1 };
        var space = new SearchSpace(
            start, [.. GivenOptions(parsed), .. Augmenter.Takes(train.FeatureCount) ? (string[])[] : ["--augment"]],
            options => RecipeFormatter.Join(RecipeFormatter.Of(options, start)));
        var configurations = space.Configurations().ToArray();
        if (configurations.Length == 1)
            throw new MnistMlException("All settings are given: nothing is left to search. Leave out those to search.");
        // Before there is a file of a search that comes to nothing.
        configurations[0].ThrowIfUnwritable(train);

        var search = new Search(
            split.Path, train.RowCount, validation.RowCount, Search.ChecksumOf(train, validation),
            RecipeFormatter.Join(RecipeFormatter.Of(start)), string.Join(' ', space.Searched));
        var rungs = SuccessiveHalving.Rungs(start.Epochs);
        using var trials = new TrialLog(output, search, rungs);
        var before = trials.Trials.Count;
        log.WriteLine($"Searching {string.Join(", ", space.Searched)} within {Figures.Duration(budget)} of training"
            + $"{(before > 0 ? $"; {before} trials are in {output} already" : "")}.");

        var display = new TuneDisplay(Terminal.Open(log), budget, rungs.Count, TimeProvider.System);
        var isOver = SuccessiveHalving.Run(configurations, rungs, budget, trials, next =>
        {
            display.Start(next, trials);
            var trial = Trial.Run(next.Configuration, next.Epochs, train, validation, display, console.Token);
            display.End(trial);
            return trial;
        });
        if (!isOver)
            log.WriteLine("Interrupted: the same command goes on from here.");
        else if (trials.Trials.Count == before)
            log.WriteLine("Nothing was left to do in this time. With more of it, by --budget, the search goes on.");

        var drawn = configurations.ToDictionary(configuration => configuration.Settings);
        var ranked = Trial.Rank(trials.Trials.Where(trial => drawn.ContainsKey(trial.Settings))).ToArray();
        if (ranked.Length == 0)
            throw new MnistMlException("Interrupted before the first trial was over: there is nothing to show yet.");
        var arguments = WinningArguments(parsed, drawn[ranked[0].Settings]);
        var result = new TuneResult(
            $"{CommandLine.Program} {RecipeFormatter.Join(arguments)}", arguments, !isOver, budget, trials.Seconds, rungs, ranked);
        if (parsed.GetValue(_json))
            ResultJson.Write(parsed.InvocationConfiguration.Output, result);
        else
            TuneReport.Write(parsed.InvocationConfiguration.Output, result, output);
        return 0;
    }

    static IEnumerable<string> GivenOptions(ParseResult parsed) => parsed.CommandResult.Children
        .OfType<OptionResult>().Where(option => !option.Implicit).Select(option => option.Option.Name);

    /// <summary>The words that train with these options on the same data, the rows for validation included.</summary>
    static string[] WinningArguments(ParseResult parsed, Configuration best)
    {
        var recipe = RecipeOptions.RecipeOf(parsed);
        return
        [
            "train",
            .. Given(DataSplit.Data.Name, parsed.GetValue(DataSplit.Data)),
            .. Given(DataSplit.Test.Name, parsed.GetValue(DataSplit.Test)),
            .. Given(DataSplit.TrainRows.Name, parsed.GetValue(DataSplit.TrainRows) is > 0 and var rows ? $"{rows}" : null),
            .. recipe == Recipe.Fast ? (string[])[] : ["--recipe", recipe.Name],
            .. RecipeFormatter.Of(best.Options, recipe.Options),
            .. best.NeedsOnnx ? (string[])["--output", "mnist.onnx"] : [],
        ];

        static string[] Given(string name, string? value) => value == null ? [] : [name, value];
    }

    static TimeSpan? ParseBudget(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        var match = Budget().Match(text);
        var unit = match.Groups["unit"].Value switch { "s" => 1, "h" => 3600, _ => 60 };
        if (match.Success && double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture) * unit is > 0 and < 1e9 and var seconds)
            return TimeSpan.FromSeconds(seconds);
        result.AddError($"--budget takes minutes, or a time such as 90s, 10m or 2h, but '{text}' was given.");
        return null;
    }

    [GeneratedRegex(@"^(?<number>[0-9]+(\.[0-9]+)?)(?<unit>[smh]?)$")]
    private static partial Regex Budget();
}
