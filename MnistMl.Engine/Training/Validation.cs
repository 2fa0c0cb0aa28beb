using MnistMl.Inference;
using MnistMl.Network;

namespace MnistMl.Training;

/// <summary>Measures a network in training on examples that it is not trained on. All threads share them.</summary>
/// <param name="examples">The examples, at least one.</param>
/// <param name="network">The network.</param>
/// <param name="team">The threads.</param>
sealed class Validation(TrainingSet examples, FeedForwardNetwork network, ThreadTeam team)
{
    readonly BatchPredictor[] _predictors = [.. Enumerable.Range(0, team.ThreadCount).Select(_ => new BatchPredictor(network))];

    /// <summary>[examples, classes]</summary>
    readonly float[] _probabilities = new float[(long)examples.Input.RowCount * network.ClassCount];

    /// <summary>Scores a thread's share of the examples.</summary>
    public void Predict(int thread)
    {
        var (first, end) = ThreadTeam.Share(examples.Input.RowCount, thread, team.ThreadCount);
        _predictors[thread].Predict(
            examples.Input, first, _probabilities.AsSpan((first * network.ClassCount)..(end * network.ClassCount)));
    }

    /// <summary>Mean cross-entropy, in nats, and accuracy, once all threads have scored their share.</summary>
    public (double? Loss, double? Accuracy) Measure() => Loss.Of(_probabilities, examples.Labels.Span);
}
