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
        var (inputs, name) = (parsed.GetRequiredValue(_inputs), parsed.GetRequiredValue(_model));
        var (file, sheet) = (parsed.GetValue(_output), parsed.GetValue(_showSteps));
        // What is typed is no picture.
        var input = new Lazy<StandardInput?>(() => Console.IsInputRedirected && !StandardStreams.IsInputClosed
            ? StandardInput.Open(Console.OpenStandardInput())
            : null);
        string[] files = [.. inputs.SelectMany(PredictionInput.Files)];
        var rows = inputs is [var path] && !PredictionInput.IsOfPictures(path, files)
            && !(path == DataPath.StandardInput && input.Value is { IsPicture: true }) ? path : null;
        ThrowIfImpossible(rows, parsed);

        var model = LoadedModel.Load(name);
        using var console = new ConsoleCancellation();
        if (rows == DataPath.StandardInput && !Console.IsInputRedirected)
        {
            var end = OperatingSystem.IsWindows() ? "Ctrl+Z and Enter end" : "Ctrl+D ends";
            error.WriteLine($"Waiting for rows of {model.FeatureCount} pixels on standard input, a line each; {end} them.");
        }
        if (sheet != null)
            AtomicFile.ThrowIfUnwritable(sheet, "image");
        var isToStandardOutput = file == null && output == Console.Out;
        var predictor = new InputPredictor(
            model, name, ReadingOptions.TransformOf(parsed) with { Range = model.TakesBytes ? PixelRange.Bytes : null }, error, console.Token)
        {
            Input = input,
            Columns = ReadingOptions.ColumnsOf(parsed),
            IsPrepared = parsed.GetValue(ReadingOptions.Prepare),
            IsNumber = parsed.GetValue(_number),
            IsToStandardOutput = isToStandardOutput,
            ShowOn = parsed.GetValue(_show) ? output : null,
            Sheet = sheet == null ? null : new StepSheet(),
        };
        if (file == null)
        {
            using var lines = isToStandardOutput ? StandardStreams.OpenOutput() : null;
            predictor.Run(files, WriterOf(lines ?? output));
        }
        else
        {
            var count = 0L;
            try
            {
                AtomicFile.Write(file, "predictions", stream =>
                {
                    using var lines = new StreamWriter(stream, leaveOpen: true);
                    var writer = WriterOf(lines);
                    predictor.Run(files, writer);
                    console.Token.ThrowIfCancellationRequested();
                    count = writer.Count;
                });
            }
            catch (OperationCanceledException)
            {
                error.WriteLine("Interrupted: nothing is saved.");
                return console.ExitCode;
            }
            output.WriteLine($"Saved: {file} ({Figures.Count(count)} {(rows == null ? "prediction" : "row")}{(count == 1 ? "" : "s")}).");
        }
        if (predictor.Sheet is { Rows: > 0 } steps)
            Save(steps, sheet!, parsed);
        return console.Token.IsCancellationRequested ? console.ExitCode : predictor.HasFailed ? 1 : 0;

        PredictionWriter WriterOf(TextWriter to)
        {
            var (hasFiles, hasProbabilities) = (rows == null, parsed.GetValue(_probabilities));
            if (parsed.GetValue(_json))
                return new PredictionJson(model.ClassNames, to, hasFiles, hasProbabilities, name);
            return file != null || parsed.GetValue(_csv) || parsed.GetValue(_kaggle)
                ? new PredictionCsv(model.ClassNames, to, hasFiles, hasProbabilities, parsed.GetValue(_kaggle))
                : new PredictionLines(model.ClassNames, to, hasFiles, hasProbabilities);
        }
    }

    /// <summary>Throws if what is asked for is not there in the rows of one file; or, where that is null, in pictures and several files.</summary>
    static void ThrowIfImpossible(string? rows, ParseResult parsed)
    {
        if (rows == null && parsed.GetValue(_kaggle))
            throw new MnistMlException($"{_kaggle.Name} is for the rows of one file. Leave it out, or name that file alone.");
        var option = (Option?)(parsed.GetValue(_number) ? _number : parsed.GetValue(_show) ? _show : parsed.GetValue(_showSteps) != null ? _showSteps : null);
        if (rows != null && option != null)
            throw new MnistMlException($"{option.Name} is for pictures, and {rows} is none.");
        if (parsed.GetRequiredValue(_inputs).Contains(DataPath.StandardInput) && StandardStreams.IsInputClosed)
            throw new MnistMlException("Standard input is closed: there are no rows to predict. Name a file, or send rows through a pipe.");
    }

    static void Save(StepSheet steps, string file, ParseResult parsed)
    {
        AtomicFile.Write(file, "image", steps.Write);
        if (!parsed.GetValue(_json) && !parsed.GetValue(_csv))
            parsed.InvocationConfiguration.Output.WriteLine($"Saved: {file} (columns: {string.Join(", ", StepSheet.Columns)}).");
    }
}
