using MnistMl.Numerics;

namespace MnistMl.Training;

/// <summary>The loss of probabilities that are already computed.</summary>
static class Loss
{
    /// <summary>A smaller probability counts as this, as in ML.NET's log-loss, so that the two compare.</summary>
    public const float MinProbability = 1e-15f;

    /// <summary>Cross-entropy of an example, in nats, and whether it is classified correctly.</summary>
    /// <param name="probabilities">[classes]</param>
    /// <param name="label">Its class.</param>
    public static (double CrossEntropy, bool IsCorrect) Of(ReadOnlySpan<float> probabilities, int label) =>
        (-Math.Log(Math.Clamp(probabilities[label], MinProbability, 1f)), probabilities.IndexOfMax() == label);
}
