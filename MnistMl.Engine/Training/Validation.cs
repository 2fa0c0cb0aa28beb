using MnistMl.Inference;
using MnistMl.Network;

namespace MnistMl.Training;

/// <summary>Measures a network in training on examples that it is not trained on. All threads share them.</summary>
/// <param name="examples">The examples, at least one.</param>
/// <param name="network">The network.</param>
/// <param name="team">The threads.</param>
sealed class Validation(TrainingSet examples, FeedForwardNetwork network, ThreadTeam team)
{
    /// <summary>Examples that a thread keeps the probabilities of: all of them may not fit in memory.</summary>
    const int BatchRows = BatchPredictor.BatchRows;

    readonly BatchPredictor[] _predictors = [.. Enumerable.Range(0, team.ThreadCount).Select(_ => new BatchPredictor(network))];

    readonly double[] _losses = new double[examples.Input.RowCount];
    readonly bool[] _isCorrect = new bool[examples.Input.RowCount];

    /// <summary>[threads][<see cref="BatchRows"/> examples, classes]</summary>
    readonly float[][] _probabilities = [.. Enumerable.Range(0, team.ThreadCount).Select(_ => new float[(long)BatchRows * network.ClassCount])];

    /// <summary>Measures a thread's share of the examples.</summary>
    public void Predict(int thread)
    {
        var (first, end) = ThreadTeam.Share(examples.Input.RowCount, thread, team.ThreadCount);
        for (; first < end; first += BatchRows)
        {
            var probabilities = _probabilities[thread].AsSpan(0, Math.Min(BatchRows, end - first) * network.ClassCount);
            _predictors[thread].Predict(examples.Input, first, probabilities);
            for (var start = 0; start < probabilities.Length; start += network.ClassCount)
            {
                var example = first + start / network.ClassCount;
                (_losses[example], _isCorrect[example]) =
                    Loss.Of(probabilities.Slice(start, network.ClassCount), examples.Labels.Span[example]);
            }
        }
    }

    /// <summary>Mean cross-entropy, in nats, and accuracy, once all threads have measured their share.</summary>
    public (double? Loss, double? Accuracy) Measure() =>
        (_losses.Sum() / _losses.Length, (double)_isCorrect.Count(isCorrect => isCorrect) / _isCorrect.Length);
}
