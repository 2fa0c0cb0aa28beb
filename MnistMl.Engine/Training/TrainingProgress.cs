namespace MnistMl.Training;

/// <summary>How far training has come: what its loop reports from time to time, and at the end of each epoch.</summary>
/// <param name="Epoch">The number of the epoch under way, from 1.</param>
/// <param name="Epochs">The number of epochs there are to be.</param>
/// <param name="RowsDone">Rows trained on in this epoch.</param>
/// <param name="RowsInEpoch">Rows that an epoch has.</param>
/// <param name="Loss">Mean cross-entropy over the epoch's rows so far, in nats.</param>
/// <param name="Accuracy">Share of those rows classified correctly, 0 to 1.</param>
/// <param name="Seconds">Time since the epoch began.</param>
/// <param name="Completed">What the epoch came to, in its last report; null in those before.</param>
/// <param name="NetworkNumber">The number of the network under way, from 1.</param>
/// <param name="NetworkCount">The number of networks there are to be.</param>
public sealed record TrainingProgress(
    int Epoch,
    int Epochs,
    long RowsDone,
    long RowsInEpoch,
    double Loss,
    double Accuracy,
    double Seconds,
    EpochSummary? Completed = null,
    int NetworkNumber = 1,
    int NetworkCount = 1)
{
    /// <summary>Why the last checkpoint could not be written; null if it was, or there was none.</summary>
    public string? CheckpointFailure { get; init; }
}
