using MnistMl.Model;

namespace MnistMl.Training;

/// <summary>The loss of a training is no longer a number.</summary>
/// <param name="message">Where, and what is likely to have caused it.</param>
/// <param name="network">What there is to keep: the finished networks of an ensemble, or the last checkpoint; null for nothing.</param>
public sealed class DivergedException(string message, TrainedNetwork? network) : MnistMlException(message)
{
    /// <summary>What there is to keep: the finished networks of an ensemble, or the network of the last checkpoint; null for nothing.</summary>
    public TrainedNetwork? Network { get; } = network;
}
