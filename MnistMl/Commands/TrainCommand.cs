using System.CommandLine;
using Microsoft.ML;
using MnistMl.Files;
using MnistMl.MLNet;
using MnistMl.Model;
using MnistMl.Reporting;
using MnistMl.Reporting.Document;
using MnistMl.Training;

namespace MnistMl.Commands;

/// <summary><c>train</c>: trains a network, saves it, and tests it.</summary>
static class TrainCommand
{
    public const string Name = "train";

    public const string DefaultOutput = "mnist.zip";

    public const string ResumeName = "--resume";

    /// <summary>MNIST's training set is its first 60,000 rows.</summary>
    public const int DefaultTrainRows = 60_000;

    static readonly Option<int> _validationRows = CommonOptions.WholeNumber(
        "--validation-rows", "Hold out N of the training rows, drawn at random, of each class alike, and validate on them after each epoch.",
        min: 0, byDefault: 0);

    static readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Model file: a zip for ML.NET, or ONNX if its name ends in .onnx.",
        HelpName = "FILE",
        DefaultValueFactory = _ => DefaultOutput,
    };

    static readonly Option<string> _checkpoint = new("--checkpoint")
    {
        Description = "File of checkpoints: written every minute, and when training is interrupted. [default: the model file with .checkpoint]",
        HelpName = "FILE",
    };

    static readonly Option<bool> _resume = new(ResumeName)
    {
        Description = "Go on from the checkpoint, to the same model as if there had been no interruption.",
    };

    static readonly Option<bool> _savePartial = new("--save-partial")
    {
        Description = "When training is interrupted, save and test the network so far, too.",
    };

    /// <summary>For tests, which have no minute to wait.</summary>
    static readonly Option<double> _checkpointInterval = new("--checkpoint-interval") { Hidden = true, DefaultValueFactory = _ => 60 };

    static readonly Option<string> _report = CommonOptions.Report();

    static readonly Option<bool> _json = CommonOptions.Json();

    static readonly Option<bool> _quiet = CommonOptions.Quiet();

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("train", "Train with the defaults and save mnist.zip."),
        ("train --network 512,256 --epochs 20", "Train a larger network for longer."),
        ("train --recipe accurate", "Train a convolutional network, for seven minutes on two cores."),
        ("train --validation-rows 5000", "Choose settings by 5,000 of the training rows, not by the test rows."),
        ("train --validation-rows 5000 --patience 3 --schedule constant --epochs 100", "Stop early; keep the best."),
        ("train --data letters.csv --test letters-test.csv --output letters.zip", "Use your own data."),
        ("train --data fashion-mnist --output fashion.zip", "Use a folder of four IDX files, such as Fashion-MNIST."),
        ("train --recipe accurate --backend torch --device cuda", "Train on a GPU, by libtorch: docs/torch.md."),
        ("train --network \"conv 16 5x5, average 2x2, dense 64\" --output mnist.onnx", "Save as ONNX."),
        ("train --recipe best --resume", "Go on with a training that was interrupted."),
        ("train --report mnist.html", "See what was learned and where it fails, in a browser."),
        ("train --run-folder runs --name first", "Keep all of this run in runs/first, to compare it with others."),
        ("train --json --quiet > result.json", "Keep the result for a script."),
    ];

    public static Command Create()
    {
        var command = new Command(Name, "Train a network, save it, and test it. This is the default command.");
        AddTo(command);
        return command;
    }

    /// <summary>Makes a command do what <c>train</c> does, with its options.</summary>
    public static void AddTo(Command command)
    {
        foreach (var option in (Option[])[.. DataSplit.Options, _validationRows])
            command.Options.Add(option);
        TrainingArguments.AddTo(command, TrainingBindings.All);
        BackendOptions.AddTo(command, engineOnly: [_checkpoint.Name, _resume.Name, TrainingBindings.Teacher.Name]);
        foreach (var option in (Option[])[_output, _checkpoint, _checkpointInterval, _resume, _savePartial, _report])
            command.Options.Add(option);
        RunOptions.AddTo(command);
        command.Options.Add(_json);
        command.Options.Add(_quiet);
        command.SetAction(parsed => Train(parsed));
    }

    static int Train(ParseResult parsed)
    {
        var log = parsed.GetValue(_quiet) ? TextWriter.Null : parsed.InvocationConfiguration.Error;
        var output = parsed.GetRequiredValue(_output);
        AtomicFile.ThrowIfUnwritable(output, "model");
        var reportPath = parsed.GetValue(_report);
        if (reportPath != null)
            AtomicFile.ThrowIfUnwritable(reportPath, Report.Content);
        var run = RunOptions.Open(parsed, parsed.GetValue(_resume));
        var options = TrainingArguments.Parse(parsed);
        if (options.Patience != null && parsed.GetValue(_validationRows) == 0)
            throw new MnistMlException("--patience needs validation rows. Add --validation-rows N.");
        if (options.Patience != null && options.EnsembleSize > 1)
            throw new MnistMlException("--patience is for a single network. Leave it out, or add --ensemble 1.");

        var checkpoint = BackendOptions.IsTorch(parsed) ? null : parsed.GetValue(_checkpoint) ?? $"{output}.checkpoint";
        options = options with
        {
            CheckpointPath = checkpoint,
            CheckpointInterval = TimeSpan.FromSeconds(parsed.GetValue(_checkpointInterval)),
            Resume = parsed.GetValue(_resume),
            Backend = BackendOptions.Open(parsed),
        };
        if (!options.Resume && checkpoint != null && Checkpoint.Exists(checkpoint))
        {
            throw new MnistMlException($"{checkpoint} is there from a training that was interrupted. Go on with {_resume.Name}, "
                + $"delete the file to start anew, or name another with {_checkpoint.Name}.");
        }

        using var console = new ConsoleCancellation(log, "Interrupted: training ends after this step. Once more ends the program at once.");
        DataSplit split;
        using (options.Backend == TrainingBackend.Engine ? new JitWarmup(output, options) : null)
            split = DataSplit.Read(parsed, parsed.GetValue(_validationRows), log);
        ModelLimits.ThrowIfUnwritable(
            options.HiddenLayers, options.EnsembleSize, split.Train.FeatureCount, split.Train.ClassNames,
            ModelFile.IsOnnx(output));
        using var space = AtomicFile.Reserve(output, "model", ModelLimits.BytesOf(
            options.HiddenLayers, options.EnsembleSize, split.Train.FeatureCount, split.Train.ClassNames, ModelFile.IsOnnx(output)));
        var test = split.ReadTest();
        options = TrainingArguments.ForRows(options, parsed, split.Train);
        TrainingArguments.WarnOfLargeImages(options, split.Train, parsed.InvocationConfiguration.Error);

        NeuralNetworkTransformer network;
        try
        {
            using var display = parsed.GetValue(_quiet) ? null : new ProgressDisplay(Terminal.Open(log));
            network = Pipeline.Fit(new MLContext(seed: 1), split.Train, split.Validation, Pipeline.Options(options, output, display, console.Token));
        }
        catch (DivergedException diverged)
        {
            RunOptions.SaveUnfinished(run, parsed, options, split, test, diverged.History, diverged.Message, log);
            if (diverged.Network is not { } rest)
                throw;
            var partial = Path.ChangeExtension(output, $".partial{Path.GetExtension(output)}");
            ModelFile.Write(rest, partial);
            throw new MnistMlException($"{diverged.Message} What was trained before is saved: {partial}.", diverged);
        }
        var result = network.Training!;
        var finished = result.History.Count / options.Epochs;
        var hasModel = !result.IsCancelled || parsed.GetValue(_savePartial);
        var runArguments = hasModel ? [] : RunOptions.SaveUnfinished(run, parsed, options, split, test, result.History, divergence: null, log);
        // Saved before the test, and before a word of it, so that neither a test that fails nor a terminal that is gone can lose it.
        if (hasModel)
        {
            space.Dispose();
            Save(network, output);
        }
        if (result.IsCancelled)
            log.WriteLine(Interruption(result, options, parsed, runArguments));
        if (!hasModel)
            return console.ExitCode;
        if (result.IsCancelled || result.BestEpoch != null)
            log.WriteLine(Ending(result, options, finished));
        if (!ModelFile.IsOnnx(output) && result.Network.HasMaxPooling)
            log.WriteLine(ModelPackages.Sentence(images: null, hasOnnxInside: true));
        if (!result.IsCancelled && checkpoint != null)
            Checkpoint.Delete(checkpoint);
        var exitCode = console.ExitCode;
        // Nothing is left to lose: a signal ends the process again, as it usually does.
        console.Dispose();
        var training = new TrainingRun(
            split.Train.RowCount, result.History, result.Seconds, result.IsCancelled, Math.Max(1, finished),
            options.Seed, options.NumberOfThreads, result.Temperature, result.Device);
        // Of other data than the training rows, the test rows may be in another form.
        var model = new LoadedModel(network.Model);
        var warnings = parsed.GetValue(DataSplit.Test) == null ? [] : InputCheck.Warn(
            model, output, ReadingOptions.TransformOf(parsed), test, parsed.InvocationConfiguration.Error);
        var report = new TestReport(
            output, model, training, DescriptionJson.From(split.Path, split.Description),
            split.ToJson(test.RowCount), warnings);
        var tested = report.Print(
            test, parsed.GetValue(_json), Shell.Join(["evaluate", "--model", output, .. split.TestArguments]),
            parsed.InvocationConfiguration.Output);
        ReportContent Content() => ReportContent.Of(tested, test, model, CommandLine.Repeating(parsed), CommandLine.Version)
            .WithTraining(options, split.Train.RowCount, result.BestEpoch);
        if (reportPath != null)
        {
            Report.Write(reportPath, Content());
            log.WriteLine($"Report: {reportPath}");
        }
        RunOptions.Save(run, parsed, options, split, test, result, tested, Content);
        if (run != null)
            log.WriteLine($"Kept: {run.Location}. Compare it with others:  {CommandLine.Program} {CompareCommand.Name} {Shell.Quote(run.Location)} OTHER");
        return exitCode;
    }

    /// <summary>Saves a network; where that fails, as on a disk that is full by now, elsewhere.</summary>
    static void Save(NeuralNetworkTransformer network, string output)
    {
        try
        {
            Pipeline.Save(network, output);
        }
        catch (MnistMlException failure)
        {
            var elsewhere = Path.Join(Path.GetTempPath(), $"{Path.GetRandomFileName()}-{Path.GetFileName(output)}");
            Pipeline.Save(network, elsewhere);
            throw new MnistMlException($"{failure.Message} The model is saved as {elsewhere}.", failure);
        }
    }

    static string Interruption(TrainingResult result, TrainingOptions options, ParseResult parsed, string[] runArguments)
    {
        var epochs = $"{result.History.Count} of {(long)options.EnsembleSize * options.Epochs}";
        if (options.CheckpointPath is not { } checkpoint)
            return $"Interrupted after {epochs} epochs. Training by libtorch writes no checkpoints: {_savePartial.Name} keeps the network so far.";
        if (result.CheckpointFailure is { } failure)
            return $"Interrupted after {epochs} epochs. {failure}";
        string[] arguments = [.. parsed.Tokens.Select(token => token.Value), .. runArguments, .. options.Resume ? [] : (string[])[_resume.Name]];
        return $"Interrupted after {epochs} epochs. Saved: {checkpoint}. Resume with:  {CommandLine.Program} {Shell.Join(arguments)}";
    }

    /// <summary>Which network is saved, where it is not that of the last epoch.</summary>
    static string Ending(TrainingResult result, TrainingOptions options, int finished)
    {
        var network = result.BestEpoch is { } best
            ? $"the network of epoch {best}, the best on the validation rows,"
            : finished == 0 ? "the network so far"
            : $"what is finished, {finished} of {options.EnsembleSize} networks,";
        var epochs = (long)options.EnsembleSize * options.Epochs;
        return $"{(result.IsCancelled ? "Interrupted" : "Ended")} after {result.History.Count} of {epochs} epochs: "
            + $"{network} is saved and tested.";
    }
}
