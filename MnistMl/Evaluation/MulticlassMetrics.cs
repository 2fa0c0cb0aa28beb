namespace MnistMl.Evaluation;

/// <summary>
/// How well a classifier does on labelled rows, by the definitions of ML.NET's <c>MulticlassClassificationMetrics</c>.
/// </summary>
public sealed class MulticlassMetrics
{
    /// <summary>Labels in class order.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Share of the rows classified correctly, 0 to 1: accuracy.</summary>
    public required double MicroAccuracy { get; init; }

    /// <summary>Mean recall over the classes that have rows, 0 to 1.</summary>
    public required double MacroAccuracy { get; init; }

    /// <summary>
    /// Mean of −ln(probability of the true class), in nats: cross-entropy. A probability below 1e-15 counts as 1e-15,
    /// so that no row costs more than 34.5.
    /// </summary>
    public required double LogLoss { get; init; }

    /// <summary>
    /// 1 − log-loss ÷ the log-loss of always predicting the classes' shares of these rows; 1 is perfect, below 0 is
    /// worse than that. Not finite where all rows are of one class, for then there is nothing to reduce.
    /// </summary>
    public required double LogLossReduction { get; init; }

    /// <summary>The k of <see cref="TopKAccuracy"/>.</summary>
    public required int TopK { get; init; }

    /// <summary>
    /// Share of the rows whose true class is among the <see cref="TopK"/> most probable, 0 to 1. Of equally probable
    /// classes the first in class order goes first, here as for the predicted class.
    /// </summary>
    public required double TopKAccuracy { get; init; }

    /// <summary>[truth, predicted]: the number of rows of each.</summary>
    public required IReadOnlyList<IReadOnlyList<long>> ConfusionMatrix { get; init; }

    /// <summary>For each class, of the rows predicted as it, the share that are it; 0 where there are none.</summary>
    public required IReadOnlyList<double> Precision { get; init; }

    /// <summary>For each class, of its rows, the share predicted as it; 0 where it has none.</summary>
    public required IReadOnlyList<double> Recall { get; init; }

    /// <summary>Number of rows evaluated.</summary>
    public required long Rows { get; init; }

    /// <summary>For each class, the harmonic mean of its precision and recall; 0 where both are.</summary>
    public IReadOnlyList<double> F1 =>
        [.. Precision.Zip(Recall, (precision, recall) => Share(2 * precision * recall, precision + recall))];

    /// <summary>Evaluates the probabilities that a classifier gave to rows whose classes are known.</summary>
    /// <param name="scores">[rows, labels]: for each row the probability of each class.</param>
    /// <param name="classes">[rows], at least one: each row's class, an index into <paramref name="labels"/>.</param>
    /// <param name="labels">The classes' names, in class order.</param>
    /// <param name="topK">The k of <see cref="TopKAccuracy"/>, at least 1.</param>
    /// <exception cref="ArgumentException">
    /// There are no rows, the sizes do not fit each other, or a class is not among the labels.
    /// </exception>
    /// <exception cref="MnistMlException">A score is infinite or not a number.</exception>
    public static MulticlassMetrics Compute(
        ReadOnlySpan<float> scores, ReadOnlySpan<int> classes, IReadOnlyList<string> labels, int topK = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        if (classes.IsEmpty)
            throw new ArgumentException("There are no rows to evaluate.", nameof(classes));
        if (scores.Length != (long)classes.Length * labels.Count)
        {
            throw new ArgumentException(
                $"{scores.Length} scores for {classes.Length} rows of {labels.Count} classes.", nameof(scores));
        }
        if (classes.ContainsAnyExceptInRange(0, labels.Count - 1))
            throw new ArgumentException("A class is not among the labels.", nameof(classes));

        // ML.NET leaves such rows out, and so gives a network that has diverged a log-loss of 0.
        if (scores.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue) is >= 0 and var index)
        {
            throw new MnistMlException($"The scores of row {index / labels.Count + 1} are not finite numbers: "
                + "the model's weights are broken, as after training with too high a learning rate.");
        }

        var counts = new long[labels.Count][];
        for (var label = 0; label < counts.Length; label++)
            counts[label] = new long[labels.Count];
        var (totalLoss, inTopK) = (0.0, 0L);

        for (var row = 0; row < classes.Length; row++)
        {
            var truth = classes[row];
            var rowScores = scores.Slice(row * labels.Count, labels.Count);
            var (predicted, rank) = PredictedAndRank(rowScores, truth);
            counts[truth][predicted]++;
            inTopK += rank < topK ? 1 : 0;
            totalLoss -= Math.Log(Math.Clamp(rowScores[truth], 1e-15f, 1f));
        }

        var truths = counts.Select(row => row.Sum()).ToArray();
        var predictions = labels.Select((_, label) => counts.Sum(row => row[label])).ToArray();
        var correct = counts.Select((row, label) => row[label]).ToArray();
        var recall = correct.Zip(truths, (hits, all) => Share(hits, all)).ToArray();

        double rows = classes.Length;
        var logLoss = totalLoss / rows;
        var priorLogLoss = truths.Where(count => count > 0).Sum(count => count * Math.Log(count / rows)) / -rows;

        return new MulticlassMetrics
        {
            Labels = labels,
            MicroAccuracy = correct.Sum() / rows,
            MacroAccuracy = recall.Where((_, label) => truths[label] > 0).Average(),
            LogLoss = logLoss,
            LogLossReduction = (priorLogLoss - logLoss) / priorLogLoss,
            TopK = topK,
            TopKAccuracy = inTopK / rows,
            ConfusionMatrix = counts,
            Precision = [.. correct.Zip(predictions, (hits, all) => Share(hits, all))],
            Recall = recall,
            Rows = classes.Length,
        };
    }

    /// <summary>The most probable class, and how many classes come before the true one.</summary>
    static (int Predicted, int Rank) PredictedAndRank(ReadOnlySpan<float> scores, int truth)
    {
        var (predicted, rank) = (0, 0);
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i] > scores[predicted])
                predicted = i;
            if (scores[i] > scores[truth] || (scores[i] == scores[truth] && i < truth))
                rank++;
        }
        return (predicted, rank);
    }

    static double Share(double part, double whole) => whole > 0 ? part / whole : 0;
}
