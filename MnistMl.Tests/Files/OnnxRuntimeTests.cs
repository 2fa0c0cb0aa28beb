using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Tests.Inference;
using MnistMl.Tests.Model;
using MnistMl.Training;

namespace MnistMl.Tests.Files;

/// <summary>What ONNX Runtime makes of our files.</summary>
public class OnnxRuntimeTests
{
    const double Tolerance = 1e-5;

    [Theory]
    [InlineData(784, 128, 64, 10)]
    [InlineData(784, 10)]
    [InlineData(784, 1, 10)]
    [InlineData(20, 50, 7, 30, 2)]
    [InlineData(1, 1, 3, 1, 2, 3)]
    [InlineData(64, 1000, 100, 26)]
    [InlineData(5, 4, 1)]
    public void It_gives_the_probabilities_and_the_label_that_the_network_gives(params int[] sizes)
    {
        const int rows = 50;
        for (var seed = 0; seed < 3; seed++)
        {
            var network = Networks.Random(seed, sizes);
            // As in an image, most are zero.
            var pixels = new Random(seed).GetItems([0f, 0, 0, 1, 128, 255], rows * network.FeatureCount);
            var expected = pixels.Chunk(network.FeatureCount).SelectMany(row => Networks.Score(network, row));
            AssertAgree(network, [.. expected], OnnxRuntime.Run(network, pixels));
        }
    }

    [Theory]
    [InlineData("conv 4 5x5 /2, conv 6 5x5 /2, dense 16")]
    [InlineData("conv 3 3x3 +1, max 2x2, conv 5 3x3 /2 +2, dense 10")]
    [InlineData("conv 17 2x7 /3 +4, max 3x2 /1, conv 2 4x1 /1 +1")]
    [InlineData("conv 3 5x3, average 2x3 /2, max 5x1 /3, dense 8, dense 6")]
    [InlineData("conv 2 28x28, dense 5")]
    [InlineData("conv 2 1x1 /9 +3, average 4x4 /1")]
    public void It_gives_the_probabilities_that_the_engine_gives_of_convolutions_and_poolings(string hidden)
    {
        var test = DatasetFile.Read(BundledData.Find()).Slice(60_000, 100);
        for (var seed = 0; seed < 3; seed++)
        {
            var network = Networks.Images(seed, NetworkParser.Parse(hidden));
            var expected = Array.ConvertAll(Scoring.Of(network, test), score => (double)score);
            AssertAgree(network, expected, OnnxRuntime.Run(network, [.. test.Pixels.ToArray().Select(pixel => (float)pixel)]));
        }
    }

    [Fact]
    public void Labels_that_are_numbers_are_given_as_they_are()
    {
        var network = new TrainedNetwork(
            [new(1, 3, [1, -1, 0], [0, 0, 0.5f])], ["-12", "9223372036854775807", "0"]);

        Assert.Equal(["-12", "9223372036854775807", "0"], OnnxRuntime.Run(network, [2, -2, 0]).Labels);
    }

    [Fact]
    public void A_batch_has_any_number_of_rows()
    {
        var network = Networks.Random(1, 20, 30, 4);
        var pixels = new Random(1).GetItems([0f, 0, 0, 1, 128, 255], 100 * network.FeatureCount);

        var one = OnnxRuntime.Run(network, pixels[..network.FeatureCount]);
        var all = OnnxRuntime.Run(network, pixels);

        Assert.Equal((1, 100), (one.Labels.Length, all.Labels.Length));
        AssertAgree(network, Array.ConvertAll(one.Probabilities, score => (double)score), (all.Probabilities[..4], all.Labels[..1]));
    }

    [Fact]
    public void It_gives_the_probabilities_of_a_trained_network_for_test_rows_of_MNIST()
    {
        var mnist = DatasetFile.Read(BundledData.Find());
        var network = Trainer.Train(mnist.Slice(0, 2000), validation: null, new TrainingOptions { HiddenLayers = [64] }).Network;
        var test = mnist.Slice(60_000, 1000);

        var expected = Array.ConvertAll(Scoring.Of(network, test), score => (double)score);
        var actual = OnnxRuntime.Run(network, [.. test.Pixels.ToArray().Select(pixel => (float)pixel)]);

        AssertAgree(network, expected, actual);
        var correct = actual.Labels.Zip(test.Labels.ToArray(), (label, @class) => label == test.ClassNames[@class]).Count(same => same);
        Assert.InRange(correct, 800, 1000);
    }

    static void AssertAgree(TrainedNetwork network, double[] expected, (float[] Probabilities, string[] Labels) actual)
    {
        Assert.Equal(expected.Length, actual.Probabilities.Length);
        var largest = expected.Zip(actual.Probabilities, (a, b) => Math.Abs(a - b)).Max();
        TestContext.Current.TestOutputHelper?.WriteLine($"The probabilities differ by at most {largest:E1}.");
        Assert.InRange(largest, 0, Tolerance);
        Assert.Equal(
            actual.Probabilities.Chunk(network.ClassNames.Count).Select(scores => network.ClassNames[scores.IndexOf(scores.Max())]),
            actual.Labels);
    }
}
