using MnistMl.Evaluation;

namespace MnistMl.Tests.Evaluation;

/// <summary>Random probabilities with random truths; the fewer levels they have, the more of them are equal.</summary>
sealed class ScoredRows
{
    public ScoredRows(int seed, int rows, int classes, int levels)
    {
        var random = new Random(seed);
        Labels = [.. Enumerable.Range(0, classes).Select(label => $"class {label}")];
        Classes = [.. Enumerable.Range(0, rows).Select(_ => random.Next(classes))];
        Scores = [.. Enumerable.Range(0, rows).SelectMany(_ => Probabilities(random, classes, levels))];
    }

    public string[] Labels { get; }

    public int[] Classes { get; init; }

    public float[] Scores { get; init; }

    public MulticlassMetrics Compute(int topK = 3) => MulticlassMetrics.Compute(Scores, Classes, Labels, topK);

    static float[] Probabilities(Random random, int classes, int levels)
    {
        var weights = Enumerable.Range(0, classes).Select(_ => random.Next(levels)).ToArray();
        var sum = Math.Max(1, weights.Sum());
        return [.. weights.Select(weight => (float)weight / sum)];
    }
}
