using Microsoft.ML;
using MnistMl.Numerics;

namespace MnistMl;

/// <summary>What a model says of each row that it is tested on.</summary>
/// <param name="Labels">[rows]: the true class.</param>
/// <param name="Predicted">[rows]: the most probable class.</param>
/// <param name="Probabilities">[rows]: its probability.</param>
sealed record RowPredictions(IReadOnlyList<string> Labels, IReadOnlyList<string> Predicted, IReadOnlyList<float> Probabilities)
{
    /// <summary>[rows]: the probability of the true class, 0 for one that the model does not know; empty where it is not known.</summary>
    public IReadOnlyList<float> OfTruth { get; init; } = [];

    /// <summary>Number of rows.</summary>
    public int RowCount => Labels.Count;

    /// <summary>Takes the predictions from scored rows.</summary>
    /// <inheritdoc cref="ScoredRows.Read"/>
    /// <param name="scored"/><param name="label"/>
    /// <param name="classNames">The classes, in the order of the scores, and then those of the rows that the model does not know.</param>
    /// <returns>The predictions.</returns>
    public static RowPredictions Of(IDataView scored, string label, IReadOnlyList<string> classNames)
    {
        var (labels, predicted, probabilities, ofTruth) = (new List<string>(), new List<string>(), new List<float>(), new List<float>());
        foreach (var (truth, scores) in ScoredRows.Read(scored, label))
        {
            var best = ((ReadOnlySpan<float>)scores).IndexOfMax();
            labels.Add(classNames[truth]);
            predicted.Add(classNames[best]);
            probabilities.Add(scores[best]);
            ofTruth.Add(truth < scores.Length ? scores[truth] : 0);
        }
        return new(labels, predicted, probabilities) { OfTruth = ofTruth };
    }

    /// <summary>Whether the model is right about a row, from 0.</summary>
    public bool IsRight(int row) => Labels[row] == Predicted[row];

    /// <summary>The rows that the model is wrong about, from 0: those that it is surest of first.</summary>
    public IReadOnlyList<int> Mistakes =>
        [.. Enumerable.Range(0, RowCount).Where(row => !IsRight(row)).OrderByDescending(row => Probabilities[row])];
}
