using MnistMl.MLNet;
using MnistMl.Model;
using System.CommandLine;
using Microsoft.ML;
using MnistMl.Files;
using MnistMl.Reporting;
using MnistMl.Training;

namespace MnistMl.Commands;

/// <summary><c>train</c>: trains a network, saves it, and tests it.</summary>
static class TrainCommand
{
    public const string DefaultOutput = "mnist.zip";

    /// <summary>MNIST's own: its first 60,000 rows are for training.</summary>
    public const int DefaultTrainRows = 60_000;

    static readonly Option<int> _validationRows = CommonOptions.WholeNumber(
        "--validation-rows", "Keep the last N training rows out of training, and measure every epoch on them.", atLeast: 0, byDefault: 0);

    static readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The file to save the model to: a zip for ML.NET, or ONNX where its name ends in .onnx.",
        HelpName = "FILE",
        DefaultValueFactory = _ => DefaultOutput,
    };

    static readonly Option<bool> _json = CommonOptions.Json();

    static readonly Option<bool> _quiet = CommonOptions.Quiet();

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("train", "Train as by default and save mnist.zip."),
        ("train --network 512,256 --epochs 20", "Train a larger network for longer."),
        ("train --recipe accurate", "Train a convolutional network, for about ten minutes on two cores."),
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
        Option[] before = [DataSplit.Data, DataSplit.Test, DataSplit.TrainRows, _validationRows], after = [_output, _json, _quiet];
        foreach (var option in before)
            command.Options.Add(option);
        RecipeOptions.AddTo(command);
        foreach (var option in after)
            command.Options.Add(option);
        command.SetAction(parsed => Train(parsed));
    }

    static int Train(ParseResult parsed)
    {
        var log = parsed.GetValue(_quiet) ? TextWriter.Null : parsed.InvocationConfiguration.Error;
        var output = parsed.GetRequiredValue(_output);
        AtomicFile.ThrowIfUnwritable(output, "model");
        var options = RecipeOptions.Parse(parsed);
        if (options.Patience != null && parsed.GetValue(_validationRows) == 0)
            throw new MnistMlException("--patience takes rows to judge the network by. Keep some with --validation-rows N.");
        if (options.Patience != null && options.EnsembleSize > 1)
            throw new MnistMlException("--patience is for one network. Leave it out, or add --members 1.");

        using var console = new ConsoleCancellation();
        DataSplit split;
        using (new JitWarmup(output, options))
            split = DataSplit.Read(parsed, parsed.GetValue(_validationRows), log);
        ModelLimits.ThrowIfUnwritable(options.HiddenLayers, options.EnsembleSize, split.Train.FeatureCount, split.Train.ClassNames, ModelFile.IsOnnx(output));
        var test = split.ReadTest();
        options = RecipeOptions.Suit(options, parsed, split.Train);

        var mlContext = new MLContext(seed: 1);
        NeuralNetworkTransformer network;
        using (var display = new ProgressDisplay(Terminal.Open(log)))
            network = Pipeline.Fit(mlContext, split.Train, split.Validation, Pipeline.Options(options, output, display, console.Token));
        var result = network.Training!;
        if (result is { IsCancelled: true, History: [] })
            throw new MnistMlException("Interrupted before the first epoch was over: nothing is saved.");
        var finished = result.History.Count / options.Epochs;
        if (result.IsCancelled || result.BestEpoch != null)
            log.WriteLine(Ending(result, options, finished));

        // Saved before it is tested: whatever happens then, it is there.
        Pipeline.Save(network, output);
        var training = new TrainingRun(
            split.Train.RowCount, result.History, result.Seconds, result.IsCancelled, Math.Max(1, finished), options.Seed, options.NumberOfThreads);
        var report = new TestReport(output, network.Model.ClassNames, result.Network.Parameters, training);
        report.Print(
            test, () => Pipeline.Evaluate(mlContext, network, network.Model.ClassNames, new DatasetView(test)),
            parsed.GetValue(_json), $"evaluate --model {RecipeFormatter.Quoted(output)}{split.TestArguments}", parsed.InvocationConfiguration.Output);
        return 0;
    }

    static string Ending(TrainingResult result, TrainingOptions options, int finished)
    {
        var network = result.BestEpoch is { } best
            ? $"the network of epoch {best}, the best on the validation rows,"
            : finished == 0 ? "the network so far" : $"what is finished, {finished} of {options.EnsembleSize} networks,";
        return $"{(result.IsCancelled ? "Interrupted" : "Ended")} after {result.History.Count} of {(long)options.EnsembleSize * options.Epochs} epochs: {network} is saved and tested.";
    }
}
