using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Network;
using MnistMl.Training;

namespace MnistMl.Tests.Training;

/// <summary>Convolutional networks, trained on real digits and handed on as affine layers.</summary>
public sealed class ConvolutionalTrainingTests
{
    static readonly Dataset _mnist = DatasetFile.Read(BundledData.Find());

    [Fact]
    public void They_see_more_in_2000_digits_than_dense_layers_do()
    {
        var (train, validation) = (_mnist.Slice(0, 2000), _mnist.Slice(2000, 1000));
        var options = new TrainingOptions { Epochs = 15, HiddenLayers = NetworkText.Parse("conv 16 5x5 /2, conv 32 5x5 /2, dense 64") };

        var result = Trainer.Train(train, validation, options);

        var dense = Trainer.Train(train, validation, options with { HiddenLayers = [64] });
        Assert.True(result.History[^1].ValidationAccuracy > 0.94, $"accuracy {result.History[^1].ValidationAccuracy}");
        Assert.True(result.History[^1].ValidationAccuracy > dense.History[^1].ValidationAccuracy);
    }

    [Theory]
    [InlineData("conv 3 5x5 /2, dense 10")]
    [InlineData("conv 3 3x3 +1, average 2x2, conv 4 3x3 /2, dense 10")]
    [InlineData("conv 2 5x5, average 4x4, average 2x2")]
    [InlineData("conv 2 28x28, dense 5")]
    public void As_affine_layers_they_give_the_same_scores(string network)
    {
        var (train, validation) = (_mnist.Slice(0, 200), _mnist.Slice(2000, 100));
        var result = Trainer.Train(train, validation, new TrainingOptions { Epochs = 1, HiddenLayers = NetworkText.Parse(network) });

        var (loss, accuracy) = Loss.Of(Scorer.Score(result.Network, validation), validation.Classes);

        Assert.Equal(result.History[^1].ValidationLoss!.Value, loss, 1e-5);
        Assert.Equal(result.History[^1].ValidationAccuracy!.Value, accuracy, 1e-9);
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights_for_any_number_of_threads()
    {
        var options = new TrainingOptions { Epochs = 1, BatchSize = 50, HiddenLayers = NetworkText.Parse("conv 3 5x5 /2 +2, conv 5 3x3, average 2x2") };
        var one = Weights(1);

        // More threads than there are groups of rows, too.
        foreach (var threads in (int[])[2, 3, 9])
            Assert.Equal(one, Weights(threads));

        float[] Weights(int threads) =>
            [.. Trainer.Train(_mnist.Slice(0, 220), null, options with { Threads = threads }).Network.Layers.SelectMany(layer => layer.Weights.Concat(layer.Biases))];
    }

    [Theory]
    [InlineData("conv 4 5x5, conv 4 25x25", "Layer 2")]
    [InlineData("average 2x2", "Layer 1")]
    [InlineData("conv 512 3x3, conv 512 3x3", "fewer channels")]
    public void Layers_that_do_not_fit_are_named(string network, string mention) =>
        Assert.Contains(mention, Assert.Throws<MnistMlException>(
            () => Trainer.Train(_mnist.Slice(0, 20), null, new TrainingOptions { HiddenLayers = NetworkText.Parse(network) })).Message, StringComparison.Ordinal);
}
