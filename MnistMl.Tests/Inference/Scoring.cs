using MnistMl.Data;
using MnistMl.Inference;
using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Training;

namespace MnistMl.Tests.Inference;

/// <summary>The probabilities that a network gives to all rows of some data.</summary>
static class Scoring
{
    /// <returns>[rows, classes]</returns>
    public static float[] Of(TrainedNetwork network, Dataset rows)
    {
        var probabilities = new float[rows.RowCount * network.ClassNames.Count];
        new Predictor(network).Probabilities(rows.Pixels, probabilities);
        return probabilities;
    }

    /// <summary>Mean cross-entropy, in nats, and accuracy.</summary>
    public static (double Loss, double Accuracy) Measure(TrainedNetwork network, Dataset rows)
    {
        var measured = Of(network, rows).Chunk(network.ClassNames.Count).Select((scores, row) => Loss.Of(scores, rows.Labels[row])).ToArray();
        return (measured.Average(row => row.CrossEntropy), measured.Average(row => row.IsCorrect ? 1 : 0));
    }

    /// <returns>[rows, classes]</returns>
    public static float[] Of(FeedForwardNetwork network, FeatureMatrix rows)
    {
        var probabilities = new float[rows.RowCount * network.ClassCount];
        new BatchPredictor(network).Predict(rows, 0, probabilities);
        return probabilities;
    }
}
