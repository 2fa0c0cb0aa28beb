using MnistMl.Numerics;

namespace MnistMl.Training;

/// <summary>The loss of probabilities that are already computed.</summary>
static class Loss
{
    /// <summary>A smaller probability counts as this, as in ML.NET's log-loss, so that the two compare.</summary>
    const float MinProbability = 1e-15f;

    /// <summary>Mean cross-entropy, in nats, and accuracy.</summary>
    /// <param name="probabilities">[rows, classes]</param>
    /// <param name="labels">[rows]</param>
    public static (double CrossEntropy, double Accuracy) Of(ReadOnlySpan<float> probabilities, ReadOnlySpan<int> labels)
    {
        var count = probabilities.Length / labels.Length;
        var (loss, correct) = (0.0, 0);
        for (var row = 0; row < labels.Length; row++)
        {
            var scores = probabilities.Slice(row * count, count);
            loss -= Math.Log(Math.Clamp(scores[labels[row]], MinProbability, 1f));
            correct += scores.IndexOfMax() == labels[row] ? 1 : 0;
        }
        return (loss / labels.Length, (double)correct / labels.Length);
    }
}
