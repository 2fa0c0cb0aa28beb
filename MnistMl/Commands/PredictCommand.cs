using System.CommandLine;
using MnistMl.Data;
using MnistMl.Reporting;

namespace MnistMl.Commands;

/// <summary><c>predict</c>: predicts the class of each picture, and of each row of a file, as the rows come.</summary>
static class PredictCommand
{
    public const string Name = "predict";

    static readonly Option<string> _model = CommonOptions.Model();

    static readonly Argument<string[]> _inputs = new("FILE")
    {
        Description = "Pictures (PNG, JPEG, BMP, GIF, WebP, TIFF, PBM, TGA), folders of them, and rows, labelled or not: CSV, ARFF, "
            + "libsvm, NPZ, IDX; plain, gzipped or zipped; - reads standard input: a picture, or rows.",
        Arity = ArgumentArity.OneOrMore,
    };

    static readonly Option<string> _output = new("--output", "-o")
    {
        Description = "CSV file to write the predictions to: row, label, probability. [default: lines on standard output]",
        HelpName = "FILE",
    };

    static readonly Option<bool> _probabilities = new("--probabilities") { Description = "Add the probabilities of all classes, in the model's order." };

    static readonly Option<bool> _kaggle = new("--kaggle") { Description = "Write what Kaggle takes: ImageId,Label." };

    static readonly Option<bool> _json = CommonOptions.Json();

    static readonly Option<bool> _csv = new("--csv") { Description = "Print CSV, as --output writes it." };

    static readonly Option<bool> _show = new("--show") { Description = "Draw what the network sees of each picture." };

    static readonly Option<string> _showSteps = new("--show-steps")
    {
        Description = "PNG file to save: what each step makes of the first 50 pictures, on the way to MNIST's form.",
        HelpName = "FILE",
    };

