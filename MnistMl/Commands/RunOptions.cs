using System.CommandLine;
using MnistMl.Augmentation;
using MnistMl.Data;
using MnistMl.Numerics.Kernels;
using MnistMl.Reporting;
using MnistMl.Reporting.Document;
using MnistMl.Runs;
using MnistMl.Training;

namespace MnistMl.Commands;

/// <summary>The options of <c>train</c> that keep all of a training in a folder.</summary>
static class RunOptions
{
    /// <summary>Classes on the sheet of augmented images.</summary>
    const int MaxAugmentedClasses = 20;

    static readonly Option<string> _folder = new("--run-folder")
    {
        Description = "Folder in which to keep all of this run, in a folder of its own: command, settings, history, metrics, model, predictions, sheets of images.",
        HelpName = "FOLDER",
    };

    static readonly Option<string> _name = new("--name")
    {
        Description = "Name of the run, which there must not be yet. [default: date and time]",
        HelpName = "NAME",
    };

    public static void AddTo(Command command)
    {
        command.Options.Add(_folder);
        command.Options.Add(_name);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_name) is { Implicit: false } && result.GetResult(_folder) is null or { Implicit: true })
                result.AddError($"{_name.Name} is that of a run. Add {_folder.Name} FOLDER.");
        });
    }

    /// <summary>The run to be saved; null if none is.</summary>
    /// <exception cref="MnistMlException">It cannot be saved.</exception>
    public static RunFolder? Open(ParseResult parsed, bool resume) =>
        parsed.GetValue(_folder) is { } folder ? new(folder, parsed.GetValue(_name), resume) : null;

    /// <summary>Saves a run that was interrupted or has diverged, and so has no model, if it has at least an epoch.</summary>
    /// <returns>The arguments that let the training go on as the same run.</returns>
    public static string[] SaveUnfinished(
        RunFolder? run, ParseResult parsed, TrainingOptions options, DataSplit split, Dataset test,
        IReadOnlyList<EpochSummary> history, string? divergence, TextWriter log)
    {
        if (run == null || history.Count == 0)
            return [];
        try
        {
            run.Save(
                name => Record(run, name, parsed, options, split, test, isInterrupted: divergence == null) with { Diverged = divergence },
                history, model: null, fill: null);
            log.WriteLine($"Kept: {run.Location}, the run as far as it went.");
            return parsed.GetValue(_name) == null ? [_name.Name, run.Name] : [];
        }
        catch (MnistMlException failure)
        {
            // What became of the training is still to be said.
            CommandLine.PrintWarning(failure.Message, parsed.InvocationConfiguration.Error);
            return [];
        }
    }

    /// <summary>Saves a run with its model and what came of the test.</summary>
    public static void Save(
        RunFolder? run, ParseResult parsed, TrainingOptions options, DataSplit split, Dataset test, TrainingResult result, RunResult tested, Func<ReportContent> report)
    {
        run?.Save(name => Record(run, name, parsed, options, split, test, result.IsCancelled), result.History, tested.Model, folder =>
        {
            using (var metrics = new StreamWriter(Path.Join(folder, RunFolder.MetricsFile)))
                ResultJson.Write(metrics, tested);
            Report.Write(Path.Join(folder, RunFolder.ReportFile), report());
            var predictions = tested.Metrics.Predictions;
            PredictionsFile.Write(Path.Join(folder, RunFolder.PredictionsFile), predictions, Enumerable.Range(0, predictions.RowCount));
            MistakeSheet.Save(folder, test, predictions);
            if (options.Augmentation != AugmentationOptions.None)
                AugmentedSheet.Save(Path.Join(folder, RunFolder.AugmentedSheetFile), split.Train, options.Augmentation, options.Seed, MaxAugmentedClasses);
        });
    }

    static RunRecord Record(RunFolder run, string name, ParseResult parsed, TrainingOptions options, DataSplit split, Dataset test, bool isInterrupted) => new(
        name, Shell.Join(parsed.Tokens.Select(token => token.Value)), isInterrupted, run.Started, CommandLine.Version,
        KernelSet.Best.GetType().GenericTypeArguments[0].Name.Split('`')[0], options.Seed,
        TrainingArguments.Write(options).Chunk(2).ToDictionary(setting => setting[0].TrimStart('-'), setting => setting[1]),
        new(split.Path, RunData.HashOf(split.Train), split.Validation is { } validation ? RunData.HashOf(validation) : null, RunData.HashOf(test)));
}
