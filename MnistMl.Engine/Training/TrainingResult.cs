using MnistMl.Model;

namespace MnistMl.Training;

/// <summary>The result of a training.</summary>
/// <param name="Network">The trained network.</param>
/// <param name="History">One entry for each finished epoch.</param>
/// <param name="BestEpoch">The number of the epoch that gave the network, where the best was kept; null where it is the last.</param>
/// <param name="IsCancelled">Whether the training was cancelled before its last epoch was over.</param>
/// <param name="Seconds">Time the training took, validation included.</param>
public sealed record TrainingResult(
    TrainedNetwork Network, IReadOnlyList<EpochSummary> History, int? BestEpoch, bool IsCancelled, double Seconds)
{
    /// <summary>
    /// The temperature that the logits are divided by, as calibrated on the validation examples; null where there were none, or
    /// <see cref="TrainingOptions.Calibrate"/> is off.
    /// </summary>
    public double? Temperature { get; init; }

    /// <summary>The device that it was trained on, such as <c>cuda:0</c>; null where the engine trained it.</summary>
    public string? Device { get; init; }

    /// <summary>Why the last checkpoint could not be written; null if it was, or there was none.</summary>
    public string? CheckpointFailure { get; init; }
}
