using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.MLNet;
using MnistMl.Training;

namespace MnistMl;

/// <summary>How well a model does on test rows: ML.NET's metrics, with confusions as a list, since most of them are none.</summary>
/// <param name="Accuracy">Share of the rows that are classified correctly, 0 to 1: ML.NET's micro-accuracy.</param>
/// <param name="MacroAccuracy">Mean recall of the classes that have rows, 0 to 1.</param>
/// <param name="LogLoss">Mean cross-entropy, in nats.</param>
/// <param name="LogLossReduction">By how much it is below that of the classes' shares, as a share of it; 1 is perfect.</param>
/// <param name="TopKAccuracy">Share of the rows whose class is among the <paramref name="TopK"/> most probable.</param>
/// <param name="TopK">How many those are.</param>
/// <param name="Classes">[classes]: the figures of each class that the model knows.</param>
/// <param name="Confusions">How often which class was predicted for which: the pairs that occur, by truth, then by prediction.</param>
/// <param name="UnknownRows">Number of rows of classes that the model does not know, all of them wrong.</param>
sealed record TestMetrics(
    double Accuracy, double MacroAccuracy, double LogLoss, double LogLossReduction, double TopKAccuracy, int TopK,
    IReadOnlyList<ClassMetrics> Classes, IReadOnlyList<Confusion> Confusions, long UnknownRows)
{
    /// <summary>Above so many classes, nothing is computed or shown for each pair of them.</summary>
    public const int MaxMatrixClasses = 100;

    /// <summary>How far the probabilities can be trusted; null where the scores are none.</summary>
    public Reliability? Reliability { get; init; }

    /// <summary>What the model says of each row.</summary>
    public RowPredictions Predictions { get; init; } = new([], [], []);

    /// <summary>Number of rows.</summary>
    public long RowCount => UnknownRows + Classes.Sum(figures => figures.Rows);

    /// <summary>[classes, classes]: the confusion matrix, a row for each truth; null where there are too many classes.</summary>
    public long[][]? Matrix
    {
        get
        {
            if (Classes.Count > MaxMatrixClasses)
                return null;
            long[][] matrix = [.. Classes.Select(_ => new long[Classes.Count])];
            foreach (var (truth, predicted, count) in Confusions)
                matrix[truth][predicted] = count;
            return matrix;
        }
    }

    /// <summary>Tests scores by ML.NET, whose evaluator keeps a confusion matrix.</summary>
    /// <param name="mlContext">ML.NET.</param>
    /// <param name="scored">Rows with the scores of the classes, probabilities, as <c>Score</c>.</param>
    /// <param name="label">The column of the true class, as a key; keys above the number of scores are of unknown classes.</param>
    /// <param name="topK">How many classes the top-k accuracy is to look at.</param>
    public static TestMetrics Evaluate(MLContext mlContext, IDataView scored, string label, int topK)
    {
        // The predicted class is found from the scores, but a column of keys is asked for all the same.
        var metrics = mlContext.MulticlassClassification.Evaluate(scored, label, predictedLabelColumnName: label, topKPredictionCount: topK);
        var counts = metrics.ConfusionMatrix.Counts;
        var classes = counts.Select((row, truth) => new ClassMetrics((long)row.Sum(), (long)counts.Sum(other => other[truth]), (long)row[truth]));
        var confusions = counts.SelectMany((row, truth) => row.Index()
            .Where(cell => cell.Item > 0).Select(cell => new Confusion(truth, cell.Index, (long)cell.Item)));
        var hasUnknown = ((KeyDataViewType)scored.Schema[label].Type).Count > (ulong)counts.Count;
        return new(
            metrics.MicroAccuracy, metrics.MacroAccuracy, metrics.LogLoss, metrics.LogLossReduction, metrics.TopKAccuracy,
            metrics.TopKPredictionCount, [.. classes], [.. confusions],
            UnknownRows: hasUnknown ? ScoredRows.Read(scored, label).LongCount(row => row.Truth >= counts.Count) : 0);
    }

    /// <summary>The same metrics for many classes, in memory that grows with the confusions that occur.</summary>
    /// <inheritdoc cref="Evaluate"/>
    public static TestMetrics Count(IDataView scored, string label, int topK)
    {
        var classCount = ((VectorDataViewType)scored.Schema[ScoredSchema.Score].Type).Size;
        var classes = new ClassMetrics[classCount];
        var confusions = new Dictionary<(int Truth, int Predicted), long>();
        var (rows, unknown, correct, amongTop, loss) = (0L, 0L, 0L, 0L, 0.0);

        foreach (var (truth, scores) in ScoredRows.Read(scored, label))
        {
            // As ML.NET does, which leaves such rows out.
            if (truth < 0 || scores.AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
                continue;
            rows++;
            var predicted = scores.AsSpan().IndexOf(scores.Max());
            if (truth >= classCount)
            {
                unknown++;
                loss -= Math.Log(Loss.MinProbability);
                continue;
            }
            var own = scores[truth];
            loss -= Math.Log(Math.Clamp(own, Loss.MinProbability, 1f));
            var above = 0;
            for (var i = 0; i < scores.Length && above < topK; i++)
                above += scores[i] > own || scores[i] == own && i < truth ? 1 : 0;
            amongTop += above < topK ? 1 : 0;
            correct += predicted == truth ? 1 : 0;
            classes[truth] = classes[truth] with { Rows = classes[truth].Rows + 1, Correct = classes[truth].Correct + (predicted == truth ? 1 : 0) };
            classes[predicted] = classes[predicted] with { Predicted = classes[predicted].Predicted + 1 };
            confusions[(truth, predicted)] = confusions.GetValueOrDefault((truth, predicted)) + 1;
        }

        var known = classes.Where(figures => figures.Rows > 0).ToArray();
        var entropy = -known.Select(figures => (double)figures.Rows / rows).Sum(share => share * Math.Log(share));
        loss /= rows;
        return new(
            (double)correct / rows, known.Length == 0 ? 0 : known.Average(figures => figures.Recall), loss, (entropy - loss) / entropy,
            (double)amongTop / rows, topK, classes,
            [.. confusions.Select(pair => new Confusion(pair.Key.Truth, pair.Key.Predicted, pair.Value))
                .OrderBy(confusion => confusion.Truth).ThenBy(confusion => confusion.Predicted)],
            unknown);
    }
}

/// <summary>How well a model does on a class.</summary>
/// <param name="Rows">Number of rows of the class.</param>
/// <param name="Predicted">Number of rows, of known classes, that it was predicted for.</param>
/// <param name="Correct">How many of them are right.</param>
readonly record struct ClassMetrics(long Rows, long Predicted, long Correct)
{
    /// <summary>Share of what it was predicted for that is right; 0 where it was not predicted.</summary>
    public double Precision => Predicted == 0 ? 0 : (double)Correct / Predicted;

    /// <summary>Share of its rows that it was predicted for; 0 where it has none.</summary>
    public double Recall => Rows == 0 ? 0 : (double)Correct / Rows;

    /// <summary>Harmonic mean of precision and recall; 0 where both are.</summary>
    public double F1 => Correct == 0 ? 0 : 2 * Precision * Recall / (Precision + Recall);
}

/// <summary>How often a class was predicted for another, or for itself.</summary>
/// <param name="Truth">The true class, from 0.</param>
/// <param name="Predicted">The predicted class, from 0.</param>
/// <param name="Count">Number of rows.</param>
readonly record struct Confusion(int Truth, int Predicted, long Count);
