using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Training;

namespace MnistMl.Reporting.Document;

/// <summary>What a report says, in whatever format it is written.</summary>
sealed record ReportContent
{
    /// <summary>Images of fewer pixels are none to look at.</summary>
    const int MinPixels = 64;

    /// <summary>Classes that are listed all; of more, the worst.</summary>
    public const int MaxClasses = ConfusionGrid.MaxClasses;

    /// <summary>The result.</summary>
    public required RunResult Run { get; init; }

    /// <summary>The command that repeats it, as it is typed.</summary>
    public required string Command { get; init; }

    /// <summary>The program's name and version.</summary>
    public required string Version { get; init; }

    /// <summary>Rows that tell most.</summary>
    public required Examples Examples { get; init; }

    /// <summary>A test row after each corruption whose accuracy was measured; empty if none was.</summary>
    public IReadOnlyList<SmallImage> Corrupted { get; init; } = [];

    /// <summary>The network's layers; empty if the model is no network.</summary>
    public IReadOnlyList<LayerShape> Layers { get; init; } = [];

    /// <summary>What the first layer looks at; null if that is not known.</summary>
    public FirstLayer? FirstLayer { get; init; }

    /// <summary>The learning rate over the epochs of a network; empty if the model was only evaluated.</summary>
    public IReadOnlyList<(double Epoch, double Rate)> LearningRate { get; init; } = [];

    /// <summary>The epoch that the network is of, where the best was kept; null where it is the last.</summary>
    public int? BestEpoch { get; init; }

    /// <summary>Makes the content of a test.</summary>
    /// <param name="run">The result.</param>
    /// <param name="test">The rows of the test.</param>
    /// <param name="model">The model.</param>
    /// <param name="command">The command that repeats it.</param>
    /// <param name="version">The program's name and version.</param>
    public static ReportContent Of(RunResult run, Dataset test, LoadedModel model, string command, string version)
    {
        (int, int)? size = run.Data is { Height: { } height, Width: { } width } && height * width == test.FeatureCount && test.FeatureCount >= MinPixels
            ? (height, width)
            : null;
        return new()
        {
            Run = run,
            Command = command,
            Version = version,
            Examples = Examples.Of(run.Metrics, test, size),
            Corrupted = run.Robustness.Count == 0 ? [] : [.. Corruption.All.Select(corruption =>
                SmallImage.Of(corruption.Apply(test.Row(0).ToArray()), test.Range.MaxByte, Corruption.Size, Corruption.Size))],
            Layers = model.Network?.Shapes ?? [],
            FirstLayer = model.Network == null ? null : FirstLayer.Of(model.Network, size),
        };
    }

    /// <summary>The same content with how the model was trained.</summary>
    /// <param name="options">The options of the training.</param>
    /// <param name="trainRows">Number of training rows.</param>
    /// <param name="bestEpoch">The epoch that the network is of, where the best was kept; null where it is the last.</param>
    public ReportContent WithTraining(TrainingOptions options, int trainRows, int? bestEpoch)
    {
        var stepsPerEpoch = (trainRows + options.BatchSize - 1) / options.BatchSize;
        var steps = (long)stepsPerEpoch * (Run.Training?.History ?? []).Select(epoch => epoch.Epoch).DefaultIfEmpty().Max();
        var points = (int)Math.Min(steps, LineChart.MaxPoints);
        return this with
        {
            BestEpoch = bestEpoch,
            LearningRate =
            [
                .. Enumerable.Range(0, points).Select(point => point * (steps - 1) / Math.Max(1, points - 1)).Select(step => (
                    (step + 1.0) / stepsPerEpoch, options.LearningRate * options.Schedule.FactorAt(step, stepsPerEpoch, options.Epochs))),
            ],
        };
    }

    /// <summary>Number of test rows that are right.</summary>
    public long Correct => Run.Metrics.Classes.Sum(figures => figures.Correct);

    /// <summary>What a test row is called.</summary>
    public string Rows => Examples.Mistakes.Concat(Examples.LeastSure).Any(example => example.Image != null) ? "images" : "rows";

    /// <summary>The result in one line.</summary>
    public string Verdict =>
        $"{Figures.Percent(Run.Metrics.Accuracy)} of {Figures.Count(Run.Metrics.RowCount)} test {Rows} are right";

