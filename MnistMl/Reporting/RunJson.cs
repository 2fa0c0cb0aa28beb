using MnistMl.Training;

namespace MnistMl.Reporting;

/// <summary>The result of a run as JSON: names and order of the properties are those of the object.</summary>
sealed record RunJson
{
    public required double MicroAccuracy { get; init; }
    public required double MacroAccuracy { get; init; }
    public required double LogLoss { get; init; }
    public required double LogLossReduction { get; init; }
    public required double TopKAccuracy { get; init; }
    public required int TopK { get; init; }
    public required IReadOnlyList<string> Labels { get; init; }
    public required IReadOnlyList<IReadOnlyList<long>> ConfusionMatrix { get; init; }
    public required IReadOnlyList<double> Precision { get; init; }
    public required IReadOnlyList<double> Recall { get; init; }
    public required IReadOnlyList<double> F1 { get; init; }
    public long? RowsTrained { get; init; }
    public required long RowsTested { get; init; }
    public int? Epochs { get; init; }
    public double? TrainSeconds { get; init; }
    public required double EvaluateSeconds { get; init; }
    public bool? Interrupted { get; init; }
    public IReadOnlyList<EpochSummary>? History { get; init; }
    public int? Members { get; init; }
    public int? Seed { get; init; }
    public int? Threads { get; init; }
    public required long? Parameters { get; init; }
    public required string Model { get; init; }
    public IReadOnlyList<string>? Warnings { get; init; }

    public static RunJson From(RunResult result) => new()
    {
        MicroAccuracy = result.Metrics.MicroAccuracy,
        MacroAccuracy = result.Metrics.MacroAccuracy,
        LogLoss = result.Metrics.LogLoss,
        LogLossReduction = result.Metrics.LogLossReduction,
        TopKAccuracy = result.Metrics.TopKAccuracy,
        TopK = result.Metrics.TopKPredictionCount,
        Labels = result.ClassNames,
        ConfusionMatrix =
            [.. result.Metrics.ConfusionMatrix.Counts.Select(row => row.Select(count => (long)count).ToArray())],
        Precision = result.Metrics.ConfusionMatrix.PerClassPrecision,
        Recall = result.Metrics.ConfusionMatrix.PerClassRecall,
        F1 = result.F1,
        RowsTrained = result.Training?.Rows,
        RowsTested = result.RowCount,
        Epochs = result.Training?.History.Count,
        TrainSeconds = result.Training?.Seconds,
        EvaluateSeconds = result.EvaluateSeconds,
        Interrupted = result.Training?.IsInterrupted,
        History = result.Training?.History,
        Members = result.Training?.EnsembleSize,
        Seed = result.Training?.Seed,
        Threads = result.Training?.Threads,
        Parameters = result.Parameters,
        Model = result.Model,
        Warnings = result.Warnings.Count > 0 ? result.Warnings : null,
    };
}
