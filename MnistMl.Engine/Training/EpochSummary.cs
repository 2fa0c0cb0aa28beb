using System.Text.Json.Serialization;

namespace MnistMl.Training;

/// <summary>What one epoch of training came to.</summary>
/// <param name="Epoch">The epoch's number, from 1.</param>
/// <param name="TrainLoss">
/// Mean cross-entropy over the epoch's training rows, in nats, each taken as it was trained on. Label smoothing changes what
/// is trained for, not this figure.
/// </param>
/// <param name="TrainAccuracy">Share of those rows classified correctly, 0 to 1.</param>
/// <param name="ValidationLoss">Mean cross-entropy over the validation rows after the epoch, or null where there are none.</param>
/// <param name="ValidationAccuracy">Share of the validation rows classified correctly, or null where there are none.</param>
/// <param name="Seconds">Time the epoch took, validation included.</param>
/// <param name="NetworkNumber">The number, from 1, of the network that it was an epoch of; null where there is one only.</param>
public sealed record EpochSummary(
    int Epoch, double TrainLoss, double TrainAccuracy, double? ValidationLoss, double? ValidationAccuracy, double Seconds,
    [property: JsonPropertyName("member")] int? NetworkNumber = null);