    /// <summary>What else is to be known of it, in a few sentences.</summary>
    public IEnumerable<string> Findings
    {
        get
        {
            var metrics = Run.Metrics;
            var (low, high) = Interval((double)Correct / metrics.RowCount, metrics.RowCount);
            yield return metrics.RowCount == Correct
                ? "None is wrong."
                : $"{Figures.Count(metrics.RowCount - Correct)} {(metrics.RowCount - Correct == 1 ? "is" : "are")} wrong"
                    + (Examples.Pairs is [{ Confusion: var most }, ..]
                        ? $", most often {Name(most.Truth)} taken for {Name(most.Predicted)} ({Times(most.Count)})."
                        : ".");
            yield return $"The 95 % interval of the accuracy is {Figures.Percent(low)} to {Figures.Percent(high)}.";
            if (metrics.UnknownRows > 0)
            {
                yield return $"Counted as wrong are {Figures.Count(metrics.UnknownRows)} of classes that the model does not know: "
                    + $"{Listing.Of([.. Run.UnknownClasses.Select(Short)], max: 5)}.";
            }
            if (Run.Training is { IsInterrupted: true })
                yield return "The training was interrupted.";
        }
    }

    /// <summary>The figures of the whole test: what each is called, what it is, and what it means.</summary>
    public IEnumerable<(string Name, string Figure, string Meaning)> Overall
    {
        get
        {
            var metrics = Run.Metrics;
            yield return ("Accuracy", Figures.Percent(metrics.Accuracy), $"{Figures.Count(Correct)} of {Figures.Count(metrics.RowCount)}");
            yield return ("Macro-accuracy", Figures.Percent(metrics.MacroAccuracy), "mean recall of the classes");
            if (metrics.TopK < Run.ClassNames.Count)
                yield return ($"Top-{metrics.TopK} accuracy", Figures.Percent(metrics.TopKAccuracy), $"among the {metrics.TopK} most probable");
            yield return ("Log-loss", Figures.Loss(metrics.LogLoss), "nats, less is better");
            if (metrics.Reliability is { } reliability)
                yield return ("Calibration error", Figures.Percent(reliability.ExpectedCalibrationError), $"by chance {Figures.Percent(reliability.ErrorByChance)}");
        }
    }

    /// <summary>The classes to list: all or, of many, those of the least F1.</summary>
    public IReadOnlyList<(string Name, ClassMetrics Figures)> Classes
    {
        get
        {
            var classes = Run.Metrics.Classes.Select((figures, label) => (Name(label), figures));
            return Run.ClassNames.Count <= MaxClasses
                ? [.. classes]
                : [.. classes.Where(entry => entry.figures.Rows > 0).OrderBy(entry => entry.figures.F1).Take(ConfusionGrid.Worst)];
        }
    }

    /// <summary>What the run was made with: what each is called, and what it is.</summary>
    public IEnumerable<(string Name, string Text)> Facts
    {
        get
        {
            var parameters = Run.Parameters is { } count ? $"{Figures.Count(count)} parameters, " : "";
            yield return ("Model", $"{Run.Model} ({parameters}{Figures.Bytes(Run.ModelBytes)})");
            if (Run.Data is { } data)
            {
                yield return ("Data", $"{data.Path} ({data.Format}, {Figures.Count(data.Rows)} rows of {Figures.Count(data.Pixels)} pixels)");
            }
            if (Run.Split is { } split)
            {
                yield return ("Rows", $"{Figures.Count(split.TrainRows)} to train on, "
                    + (split.ValidationRows > 0 ? $"{Figures.Count(split.ValidationRows)} to validate on, " : "")
                    + $"{Figures.Count(split.TestRows)} to test on ({split.Kind}{(split.Seed is { } splitSeed ? $", seed {splitSeed}" : "")})");
            }
            if (Run.Training is { } training)
            {
                var networks = training.EnsembleSize > 1 ? $"networks: {training.EnsembleSize}, " : "";
                yield return ("Training", $"{Figures.Duration(training.Seconds)} ({networks}epochs: {training.History.Count}, "
                    + $"threads: {training.Threads}, seed: {training.Seed})");
                if (training.Temperature is { } temperature)
                    yield return ("Temperature", $"{Figures.Loss(temperature)}, from the validation rows");
            }
            yield return ("Program", Version);
        }
    }

    /// <summary>A class's name, short enough to be shown.</summary>
    public string Name(int label) => Short(Run.ClassNames[label]);

    /// <summary>A text that is printable and not too long.</summary>
    public static string Short(string text)
    {
        const int Limit = 32;
        var printable = Html.Printable(text.ReplaceLineEndings(" "));
        if (printable.Length <= Limit)
            return printable;
        return printable[..(char.IsHighSurrogate(printable[Limit - 2]) ? Limit - 2 : Limit - 1)] + "…";
    }

    /// <summary>A count in words.</summary>
    public static string Times(long count) => count == 1 ? "once" : $"{Figures.Count(count)} times";

    /// <summary>The 95 % interval of a share (Wilson, "Probable inference, the law of succession, and statistical inference", 1927).</summary>
    internal static (double Low, double High) Interval(double share, double count)
    {
        const double Z = 1.96;
        var middle = share + Z * Z / (2 * count);
        var margin = Z * Math.Sqrt(share * (1 - share) / count + Z * Z / (4 * count * count));
        return ((middle - margin) / (1 + Z * Z / count), (middle + margin) / (1 + Z * Z / count));
    }
}
