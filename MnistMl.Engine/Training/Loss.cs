namespace MnistMl.Training;

/// <summary>The loss of probabilities that are already computed.</summary>
static class Loss
{
    /// <summary>The place of the first of the highest scores.</summary>
    public static int IndexOfMax(this ReadOnlySpan<float> scores)
    {
        var best = 0;
        for (var i = 1; i < scores.Length; i++)
        {
            if (scores[i] > scores[best])
                best = i;
        }
        return best;
    }

    /// <summary>Mean cross-entropy, in nats, and accuracy.</summary>
    /// <param name="probabilities">[rows, classes]</param>
    /// <param name="classes">[rows]</param>
    public static (double CrossEntropy, double Accuracy) Of(ReadOnlySpan<float> probabilities, ReadOnlySpan<int> classes)
    {
        var count = probabilities.Length / classes.Length;
        var (loss, correct) = (0.0, 0);
        for (var row = 0; row < classes.Length; row++)
        {
            var scores = probabilities.Slice(row * count, count);
            loss -= Math.Log(Math.Max(scores[classes[row]], float.Epsilon));
            correct += scores.IndexOfMax() == classes[row] ? 1 : 0;
        }
        return (loss / classes.Length, (double)correct / classes.Length);
    }
}