    static readonly Option<bool> _number = new("--number") { Description = "Read several digits in a row as a number in each picture." };

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("predict digits.csv", "Print the label and its probability for each row, separated by a tab."),
        ("predict photo.jpg drawing.png scans/", "Read the digit in each picture."),
        ("predict photo.jpg --show --show-steps steps.png", "See what the network sees of a picture, and how it got there."),
        ("predict meter.jpg --number", "Read a number of several digits."),
        ("predict -", "Read the rows from standard input: each is predicted as soon as it is there."),
        ("predict digits.csv --probabilities --output predictions.csv", "Write a CSV file with the probabilities of all classes."),
        ("predict test.csv --kaggle --output submission.csv", "Write a file for Kaggle's competition."),
        ("predict photos.csv --invert", "Predict dark ink on white paper, where the model was trained on the reverse."),
        ("predict --model letters.zip --json letters.csv", "Print one JSON object."),
    ];

    public static Command Create()
    {
        var command = new Command(Name, "Print the predicted label and its probability for each picture, or each row of a file.")
        {
            _inputs, _model,
        };
        foreach (var option in (Option[])[.. ReadingOptions.All, _output, _probabilities, _kaggle, _json, _csv, _number, _show, _showSteps])
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            foreach (var (one, other) in (ReadOnlySpan<(Option, Option)>)[
                (_json, _output), (_json, _kaggle), (_kaggle, _probabilities), (_csv, _output), (_csv, _kaggle), (_csv, _json), (_show, _json), (_show, _csv), (_number, _kaggle)])
            {
                if (result.GetResult(one) is { Implicit: false } && result.GetResult(other) is { Implicit: false })
                    result.AddError($"{one.Name} and {other.Name} exclude each other. Leave one out.");
            }
        });
        Spelling.RefuseUnknownOptions(command, _inputs);
        command.SetAction(parsed => Predict(parsed));
        return command;
    }

    static int Predict(ParseResult parsed)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var inputs = parsed.GetRequiredValue(_inputs);
        // What is typed is no picture.
        var input = new Lazy<StandardInput?>(() => Console.IsInputRedirected && !StandardStreams.IsInputClosed
            ? StandardInput.Open(Console.OpenStandardInput())
            : null);
        if (inputs is not [var path] || PredictionInput.IsOfPictures(path) || path == DataPath.StandardInput && input.Value is { IsPicture: true })
            return PredictFiles(inputs, input, parsed);
        if ((Option?)(parsed.GetValue(_number) ? _number : parsed.GetValue(_show) ? _show : parsed.GetValue(_showSteps) != null ? _showSteps : null) is { } option)
            throw new MnistMlException($"{option.Name} is for pictures, and {path} is none.");
        if (path == DataPath.StandardInput && StandardStreams.IsInputClosed)
            throw new MnistMlException("Standard input is closed: there are no rows to predict. Name a file, or send rows through a pipe.");

        var model = LoadedModel.Load(parsed.GetRequiredValue(_model));
        using var console = new ConsoleCancellation();
        var transform = ReadingOptions.TransformOf(parsed) with { Range = model.TakesBytes ? PixelRange.Bytes : null };
        var run = new Run(
            Read(path, input, model, transform, parsed, console.Token), model,
            new InputCheck(model, parsed.GetRequiredValue(_model), transform), console.Token);
        if (path == DataPath.StandardInput && !Console.IsInputRedirected)
        {
            var end = OperatingSystem.IsWindows() ? "Ctrl+Z and Enter end" : "Ctrl+D ends";
            error.WriteLine($"Waiting for rows of {model.FeatureCount} pixels on standard input, a line each; {end} them.");
        }

        var file = parsed.GetValue(_output);
        try
        {
            if (file != null)
                Save(run, file, parsed);
            else if (output == Console.Out)
                Print(run, parsed);
            else
                run.Write(WriterOf(model, output, parsed), error);
            return 0;
        }
        catch (OperationCanceledException)
        {
            if (file != null)
                error.WriteLine("Interrupted: nothing is saved.");
            return console.ExitCode;
        }
    }

    /// <summary>Predicts any mix of files.</summary>
    static int PredictFiles(string[] inputs, Lazy<StandardInput?> input, ParseResult parsed)
    {
        if (parsed.GetValue(_kaggle))
            throw new MnistMlException($"{_kaggle.Name} is for the rows of one file. Leave it out, or name that file alone.");
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var model = LoadedModel.Load(parsed.GetRequiredValue(_model));
        var transform = ReadingOptions.TransformOf(parsed);
        using var console = new ConsoleCancellation();
        var prediction = new FilePrediction(model, parsed.GetRequiredValue(_model), transform, error, console.Token)
        {
            Input = input,
            IsNumber = parsed.GetValue(_number),
            ReadRows = path => Read(path, input, model, transform with { Range = model.TakesBytes ? PixelRange.Bytes : null }, parsed, console.Token),
            IsToStandardOutput = parsed.GetValue(_output) == null && output == Console.Out,
            ShowOn = parsed.GetValue(_show) ? output : null,
            Sheet = parsed.GetValue(_showSteps) is null ? null : new StepSheet(),
        };
        var hasProbabilities = parsed.GetValue(_probabilities);
        if (parsed.GetValue(_showSteps) is { } sheet)
            AtomicFile.ThrowIfUnwritable(sheet, "image");
        if (parsed.GetValue(_output) is { } file)
        {
            AtomicFile.Write(file, "predictions", stream =>
            {
                using var lines = new StreamWriter(stream, leaveOpen: true);
                prediction.Run(inputs, new FilePredictionCsv(model.ClassNames, lines, hasProbabilities));
                console.Token.ThrowIfCancellationRequested();
            });
            output.WriteLine($"Saved: {file} ({Figures.Count(prediction.Count)} {(prediction.Count == 1 ? "prediction" : "predictions")}).");
        }
        else
        {
            prediction.Run(inputs, parsed.GetValue(_json)
                ? new FilePredictionJson(model.ClassNames, output, hasProbabilities, parsed.GetRequiredValue(_model))
                : parsed.GetValue(_csv)
                    ? new FilePredictionCsv(model.ClassNames, output, hasProbabilities)
                    : new FilePredictionLines(model.ClassNames, output, hasProbabilities));
        }
        if (prediction.Sheet is { Rows: > 0 } steps)
        {
            AtomicFile.Write(parsed.GetValue(_showSteps)!, "image", steps.Write);
            if (!parsed.GetValue(_json) && !parsed.GetValue(_csv))
                output.WriteLine($"Saved: {parsed.GetValue(_showSteps)} (columns: {string.Join(", ", StepSheet.Columns)}).");
        }
        return console.Token.IsCancellationRequested ? console.ExitCode : prediction.HasFailed ? 1 : 0;
    }

    static void Save(Run run, string file, ParseResult parsed)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var rows = 0L;
        AtomicFile.Write(file, "predictions", stream =>
        {
            using var lines = new StreamWriter(stream, leaveOpen: true);
            using var progress = new RowProgress(Terminal.Open(error), TimeSpan.FromSeconds(1));
            var writer = Csv(run.Model, lines, parsed);
            run.Write(writer, error, progress);
            rows = writer.RowCount;
        });
        output.WriteLine($"Saved: {file} ({Figures.Count(rows)} {(rows == 1 ? "row" : "rows")}).");
    }

    /// <summary>Prints on standard output, until nobody reads it any more.</summary>
    static void Print(Run run, ParseResult parsed)
    {
        using var output = StandardStreams.OpenOutput();
        (run with { Batches = run.Batches.TakeWhile(_ => !StandardStreams.IsOutputClosed) })
            .Write(WriterOf(run.Model, output, parsed), parsed.InvocationConfiguration.Error);
    }

    static IEnumerable<RowBatch> Read(
        string path, Lazy<StandardInput?> input, LoadedModel model, ImageTransform transform, ParseResult parsed, CancellationToken cancellation)
    {
        var options = ReadingOptions.ColumnsOf(parsed) with { FeatureCount = model.FeatureCount };
        // What it is may be known only when the first row is there.
        var start = path == DataPath.StandardInput ? input : null;
        var data = Task.Run(() => DataPath.Open(path, parsed.GetValue(ReadingOptions.Prepare), start?.Value?.Stream), CancellationToken.None)
            .WaitAsync(cancellation).GetAwaiter().GetResult();
        // Where the model does not tell the range to invert in, all rows do.
        var isRangeKnown = !transform.Invert || transform.Range != null;
        var batches = (isRangeKnown ? data.ReadLines(options, transform, cancellation) : null) ?? RowBatches.Of(transform.Apply(DataPath.ThrowIfOtherSize(
            data.ReadForPrediction(options).Dataset, model, parsed.GetRequiredValue(_model))));
        foreach (var rows in batches)
            yield return rows;
    }

    static PredictionWriter WriterOf(LoadedModel model, TextWriter output, ParseResult parsed)
    {
        if (parsed.GetValue(_kaggle) || parsed.GetValue(_csv))
            return Csv(model, output, parsed);
        return parsed.GetValue(_json)
            ? new PredictionJson(model.ClassNames, output, parsed.GetValue(_probabilities), parsed.GetRequiredValue(_model))
            : new PredictionLines(model.ClassNames, output, parsed.GetValue(_probabilities));
    }

    static PredictionCsv Csv(LoadedModel model, TextWriter output, ParseResult parsed) =>
        new(model.ClassNames, output, parsed.GetValue(_probabilities), parsed.GetValue(_kaggle));

    /// <summary>Rows, and the model that predicts them.</summary>
    sealed record Run(IEnumerable<RowBatch> Batches, LoadedModel Model, InputCheck Form, CancellationToken Cancellation)
    {
        /// <summary>Predicts all rows.</summary>
        /// <param name="writer">Writes the predictions.</param>
        /// <param name="error">Where warnings go.</param>
        /// <param name="progress">Shows how many rows are done.</param>
        /// <exception cref="OperationCanceledException">It was cancelled; the writer has been ended.</exception>
        public void Write(PredictionWriter writer, TextWriter error, RowProgress? progress = null)
        {
            IReadOnlyList<string>? warnings = null;
            float[] probabilities = [];
            try
            {
                foreach (var rows in Batches)
                {
                    if (warnings == null)
                        Form.Add(rows);
                    var count = rows.RowCount * Model.ClassNames.Count;
                    if (probabilities.Length < count)
                        probabilities = new float[count];
                    Model.Score(rows, probabilities.AsSpan(0, count), writer.RowCount);
                    if (Form.IsDone)
                        warnings ??= Warn();
                    writer.Write(probabilities.AsSpan(0, count));
                    progress?.Report(writer.RowCount);
                    Cancellation.ThrowIfCancellationRequested();
                }
            }
            catch (OperationCanceledException)
            {
                writer.End(warnings ?? [], isInterrupted: true);
                throw;
            }
            writer.End(warnings ?? Warn());

            IReadOnlyList<string> Warn()
            {
                progress?.Clear();
                return Form.Warn(error);
            }
        }
    }
}
