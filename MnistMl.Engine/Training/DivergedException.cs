using MnistMl.Model;
using MnistMl.Optimizers;

namespace MnistMl.Training;

/// <summary>The loss of a training is no longer a number.</summary>
/// <param name="message">Where, and what is likely to have caused it.</param>
/// <param name="network">What there is to keep: the finished networks of an ensemble, or the last checkpoint; null for nothing.</param>
public sealed class DivergedException(string message, TrainedNetwork? network) : MnistMlException(message)
{
    /// <summary>What there is to keep: the finished networks of an ensemble, or the network of the last checkpoint; null for nothing.</summary>
    public TrainedNetwork? Network { get; } = network;

    /// <summary>The epochs that were finished before.</summary>
    public IReadOnlyList<EpochSummary> History { get; init; } = [];

    /// <summary>That of a training of one network.</summary>
    /// <param name="options">How it is trained.</param>
    /// <param name="networkNumber">The network's number in its ensemble, from 1.</param>
    /// <param name="place">Where it diverged.</param>
    /// <param name="network">What there is to keep; null for nothing.</param>
    /// <param name="history">The epochs that were finished before.</param>
    internal static DivergedException Of(
        TrainingOptions options, int networkNumber, string place, TrainedNetwork? network, IReadOnlyList<EpochSummary> history)
    {
        var number = options.EnsembleSize > 1 ? $" of network {networkNumber}" : "";
        var cause = options.Optimizer is AdamW { WeightDecay: var decay } && decay * options.LearningRate >= 1
            ? $"a weight decay of {decay} at a learning rate of {options.LearningRate}"
            : $"a learning rate of {options.LearningRate}";
        return new($"Training diverged {place}{number}: the loss is no longer a number. The likely cause is {cause}; try a lower one.", network) { History = history };
    }
}
