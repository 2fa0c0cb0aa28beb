using System.Diagnostics;
using MnistMl.Data;
using MnistMl.Training;

namespace MnistMl.Tuning;

/// <summary>A training of a search, and its result.</summary>
/// <param name="Settings">The configuration's settings.</param>
/// <param name="Epochs">Number of epochs.</param>
/// <param name="Seconds">Time of the training, including validation.</param>
/// <param name="Accuracy">Final accuracy on the validation rows, 0 to 1; null if the training failed.</param>
/// <param name="Loss">Final mean cross-entropy on the validation rows, in nats; null if the training failed.</param>
/// <param name="Failure">Why the training failed; null if it did not.</param>
sealed record Trial(string Settings, int Epochs, double Seconds, double? Accuracy, double? Loss, string? Failure = null)
{
    /// <summary>Trains a configuration: from the start, or from the checkpoint if that is its own.</summary>
    /// <param name="configuration">What to train.</param>
    /// <param name="epochs">Number of epochs.</param>
    /// <param name="train">The rows to train on.</param>
    /// <param name="validation">The rows that the result is measured on.</param>
    /// <param name="checkpoint">File of checkpoints, which is deleted when the trial is over.</param>
    /// <param name="progress">Told how training comes along.</param>
    /// <param name="cancellation">Ends the training; what it has come to is in the checkpoint.</param>
    /// <returns>Its result, which may be a failure; null if it was cancelled.</returns>
    public static Trial? Run(
        Configuration configuration, int epochs, Dataset train, Dataset validation, string checkpoint,
        IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            configuration.ThrowIfUnwritable(train);
            var result = Train(Checkpoint.Exists(checkpoint));
            if (result.IsCancelled)
                return null;
            Checkpoint.Delete(checkpoint);
            var (accuracy, loss) = (result.History[^1].ValidationAccuracy, result.History[^1].ValidationLoss);
            return new Trial(configuration.Settings, epochs, result.Seconds, accuracy, loss);
        }
        catch (MnistMlException failure)
        {
            Checkpoint.Delete(checkpoint);
            return new Trial(configuration.Settings, epochs, clock.Elapsed.TotalSeconds, null, null, failure.Message);
        }

        TrainingResult Train(bool resume)
        {
            try
            {
                var options = configuration.For(epochs) with { CheckpointPath = checkpoint, Resume = resume };
                return Trainer.Train(train, validation, options, progress, cancellation);
            }
            catch (CheckpointException) when (resume)
            {
                // It is of another trial.
                return Train(resume: false);
            }
        }
    }

    /// <summary>
    /// Sorts the best first: by epochs, then by accuracy, then by loss. Failures are last.
    /// </summary>
    public static IEnumerable<Trial> Rank(IEnumerable<Trial> trials) => trials
        .OrderByDescending(trial => trial.Failure == null)
        .ThenByDescending(trial => trial.Epochs)
        .ThenByDescending(trial => trial.Accuracy)
        .ThenBy(trial => trial.Loss);
}
