using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MnistMl.Augmentation;
using MnistMl.Data;
using MnistMl.Models;
using MnistMl.Pipelines;
using MnistMl.Reporting;
using MnistMl.Training;

namespace MnistMl.Commands;

/// <summary><c>train</c>: trains a network, saves it, and tests it.</summary>
static class TrainCommand
{
    public const string DefaultOutput = "mnist.zip";

    /// <summary>MNIST's own: its first 60,000 rows are for training.</summary>
    public const int DefaultTrainRows = 60_000;

    static readonly Option<string> _data = new("--data", "-d")
    {
        Description = "The rows: CSV, or a folder of IDX files; plain or gzipped. [default: the repository's Data/mnist_784.csv.gz]",
        HelpName = "FILE|FOLDER",
    };

    static readonly Option<string> _test = new("--test")
    {
        Description = "Test on these rows, and train on all of --data. [default: a folder's own test rows]",
        HelpName = "FILE|FOLDER",
    };

    static readonly Option<int> _trainRows = CommonOptions.WholeNumber(
        "--train-rows", $"Train on the first N rows, test on the others. [default: {DefaultTrainRows}, or all with --test or a folder]", atLeast: 1);

    static readonly Option<int> _validationRows = CommonOptions.WholeNumber(
        "--validation-rows", "Keep the last N training rows out of training, and measure every epoch on them.", atLeast: 0, byDefault: 0);

