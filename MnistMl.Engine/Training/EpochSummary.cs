using System.Text.Json.Serialization;

namespace MnistMl.Training;

/// <summary>The results of one epoch.</summary>
/// <param name="Epoch">The epoch's number, from 1.</param>
/// <param name="TrainLoss">
/// Mean cross-entropy over the epoch's training examples, in nats, each when it was trained on; without label smoothing.
/// </param>
/// <param name="TrainAccuracy">Share of those examples classified correctly, 0 to 1.</param>
/// <param name="ValidationLoss">Mean cross-entropy over the validation examples after the epoch, or null where there are none.</param>
/// <param name="ValidationAccuracy">Share of the validation examples classified correctly, or null where there are none.</param>
/// <param name="Seconds">Time the epoch took, validation included.</param>
/// <param name="NetworkNumber">The number, from 1, of the network in its ensemble; null for a single network.</param>
public sealed record EpochSummary(
    int Epoch, double TrainLoss, double TrainAccuracy, double? ValidationLoss, double? ValidationAccuracy, double Seconds,
    [property: JsonPropertyName("member")] int? NetworkNumber = null);
