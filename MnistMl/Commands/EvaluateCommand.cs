using System.CommandLine;
using MnistMl.Data;
using MnistMl.Reporting;
using MnistMl.Reporting.Document;

namespace MnistMl.Commands;

/// <summary><c>evaluate</c>: tests a saved model.</summary>
static class EvaluateCommand
{
    public const string Name = "evaluate";

    static readonly Option<string> _model = CommonOptions.Model();

    static readonly Option<string> _data = new("--data", "-d")
    {
        Description = "Labelled test rows: a file or folder as for train; - reads standard input. "
            + "[default: the test rows of the repository's Data/mnist_784.csv.gz]",
        HelpName = "FILE|FOLDER",
    };

    static readonly Option<bool> _robustness = new("--robustness")
    {
        Description = "Test on corrupted rows, too: other pens, papers, sizes and slants. For images of 28 × 28 pixels.",
    };

    static readonly Option<string> _report = CommonOptions.Report();

    static readonly Option<bool> _json = CommonOptions.Json();

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("evaluate", "Test mnist.zip on MNIST's 10,000 test rows."),
        ("evaluate --model letters.zip --data letters-test.csv", "Test another model on other rows."),
        ("evaluate --data digits.csv --train-rows 80%", "Test on the rows of a file that train --data digits.csv kept for the test."),
        ("evaluate --report mnist.html", "See where the model fails, in a browser."),
        ("evaluate --robustness --report mnist.html", "See what else it reads: thin and thick pens, faint ink, other sizes and slants."),
        ("evaluate --json | jq .microAccuracy", "Extract a figure for a script."),
    ];

    public static Command Create()
    {
        var command = new Command(Name, "Test a saved model.") { _model, _data };
        foreach (var option in TestRows.Options)
            command.Options.Add(option);
        command.Options.Add(_robustness);
        command.Options.Add(_report);
        command.Options.Add(_json);
        command.SetAction(parsed => Evaluate(parsed));
        return command;
    }

    static int Evaluate(ParseResult parsed)
    {
        var model = parsed.GetRequiredValue(_model);
        var reportPath = parsed.GetValue(_report);
        if (reportPath != null)
            AtomicFile.ThrowIfUnwritable(reportPath, Report.Content);
        var classifier = LoadedModel.Load(model);
        var (test, path, description) = TestRows.Read(parsed, parsed.GetValue(_data), classifier, model);

        var warnings = InputCheck.Warn(classifier, model, ReadingOptions.TransformOf(parsed), test, parsed.InvocationConfiguration.Error);
        var report = new TestReport(model, classifier, Training: null, DescriptionJson.From(path, description), Split: null, warnings)
        {
            Robustness = parsed.GetValue(_robustness) ? TestRobustness(classifier, test, parsed.InvocationConfiguration.Error) : [],
        };
        var run = report.Print(
            test, parsed.GetValue(_json), Shell.Join(["predict", "--model", model, "ROWS.csv"]),
            parsed.InvocationConfiguration.Output);
        if (reportPath != null)
        {
            Report.Write(reportPath, ReportContent.Of(run, test, classifier, CommandLine.Repeating(parsed), CommandLine.Version));
            parsed.InvocationConfiguration.Error.WriteLine($"Report: {reportPath}");
        }
        return 0;
    }

    static IReadOnlyList<CorruptedAccuracy> TestRobustness(LoadedModel model, Dataset test, TextWriter error)
    {
        using var progress = new RowProgress(Terminal.Open(error), TimeSpan.FromSeconds(1));
        return Robustness.Of(model, test, progress.Report);
    }
}