    static readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The file to save the model to: a zip for ML.NET, or ONNX where its name ends in .onnx.",
        HelpName = "FILE",
        DefaultValueFactory = _ => DefaultOutput,
    };

    static readonly Option<bool> _json = CommonOptions.Json();

    static readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show no progress, only the result." };

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("train", "Train as by default and save mnist.zip."),
        ("train --network 512,256 --epochs 20", "Train a larger network for longer."),
        ("train --recipe accurate", "Train a convolutional network for a minute."),
        ("train --validation-rows 5000", "Choose settings on 5,000 of the training rows, not on the test rows."),
        ("train --validation-rows 5000 --patience 3 --schedule constant --epochs 100", "Train until it gets no better, and keep the best."),
        ("train --data letters.csv --test letters-test.csv --output letters.zip", "Use data of your own."),
        ("train --data fashion-mnist --output fashion.zip", "Use a folder of four IDX files, such as those of Fashion-MNIST."),
        ("train --network \"conv 16 5x5, max 2x2, dense 64\" --output mnist.onnx", "Save as ONNX, which knows what ML.NET does not, such as max pooling."),
        ("train --json --quiet > result.json", "Keep the result for a script."),
    ];

    public static Command Create()
    {
        var command = new Command("train", "Train a network, save it, and test it. This is what the program does without a command.");
        AddTo(command);
        return command;
    }

    /// <summary>Makes a command do what <c>train</c> does, with its options.</summary>
    public static void AddTo(Command command)
    {
        Option[] before = [_data, _test, _trainRows, _validationRows], after = [_output, _json, _quiet];
        foreach (var option in before)
            command.Options.Add(option);
        RecipeOptions.AddTo(command);
        foreach (var option in after)
            command.Options.Add(option);
        command.SetAction(parsed => Train(parsed));
    }

    static int Train(ParseResult parsed)
    {
        var log = parsed.GetValue(_quiet) ? TextWriter.Null : Console.Error;
        var output = parsed.GetRequiredValue(_output);
        RefuseUnwritable(output);
        var options = RecipeOptions.Parse(parsed);
        if (options.Patience != null && parsed.GetValue(_validationRows) == 0)
            throw new MnistMlException("--patience takes rows to judge the network by. Keep some with --validation-rows N.");

        using var interruption = new Interruption();
        var (train, validation, test) = Read(parsed, log);
        ModelFile.RefuseUnwritable(options.HiddenLayers, train.Features, train.Labels.Count, ModelFile.IsOnnx(output));
        if (!RecipeOptions.AskForAugmentation(parsed) && !Augmenter.Takes(train.Features))
            options = options with { Augmentation = AugmentationOptions.None };

        var pipeline = Pipeline.For(output);
        TrainingResult result;
        using (var display = new ProgressDisplay(Terminal.Open(log)))
            result = pipeline.Train(train, validation, options, display, interruption.Token);
        if (result.IsCancelled || result.BestEpoch != null)
            log.WriteLine(Ending(result, options.Epochs));

        // By our own writer in either half: ML.NET's takes half a second to get going. What is tested is then the file.
        ModelFile.Write(result.Network, output);
        var training = new TrainingRun(train.Rows, result.History, result.Seconds, options.Seed, options.Threads);
        TestReport.Print(pipeline.Load(output), test, output, training, parsed.GetValue(_json), $"evaluate --model {output}");
        return 0;
    }

    static string Ending(TrainingResult result, int epochs)
    {
        var network = result.BestEpoch is { } best
            ? $"the network of epoch {best}, the best on the validation rows,"
            : "the network so far";
        return $"{(result.IsCancelled ? "Interrupted" : "Ended")} after {result.History.Count} of {epochs} epochs: {network} is saved and tested.";
    }

    static (Dataset Train, Dataset? Validation, Dataset Test) Read(ParseResult parsed, TextWriter log)
    {
        var path = parsed.GetValue(_data) ?? BundledData.Find();
        var rows = ReadRows(path, DataPath.ReadTraining, log);
        var trainRows = parsed.GetValue(_trainRows);
        Dataset test;
        if ((parsed.GetValue(_test) ?? (DataPath.HasTestRows(path) ? path : null)) is { } testPath)
        {
            trainRows = trainRows == 0 ? rows.Rows : trainRows;
            test = ReadRows(testPath, DataPath.ReadTest, log);
            if (test.Features != rows.Features)
            {
                throw new MnistMlException(
                    $"The test rows of {testPath} have {test.Features} pixels, but the training rows of {path} have {rows.Features}. Test on rows of the same form.");
            }
            test = test.WithLabels(rows.Labels);
        }
        else
        {
            trainRows = trainRows == 0 ? DefaultTrainRows : trainRows;
            if (trainRows >= rows.Rows)
            {
                throw new MnistMlException(
                    $"{path} has {rows.Rows} rows: after {trainRows} to train on, none are left to test on. Give fewer with --train-rows N, or name a test file with --test FILE.");
            }
            test = rows.Slice(trainRows, rows.Rows - trainRows);
        }
        if (trainRows > rows.Rows)
            throw new MnistMlException($"{path} has {rows.Rows} rows to train on, fewer than the {trainRows} of --train-rows.");

        var validationRows = parsed.GetValue(_validationRows);
        if (validationRows >= trainRows)
            throw new MnistMlException($"Of {trainRows} training rows, --validation-rows {validationRows} leaves none to train on. Give fewer.");
        var train = rows.Slice(0, trainRows - validationRows);
        if (!train.Classes.ContainsAnyExcept(train.Classes[0]))
        {
            throw new MnistMlException(
                $"The {train.Rows} training rows of {path} are all of the class '{rows.Labels[train.Classes[0]]}'. Train on rows of two classes at least.");
        }
        return (train, validationRows == 0 ? null : rows.Slice(train.Rows, validationRows), test);
    }

    static Dataset ReadRows(string path, Func<string, Dataset> read, TextWriter log)
    {
        var clock = Stopwatch.StartNew();
        var rows = read(path);
        log.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Read {rows.Rows:N0} rows of {rows.Features} pixels, {rows.Labels.Count} classes, from {path} in {clock.Elapsed.TotalSeconds:F2} s."));
        return rows;
    }

    /// <summary>Better now than after the training.</summary>
    static void RefuseUnwritable(string output)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(output));
        if (Directory.Exists(output) || !Directory.Exists(folder))
            throw new MnistMlException($"The model cannot be saved as {output}: {(Directory.Exists(output) ? "that is a folder" : $"there is no folder {folder}")}. Name a file with --output FILE.");
    }
}
