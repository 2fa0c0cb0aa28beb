using System.Diagnostics;
using MnistMl.Data;
using MnistMl.Training;

namespace MnistMl.Tuning;

/// <summary>A training of a search, and what it came to.</summary>
/// <param name="Settings">The configuration's, in words.</param>
/// <param name="Epochs">Number of epochs it was trained for.</param>
/// <param name="Seconds">Time the training took, validation included.</param>
/// <param name="Accuracy">Share of the validation rows classified correctly in the end, 0 to 1; null where the training failed.</param>
/// <param name="Loss">Mean cross-entropy over the validation rows in the end, in nats; null where the training failed.</param>
/// <param name="Failure">Why the training failed; null where it did not.</param>
sealed record Trial(string Settings, int Epochs, double Seconds, double? Accuracy, double? Loss, string? Failure = null)
{
    /// <summary>Trains a configuration from the start.</summary>
    /// <returns>What it came to, a failure too; null where it was cancelled.</returns>
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
    /// The best first: those trained for longer before all others, then the more accurate, of equally accurate ones that
    /// with the lower loss; those that failed last.
    /// </summary>
    public static IEnumerable<Trial> Rank(IEnumerable<Trial> trials) => trials
        .OrderByDescending(trial => trial.Failure == null)
        .ThenByDescending(trial => trial.Epochs)
        .ThenByDescending(trial => trial.Accuracy)
        .ThenBy(trial => trial.Loss);
}
