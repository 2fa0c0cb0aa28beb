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
        var probabilities = new float[rows.Rows * network.Labels.Count];
        new Predictor(network).Probabilities(rows.Pixels, probabilities);
        return probabilities;
    }

    /// <returns>[rows, classes]</returns>
    public static float[] Of(FeedForwardNetwork network, InputRows rows)
    {
        var probabilities = new float[rows.Rows * network.Classes];
        new Scorer(network).Score(rows, 0, probabilities);
        return probabilities;
    }
}
