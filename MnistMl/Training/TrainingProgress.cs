namespace MnistMl.Training;

/// <summary>How far a training has come.</summary>
/// <param name="Epoch">The epoch under way, from 1.</param>
/// <param name="Epochs">Number of epochs.</param>
/// <param name="RowsDone">Rows of this epoch that were trained on.</param>
/// <param name="RowsInEpoch">Rows in an epoch.</param>
/// <param name="Loss">Mean cross-entropy of the epoch so far, in nats.</param>
/// <param name="Accuracy">Accuracy of the epoch so far, 0 to 1.</param>
/// <param name="Completed">What the epoch came to, when it is over; else null.</param>
public sealed record TrainingProgress(
    int Epoch, int Epochs, long RowsDone, long RowsInEpoch, double Loss, double Accuracy, EpochSummary? Completed);
