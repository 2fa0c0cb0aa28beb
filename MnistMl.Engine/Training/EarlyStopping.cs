using MnistMl.Model;

namespace MnistMl.Training;

/// <summary>
/// Keeps the network that did best on the validation rows: the most accurate, of equally accurate ones that with the
/// lower loss.
/// </summary>
/// <param name="patience">Number of epochs that bring nothing better after which it is time to stop.</param>
sealed class EarlyStopping(int patience)
{
    /// <summary>The best network, or null before the first epoch is over.</summary>
    public TrainedNetwork? Network { get; private set; }

    /// <summary>The epoch that gave it.</summary>
    public EpochSummary? Best { get; private set; }

    /// <summary>Goes on from what was the best so far.</summary>
    public void Restore(EpochSummary? best, TrainedNetwork? network) => (Best, Network) = (best, network);

    /// <summary>Takes note of an epoch.</summary>
    /// <param name="epoch">What the epoch came to, on the validation rows too.</param>
    /// <param name="network">Gives the network after the epoch.</param>
    /// <returns>Whether it is time to stop.</returns>
    public bool ShouldStop(EpochSummary epoch, Func<TrainedNetwork> network)
    {
        if (Best is null || IsBetter(epoch, Best))
            (Best, Network) = (epoch, network());
        return epoch.Epoch - Best.Epoch >= patience;
    }

    static bool IsBetter(EpochSummary epoch, EpochSummary than) =>
        epoch.ValidationAccuracy > than.ValidationAccuracy
        || epoch.ValidationAccuracy == than.ValidationAccuracy && epoch.ValidationLoss < than.ValidationLoss;
}
