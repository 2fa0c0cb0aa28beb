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
    public double? ExpectedCalibrationError { get; init; }
    public double? CalibrationErrorByChance { get; init; }
    public IReadOnlyList<ReliabilityBin>? Reliability { get; init; }
    public IReadOnlyList<CorruptedAccuracy>? Robustness { get; init; }
    public required IReadOnlyList<string> Labels { get; init; }
    public required IReadOnlyList<IReadOnlyList<long>>? ConfusionMatrix { get; init; }
    public IReadOnlyList<ConfusionJson>? Confusions { get; init; }
    public required IReadOnlyList<double> Precision { get; init; }
    public required IReadOnlyList<double> Recall { get; init; }
    public required IReadOnlyList<double> F1 { get; init; }
    public long? RowsTrained { get; init; }
    public required long RowsTested { get; init; }
    public long? UnknownRows { get; init; }
    public IReadOnlyList<string>? UnknownLabels { get; init; }
    public int? Epochs { get; init; }
    public double? TrainSeconds { get; init; }
    public required double EvaluateSeconds { get; init; }
    public bool? Interrupted { get; init; }
    public IReadOnlyList<EpochSummary>? History { get; init; }
    public double? Temperature { get; init; }
    public int? Members { get; init; }
    public int? Seed { get; init; }
    public int? Threads { get; init; }
    public string? Device { get; init; }
    public required long? Parameters { get; init; }
    public required string Model { get; init; }
    public DescriptionJson? Data { get; init; }
    public SplitJson? Split { get; init; }
    public IReadOnlyList<string>? Warnings { get; init; }

    public static RunJson From(RunResult result) => new()
    {
        MicroAccuracy = result.Metrics.Accuracy,
        MacroAccuracy = result.Metrics.MacroAccuracy,
        LogLoss = result.Metrics.LogLoss,
        LogLossReduction = result.Metrics.LogLossReduction,
        TopKAccuracy = result.Metrics.TopKAccuracy,
        TopK = result.Metrics.TopK,
        ExpectedCalibrationError = result.Metrics.Reliability?.ExpectedCalibrationError,
        CalibrationErrorByChance = result.Metrics.Reliability?.ErrorByChance,
        Reliability = result.Metrics.Reliability?.Bins,
        Robustness = result.Robustness.Count > 0 ? result.Robustness : null,
        Labels = result.ClassNames,
        ConfusionMatrix = result.Metrics.Matrix,
        Confusions = result.Metrics.Matrix != null ? null : [.. result.Metrics.Confusions.Select(confusion => new ConfusionJson(
            result.ClassNames[confusion.Truth], result.ClassNames[confusion.Predicted], confusion.Count))],
        Precision = [.. result.Metrics.Classes.Select(figures => figures.Precision)],
        Recall = [.. result.Metrics.Classes.Select(figures => figures.Recall)],
        F1 = [.. result.Metrics.Classes.Select(figures => figures.F1)],
        RowsTrained = result.Training?.Rows,
        RowsTested = result.Metrics.RowCount,
        UnknownRows = result.Metrics.UnknownRows > 0 ? result.Metrics.UnknownRows : null,
        UnknownLabels = result.UnknownClasses is { Count: > 0 } unknown ? unknown : null,
        Epochs = result.Training?.History.Count,
        TrainSeconds = result.Training?.Seconds,
        EvaluateSeconds = result.EvaluateSeconds,
        Interrupted = result.Training?.IsInterrupted,
        History = result.Training?.History,
        Temperature = result.Training?.Temperature,
        Members = result.Training?.EnsembleSize,
        Seed = result.Training?.Seed,
        Threads = result.Training?.Threads,
        Device = result.Training?.Device,
        Parameters = result.Parameters,
        Model = result.Model,
        Data = result.Data,
        Split = result.Split,
        Warnings = result.Warnings.Count > 0 ? result.Warnings : null,
    };
}

/// <summary>How often a label was predicted for another, or for itself.</summary>
sealed record ConfusionJson(string Truth, string Predicted, long Count);
