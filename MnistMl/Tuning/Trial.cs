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
    /// <summary>Trains a configuration from the start.</summary>
    /// <returns>Its result, which may be a failure; null if it was cancelled.</returns>
    public static Trial? Run(
        Configuration configuration, int epochs, Dataset train, Dataset validation,
        IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            configuration.ThrowIfUnwritable(train);
            var result = Trainer.Train(train, validation, configuration.For(epochs), progress, cancellation);
            if (result.IsCancelled)
                return null;
            var (accuracy, loss) = (result.History[^1].ValidationAccuracy, result.History[^1].ValidationLoss);
            return new Trial(configuration.Settings, epochs, result.Seconds, accuracy, loss);
        }
        catch (MnistMlException failure)
        {
            return new Trial(configuration.Settings, epochs, clock.Elapsed.TotalSeconds, null, null, failure.Message);
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
