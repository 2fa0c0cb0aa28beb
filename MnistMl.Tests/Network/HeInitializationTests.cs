using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Optimizers;
using MnistMl.Training;

namespace MnistMl.Tests.Network;

/// <summary>The weights that a training starts from, in every kind of layer.</summary>
public sealed class HeInitializationTests
{
    const int Features = 64, Classes = 10;

    /// <summary>
    /// With rows of zeros the first layer is one for sparse rows, and the second takes its outputs in groups.
    /// </summary>
    [Theory]
    [InlineData("300, 200, 100", false)]
    [InlineData("300, 200, 100", true)]
    [InlineData("none", false)]
    [InlineData("none", true)]
    [InlineData("conv 200 3x3, conv 40 3x3 /2 +1, dense 100", false)]
    public void Weights_are_normal_with_a_variance_of_two_by_the_fan_in_and_biases_zero(string network, bool sparse)
    {
        var pixels = new byte[Classes * Features];
        Array.Fill(pixels, (byte)(sparse ? 0 : byte.MaxValue));
        var data = new Dataset(
            pixels, Enumerable.Range(0, Classes).ToArray(), Features, [.. Enumerable.Range(0, Classes).Select(label => $"{label}")]);

        // A learning rate that is zero as a float leaves everything as it is drawn.
        var drawn = Trainer.Train(data, null, new TrainingOptions
        {
            HiddenLayers = NetworkParser.Parse(network),
            Epochs = 1,
            Optimizer = new Sgd(Momentum: 0),
            LearningRate = 1e-300,
        }).Network.AllParameters.ToArray();

        foreach (var (layer, (weights, biases)) in drawn.Index())
        {
            var (count, fanIn) = (weights.Length, weights.Length / biases.Length);
            // A trained network's first weights take pixels up to 255.
            var deviation = Math.Sqrt(2.0 / fanIn) / (layer == 0 ? 255 : 1);
            double[] normal = [.. weights.Select(weight => weight / deviation)];

            // All within six standard errors. A variance of 1 ÷ fan-in would be 0.5 here, eight of them away at the
            // least.
            Assert.Equal(0, normal.Average(), 6 / Math.Sqrt(count));
            Assert.Equal(1, normal.Average(x => x * x), 6 * Math.Sqrt(2.0 / count));
            const double Beyond = 0.0455;
            Assert.Equal(Beyond, normal.Average(x => Math.Abs(x) > 2 ? 1 : 0), 6 * Math.Sqrt(Beyond / count));
            Assert.All(biases, bias => Assert.Equal(0, bias));
        }
    }
}
