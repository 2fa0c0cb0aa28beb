using MnistMl.Data;
using MnistMl.Inference;
using MnistMl.Model;
using MnistMl.Network;

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

    /// <returns>[rows, classes]</returns>
    public static float[] Of(FeedForwardNetwork network, FeatureMatrix rows)
    {
        var probabilities = new float[rows.RowCount * network.ClassCount];
        new BatchPredictor(network).Predict(rows, 0, probabilities);
        return probabilities;
    }
}
