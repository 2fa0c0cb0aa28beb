using MnistMl.Training;

namespace MnistMl.Reporting;

/// <summary>The result of <c>train</c> or <c>evaluate</c>.</summary>
sealed record RunResult
{
    /// <summary>The metrics on the test rows.</summary>
    public required TestMetrics Metrics { get; init; }

    /// <summary>The classes' names, in the order of the metrics.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>The accuracy after each corruption of the test rows; empty if it was not measured.</summary>
    public IReadOnlyList<CorruptedAccuracy> Robustness { get; init; } = [];

    /// <summary>Classes of test rows that the model does not know.</summary>
    public IReadOnlyList<string> UnknownClasses { get; init; } = [];

    /// <summary>Time of the evaluation.</summary>
    public required double EvaluateSeconds { get; init; }

    /// <summary>Path of the model file.</summary>
    public required string Model { get; init; }

    /// <summary>Size of the model file.</summary>
    public required long ModelBytes { get; init; }

    /// <summary>Number of the model's weights and biases; null if it is not a network.</summary>
    public required long? Parameters { get; init; }

    /// <summary>What the data was read as; null if that is not known.</summary>
    public DescriptionJson? Data { get; init; }

    /// <summary>Which rows were for what; null if the model was only evaluated.</summary>
    public SplitJson? Split { get; init; }

    /// <summary>What seems to be wrong with the test rows.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>How the model was trained; null if it was only evaluated.</summary>
    public TrainingRun? Training { get; init; }
}

/// <summary>How a model was trained.</summary>
/// <param name="Rows">Number of training rows, without those for validation.</param>
/// <param name="History">The result of each epoch, in order.</param>
/// <param name="Seconds">Time of the training, including validation.</param>
/// <param name="IsInterrupted">Whether it was interrupted before the end of its last epoch.</param>
/// <param name="EnsembleSize">Number of networks in the ensemble.</param>
/// <param name="Seed">The seed of the first of them.</param>
/// <param name="Threads">Number of threads.</param>
/// <param name="Temperature">The temperature that it is calibrated by; null if it is not.</param>
/// <param name="Device">The device that libtorch trained it on; null if the engine did.</param>
sealed record TrainingRun(
    long Rows, IReadOnlyList<EpochSummary> History, double Seconds, bool IsInterrupted,
    int EnsembleSize, int Seed, int Threads, double? Temperature = null, string? Device = null);
