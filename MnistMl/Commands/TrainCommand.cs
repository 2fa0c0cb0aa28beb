using System.CommandLine;
using Microsoft.ML;
using MnistMl.Files;
using MnistMl.MLNet;
using MnistMl.Model;
using MnistMl.Reporting;
using MnistMl.Training;

namespace MnistMl.Commands;

/// <summary><c>train</c>: trains a network, saves it, and tests it.</summary>
static class TrainCommand
{
    public const string DefaultOutput = "mnist.zip";

    /// <summary>MNIST's training set is its first 60,000 rows.</summary>
    public const int DefaultTrainRows = 60_000;

    static readonly Option<int> _validationRows = CommonOptions.WholeNumber(
        "--validation-rows", "Hold out the last N training rows, and validate on them after each epoch.",
        min: 0, byDefault: 0);

    static readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Model file: a zip for ML.NET, or ONNX if its name ends in .onnx.",
        HelpName = "FILE",
        DefaultValueFactory = _ => DefaultOutput,
    };

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
        ("train --network \"conv 16 5x5, max 2x2, dense 64\" --output mnist.onnx",
            "Save as ONNX, which supports what ML.NET does not, such as max pooling."),
        ("train --json --quiet > result.json", "Keep the result for a script."),
    ];

    public static Command Create()
    {
        var command = new Command("train", "Train a network, save it, and test it. This is the default command.");
        AddTo(command);
        return command;
    }

    /// <summary>Makes a command do what <c>train</c> does, with its options.</summary>
    public static void AddTo(Command command)
    {
        Option[] before =
        [
            DataSplit.Data, DataSplit.Labels, DataSplit.Test, DataSplit.TestLabels, .. ReadingOptions.All, DataSplit.TrainRows,
            DataSplit.SplitSeed, _validationRows,
        ];
        foreach (var option in before)
            command.Options.Add(option);
        TrainingArguments.AddTo(command, TrainingBindings.All);
        foreach (var option in (Option[])[_output, _json, _quiet])
            command.Options.Add(option);
        command.SetAction(parsed => Train(parsed));
    }

    static int Train(ParseResult parsed)
    {
        var log = parsed.GetValue(_quiet) ? TextWriter.Null : parsed.InvocationConfiguration.Error;
        var output = parsed.GetRequiredValue(_output);
        AtomicFile.ThrowIfUnwritable(output, "model");
        var options = TrainingArguments.Parse(parsed);
        if (options.Patience != null && parsed.GetValue(_validationRows) == 0)
            throw new MnistMlException("--patience needs validation rows. Add --validation-rows N.");
        if (options.Patience != null && options.EnsembleSize > 1)
            throw new MnistMlException("--patience is for a single network. Leave it out, or add --ensemble 1.");
        if (!ModelFile.IsOnnx(output) && options.HiddenLayers.OfType<MaxPooling2D>().FirstOrDefault() is { } max)
        {
            throw new MnistMlException($"'{max}' cannot be saved for ML.NET. Save the model as ONNX with "
                + "--output FILE.onnx, or use 'average', or a convolution with a stride.");
        }

        using var console = new ConsoleCancellation();
        DataSplit split;
        using (new JitWarmup(output, options))
            split = DataSplit.Read(parsed, parsed.GetValue(_validationRows), log);
        ModelLimits.ThrowIfUnwritable(
            options.HiddenLayers, options.EnsembleSize, split.Train.FeatureCount, split.Train.ClassNames,
            ModelFile.IsOnnx(output));
        var test = split.ReadTest();
        options = TrainingArguments.ForRows(options, parsed, split.Train);

        var mlContext = new MLContext(seed: 1);
        NeuralNetworkTransformer network;
        using (var display = parsed.GetValue(_quiet) ? null : new ProgressDisplay(Terminal.Open(log)))
        {
            var trainer = Pipeline.Options(options, output, display, console.Token);
            network = Pipeline.Fit(mlContext, split.Train, split.Validation, trainer);
        }
        var result = network.Training!;
        if (result is { IsCancelled: true, History: [] })
            throw new MnistMlException("Interrupted before the end of the first epoch: nothing is saved.");
        var finished = result.History.Count / options.Epochs;
        if (result.IsCancelled || result.BestEpoch != null)
            log.WriteLine(Ending(result, options, finished));

        // Saved before the test, so that nothing that happens in the test can lose it.
        Pipeline.Save(network, output);
        // Nothing is left to lose: a signal ends the process again, as it usually does.
        console.Dispose();
        var training = new TrainingRun(
            split.Train.RowCount, result.History, result.Seconds, result.IsCancelled, Math.Max(1, finished),
            options.Seed, options.NumberOfThreads, result.Temperature);
        // Of other data than the training rows, the test rows may be in another form.
        var warnings = parsed.GetValue(DataSplit.Test) == null ? [] : FormCheck.Warn(
            new LoadedModel(network.Model), output, ReadingOptions.TransformOf(parsed), test, parsed.InvocationConfiguration.Error);
        var report = new TestReport(
            output, network.Model.ClassNames, result.Network.Parameters, training, DescriptionJson.From(split.Path, split.Description),
            split.Split(test.RowCount), warnings);
        report.Print(
            test, () => Pipeline.Evaluate(mlContext, network, test.ClassNames, network.Model.ClassNames.Count, new DatasetView(test)),
            parsed.GetValue(_json), Shell.Join(["evaluate", "--model", output, .. split.TestArguments]),
            parsed.InvocationConfiguration.Output);
        return 0;
    }

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
