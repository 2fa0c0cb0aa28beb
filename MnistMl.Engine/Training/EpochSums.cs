namespace MnistMl.Training;

/// <summary>What the examples of an epoch came to so far, each when it was trained on.</summary>
/// <param name="Loss">Sum of their cross-entropies, in nats.</param>
/// <param name="Correct">How many were classified correctly.</param>
/// <param name="Examples">How many there were.</param>
readonly record struct EpochSums(double Loss, long Correct, long Examples)
{
    /// <summary>Mean cross-entropy.</summary>
    public double MeanLoss => Loss / Examples;

    /// <summary>Share that was classified correctly, 0 to 1.</summary>
    public double Accuracy => (double)Correct / Examples;
}
