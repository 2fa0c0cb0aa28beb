using Microsoft.ML.Data;
using MnistMl.Training;

namespace MnistMl.Reporting;

/// <summary>What <c>train</c> or <c>evaluate</c> came to.</summary>
sealed record RunResult
{
    /// <summary>How well the model does on the test rows.</summary>
    public required MulticlassClassificationMetrics Metrics { get; init; }

    /// <summary>The classes' names, in the order of the metrics.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Number of rows tested on.</summary>
    public required long RowCount { get; init; }

    /// <summary>Time the evaluation took.</summary>
    public required double EvaluateSeconds { get; init; }

    /// <summary>Path of the model file.</summary>
    public required string Model { get; init; }

    /// <summary>Size of the model file.</summary>
    public required long ModelBytes { get; init; }

    /// <summary>Number of the model's weights and biases; null where it is no network.</summary>
    public required long? Parameters { get; init; }

    /// <summary>For each class, the harmonic mean of its precision and recall, 0 to 1; 0 where both are.</summary>
    public IReadOnlyList<double> F1 => [.. Metrics.ConfusionMatrix.PerClassPrecision.Zip(
        Metrics.ConfusionMatrix.PerClassRecall,
        (precision, recall) => precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0)];

    /// <summary>How the model was trained; null where it was only evaluated.</summary>
    public TrainingRun? Training { get; init; }
}

/// <summary>How a model was trained.</summary>
/// <param name="Rows">Number of rows trained on, those for validation not among them.</param>
/// <param name="History">What each epoch came to, in order.</param>
/// <param name="Seconds">Time the training took, validation included.</param>
/// <param name="IsInterrupted">Whether it was interrupted before its last epoch was over.</param>
/// <param name="EnsembleSize">Number of networks that were made one.</param>
/// <param name="Seed">The seed of all that was random, in the first of them.</param>
/// <param name="Threads">Number of threads that trained.</param>
sealed record TrainingRun(
    long Rows, IReadOnlyList<EpochSummary> History, double Seconds, bool IsInterrupted, int EnsembleSize, int Seed, int Threads);
