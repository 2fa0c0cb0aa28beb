using System.CommandLine;
using MnistMl.Reporting;
using MnistMl.Reporting.Document;
using MnistMl.Runs;

namespace MnistMl.Commands;

/// <summary><c>compare</c>: sets runs, reports and models next to each other.</summary>
static class CompareCommand
{
    public const string Name = "compare";

    static readonly Argument<string[]> _inputs = new("RUN")
    {
        Description = "Folders of runs, saved by train --run-folder; reports, as --json of train and evaluate prints them; or model files, which are tested now.",
        Arity = new(2, Comparison.MaxRuns),
    };

    static readonly Option<string> _data = new("--data", "-d")
    {
        Description = "Labelled rows to test on, as for evaluate: then the models of runs are tested on them, too. "
            + "[default: for model files, the test rows of the repository's Data/mnist_784.csv.gz]",
        HelpName = "FILE|FOLDER",
    };

    static readonly Option<string> _report = CommonOptions.Report();

    static readonly Option<bool> _json = CommonOptions.Json();

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("compare runs/first runs/second", "Set two runs next to each other."),
        ("compare mnist.zip other.zip", "Test two models, and see which rows only one gets right."),
        ("compare runs/* --data my-digits.csv", "Test the models of all runs on other rows."),
        ("compare mnist.zip other.zip --report comparison.html", "See curves and images in a browser."),
        ("compare one.json two.json --json", "Compare reports that train --json printed, for a script."),
    ];

    public static Command Create()
    {
        var command = new Command(Name, "Compare runs, reports and models.") { _inputs, _data };
        foreach (var option in TestRows.Options)
            command.Options.Add(option);
        command.Options.Add(_report);
        command.Options.Add(_json);
        Spelling.RefuseUnknownOptions(command, _inputs);
        command.SetAction(parsed => Compare(parsed));
        return command;
    }

    static int Compare(ParseResult parsed)
    {
        var (data, report) = (parsed.GetValue(_data), parsed.GetValue(_report));
        if (report != null)
            AtomicFile.ThrowIfUnwritable(report, Report.Content);
        var comparison = new Comparison([.. parsed.GetRequiredValue(_inputs).Select(input => ModelOf(input, data != null) is { } model
            ? Test(parsed, input, model, data)
            : ComparedRun.Read(input))]);
        if (report != null)
        {
            Report.Write(
                report, file => HtmlComparison.Write(file, comparison, CommandLine.Repeating(parsed)), file => MarkdownComparison.Write(file, comparison));
            parsed.InvocationConfiguration.Error.WriteLine($"Report: {report}");
        }
        if (parsed.GetValue(_json))
            comparison.WriteJson(parsed.InvocationConfiguration.Output);
        else
            new ComparisonReport(Terminal.Open(parsed.InvocationConfiguration.Output)).Write(comparison);
        return 0;
    }

    /// <summary>The model file to be tested; null if what is compared has figures of its own.</summary>
    static string? ModelOf(string input, bool hasData)
    {
        if (Directory.Exists(input))
            return hasData && RunFolder.Read(input)?.Model is { } model ? Path.Join(input, model) : null;
        return input.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? null : input;
    }

    static ComparedRun Test(ParseResult parsed, string name, string file, string? data)
    {
        var model = LoadedModel.Load(file);
        var test = TestRows.Read(parsed, data, model, file).Rows;
        var tested = ComparedRun.Of(name, model, model.Evaluate(test), test);
        if (!Directory.Exists(name))
            return tested;
        var run = ComparedRun.Read(name);
        return tested with { History = run.History, Epochs = run.Epochs, TrainSeconds = run.TrainSeconds, Seed = run.Seed, Interrupted = run.Interrupted };
    }
}
