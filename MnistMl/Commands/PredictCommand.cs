using System.CommandLine;
using MnistMl.Data;
using MnistMl.Reporting;

namespace MnistMl.Commands;

/// <summary><c>predict</c>: predicts the class of each row of a file, as the rows come.</summary>
static class PredictCommand
{
    public const string Name = "predict";

    const string StandardInput = "-";

    static readonly Option<string> _model = CommonOptions.Model();

    static readonly Argument<string> _rows = new("ROWS.csv")
    {
        Description = "Rows of a table, labelled or not, or a folder of IDX files with test rows; - reads standard input.",
    };

    static readonly Option<string> _output = new("--output", "-o")
    {
        Description = "CSV file to write the predictions to: row, label, probability. [default: lines on standard output]",
        HelpName = "FILE",
    };

    static readonly Option<bool> _probabilities = new("--probabilities") { Description = "Add the probabilities of all classes, in the model's order." };

    static readonly Option<bool> _kaggle = new("--kaggle") { Description = "Write what Kaggle takes: ImageId,Label." };

    static readonly Option<bool> _json = CommonOptions.Json();

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("predict digits.csv", "Print the label and its probability for each row, separated by a tab."),
        ("predict -", "Read the rows from standard input: each is predicted as soon as it is there."),
        ("predict digits.csv --probabilities --output predictions.csv", "Write a CSV file with the probabilities of all classes."),
        ("predict test.csv --kaggle --output submission.csv", "Write a file for Kaggle's competition."),
        ("predict photos.csv --invert", "Predict dark ink on white paper, where the model was trained on the reverse."),
        ("predict --model letters.zip --json letters.csv", "Print one JSON object."),
    ];

    public static Command Create()
    {
        var command = new Command(Name, "Print the predicted label and its probability for each row of a file.")
        {
            _rows, _model, DataSplit.LabelColumn, CommonOptions.Invert, CommonOptions.Transpose, _output, _probabilities, _kaggle, _json,
        };
        command.Validators.Add(result =>
        {
            foreach (var (one, other) in (ReadOnlySpan<(Option, Option)>)[(_json, _output), (_json, _kaggle), (_kaggle, _probabilities)])
            {
                if (result.GetResult(one) is { Implicit: false } && result.GetResult(other) is { Implicit: false })
                    result.AddError($"{one.Name} and {other.Name} exclude each other. Leave one out.");
            }
        });
        command.SetAction(parsed => Predict(parsed));
        return command;
    }

    static int Predict(ParseResult parsed)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var path = parsed.GetRequiredValue(_rows);
        if (path == StandardInput && StandardStreams.IsInputClosed)
            throw new MnistMlException("Standard input is closed: there are no rows to predict. Name a file, or send rows through a pipe.");

        var model = LoadedModel.Load(parsed.GetRequiredValue(_model));
        using var console = new ConsoleCancellation();
        var batches = Read(path, model, parsed, console.Token);
        if (path == StandardInput && !Console.IsInputRedirected)
        {
            var end = OperatingSystem.IsWindows() ? "Ctrl+Z and Enter end" : "Ctrl+D ends";
            error.WriteLine($"Waiting for rows of {model.FeatureCount} pixels on standard input, a line each; {end} them.");
        }

        if (parsed.GetValue(_output) is { } file)
        {
            var rows = 0L;
            AtomicFile.Write(file, "predictions", stream =>
            {
                using var lines = new StreamWriter(stream, leaveOpen: true);
                var writer = Csv(model, lines, parsed);
                using var progress = new RowProgress(Terminal.Open(error), TimeSpan.FromSeconds(1));
                Write(batches, model, writer, progress.Report);
                rows = writer.RowCount;
            });
            output.WriteLine($"Saved: {file} ({Figures.Count(rows)} {(rows == 1 ? "row" : "rows")}).");
            return 0;
        }

        if (output != Console.Out)
        {
            Write(batches, model, WriterOf(model, output, parsed), _ => { });
            return 0;
        }
        using var standardOutput = StandardStreams.OpenOutput();
        Write(batches.TakeWhile(_ => !StandardStreams.IsOutputClosed), model, WriterOf(model, standardOutput, parsed), _ => { });
        return 0;
    }

    static IEnumerable<RowBatch> Read(string path, LoadedModel model, ParseResult parsed, CancellationToken cancellation)
    {
        var transform = CommonOptions.TransformOf(parsed);
        var options = new TableOptions { FeatureCount = model.FeatureCount, LabelColumn = parsed.GetValue(DataSplit.LabelColumn) };
        if (path == StandardInput)
            return RowBatches.Read(Console.OpenStandardInput(), "standard input", options, transform, cancellation);
        return DataPath.HasTestRows(path)
            ? RowBatches.Of(transform.Apply(DataPath.ReadForPrediction(path, model, parsed.GetRequiredValue(_model))))
            : RowBatches.Read(path, options, transform, cancellation);
    }

    static PredictionWriter WriterOf(LoadedModel model, TextWriter output, ParseResult parsed)
    {
        if (parsed.GetValue(_kaggle))
            return Csv(model, output, parsed);
        return parsed.GetValue(_json)
            ? new PredictionJson(model.ClassNames, output, parsed.GetValue(_probabilities), parsed.GetRequiredValue(_model))
            : new PredictionLines(model.ClassNames, output, parsed.GetValue(_probabilities));
    }

    static PredictionCsv Csv(LoadedModel model, TextWriter output, ParseResult parsed) =>
        new(model.ClassNames, output, parsed.GetValue(_probabilities), parsed.GetValue(_kaggle));

    static void Write(IEnumerable<RowBatch> batches, LoadedModel model, PredictionWriter writer, Action<long> progress)
    {
        float[] probabilities = [];
        foreach (var rows in batches)
        {
            var count = rows.RowCount * model.ClassNames.Count;
            if (probabilities.Length < count)
                probabilities = new float[count];
            model.Score(rows, probabilities.AsSpan(0, count), writer.RowCount);
            writer.Write(probabilities.AsSpan(0, count));
            progress(writer.RowCount);
        }
        writer.End([]);
    }
}
