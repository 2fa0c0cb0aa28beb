using System.CommandLine;
using MnistMl.Data;

namespace MnistMl.Commands;

/// <summary><c>evaluate</c>: tests a saved model.</summary>
static class EvaluateCommand
{
    public const string Name = "evaluate";

    static readonly Option<string> _model = CommonOptions.Model();

    static readonly Option<string> _data = new("--data", "-d")
    {
        Description = "Labelled test rows: CSV, or a folder of IDX files with test rows. "
            + "[default: the test rows of the repository's Data/mnist_784.csv.gz]",
        HelpName = "FILE|FOLDER",
    };

    static readonly Option<int> _trainRows = CommonOptions.WholeNumber(
        DataSplit.TrainRows.Name, "Leave out the first N rows, which the model was trained on. "
            + $"[default: none of --data, {TrainCommand.DefaultTrainRows} of the repository's]", min: 1);

    static readonly Option<bool> _json = CommonOptions.Json();

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("evaluate", "Test mnist.zip on MNIST's 10,000 test rows."),
        ("evaluate --model letters.zip --data letters-test.csv", "Test another model on other rows."),
        ("evaluate --data digits.csv --train-rows 5000", "Test on the rows that follow the training rows in a file."),
        ("evaluate --json | jq .microAccuracy", "Extract a figure for a script."),
    ];

    public static Command Create()
    {
        var command = new Command(Name, "Test a saved model.")
        {
            _model, _data, DataSplit.LabelColumn, CommonOptions.Invert, CommonOptions.Transpose, _trainRows, _json,
        };
        command.SetAction(parsed => Evaluate(parsed));
        return command;
    }

    static int Evaluate(ParseResult parsed)
    {
        var model = parsed.GetRequiredValue(_model);
        var classifier = LoadedModel.Load(model);
        var (path, trainRows) = (parsed.GetValue(_data), parsed.GetValue(_trainRows));
        if (trainRows > 0 && path != null && DataPath.HasTestRows(path))
        {
            throw new MnistMlException(
                $"{path} has test rows in files of their own. Leave out {DataSplit.TrainRows.Name}.");
        }
        if (path == null)
            (path, trainRows) = (BundledData.Find(), trainRows > 0 ? trainRows : TrainCommand.DefaultTrainRows);
        var transform = CommonOptions.TransformOf(parsed);
        var rows = DataPath.ThrowIfOtherForm(
            transform.Apply(DataPath.ReadTest(path, parsed.GetValue(DataSplit.LabelColumn)).Rows), classifier, model);
        var test = DataPath.WithClassNames(
            WithoutFirst(rows, trainRows), classifier.ClassNames, path, firstRow: trainRows);

        var form = new FormCheck(classifier, model, transform);
        form.Add(RowBatches.Of(test).First());
        var warnings = form.Warnings();
        foreach (var warning in warnings)
            CommandLine.PrintWarning(warning, parsed.InvocationConfiguration.Error);
        var report = new TestReport(model, classifier.ClassNames, classifier.Network?.Parameters, Training: null, warnings);
        report.Print(
            test, () => classifier.Evaluate(test),
            parsed.GetValue(_json), Shell.Join(["predict", "--model", model, "ROWS.csv"]),
            parsed.InvocationConfiguration.Output);
        return 0;
    }

    static Dataset WithoutFirst(Dataset rows, int trainRows) => trainRows < rows.RowCount
        ? rows.Slice(trainRows, rows.RowCount - trainRows)
        : throw new MnistMlException(
            $"There are {rows.RowCount} rows: without the first {trainRows}, none are left to test on. "
            + $"Leave out fewer with {DataSplit.TrainRows.Name} N.");
}
