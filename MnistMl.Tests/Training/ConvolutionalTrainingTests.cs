using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Tests.Inference;
using MnistMl.Tests.Model;
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
        var options = new TrainingOptions { Epochs = 15, HiddenLayers = NetworkParser.Parse("conv 16 5x5 /2, conv 32 5x5 /2, dense 64") };

        var result = Trainer.Train(train, validation, options);

        var dense = Trainer.Train(train, validation, options with { HiddenLayers = [64] });
        Assert.True(result.History[^1].ValidationAccuracy > 0.94, $"accuracy {result.History[^1].ValidationAccuracy}");
        Assert.True(result.History[^1].ValidationAccuracy > dense.History[^1].ValidationAccuracy);
    }

    [Fact]
    public void Normalised_they_learn_faster()
    {
        var (train, validation) = (_mnist.Slice(0, 2000), _mnist.Slice(2000, 1000));
        double Accuracy(string network) => Trainer.Train(
            train, validation, new TrainingOptions { Epochs = 2, HiddenLayers = NetworkParser.Parse(network) }).History[^1].ValidationAccuracy!.Value;

        var normalized = Accuracy("conv 16 5x5 /2 norm, conv 32 5x5 /2 norm, dense 64");

        Assert.True(normalized > 0.9, $"accuracy {normalized}");
        Assert.True(normalized > Accuracy("conv 16 5x5 /2, conv 32 5x5 /2, dense 64"));
    }

    [Fact]
    public void With_normalisation_and_dropout_they_still_learn()
    {
        var options = new TrainingOptions
        {
            Epochs = 15,
            HiddenLayers = NetworkParser.Parse("conv 16 5x5 /2 norm, conv 32 5x5 /2 norm, dropout 0.3, dense 64, dropout 0.3"),
        };

        var result = Trainer.Train(_mnist.Slice(0, 2000), _mnist.Slice(2000, 1000), options);

        Assert.True(result.History[^1].ValidationAccuracy > 0.95, $"accuracy {result.History[^1].ValidationAccuracy}");
        Assert.True(result.History[^1].ValidationAccuracy > result.History[^1].TrainAccuracy - 0.03, "Part of the network knows less than all of it.");
    }

    [Theory]
    [InlineData("conv 3 5x5 /2, dense 10")]
    [InlineData("conv 3 3x3 +1, average 2x2, conv 4 3x3 /2, dense 10")]
    [InlineData("conv 2 5x5, average 4x4, average 2x2")]
    [InlineData("conv 2 28x28, dense 5")]
    [InlineData("conv 3 5x5 /2 norm, conv 4 3x3 norm, average 2x2, dense 10")]
    [InlineData("conv 2 28x28 norm")]
    [InlineData("conv 3 5x5 /2 norm, dropout 0.2, average 2x2, dropout 0.2, dense 10, dropout 0.5")]
    public void As_affine_layers_they_give_the_same_scores(string network)
    {
        var (train, validation) = (_mnist.Slice(0, 200), _mnist.Slice(2000, 100));
        var result = Trainer.Train(train, validation, new TrainingOptions { Epochs = 1, Calibrate = false, HiddenLayers = NetworkParser.Parse(network) });

        var (loss, accuracy) = Scoring.Measure(result.Network, validation);

        Assert.Equal(result.History[^1].ValidationLoss!.Value, loss, 1e-5);
        Assert.Equal(result.History[^1].ValidationAccuracy!.Value, accuracy, 1e-9);
    }

    [Theory]
    [InlineData("conv 3 5x5 /2 +2, conv 5 3x3, average 2x2")]
    [InlineData("conv 3 5x5 /2 +2 norm, conv 5 3x3 norm, average 2x2")]
    [InlineData("conv 3 5x5 /2 +2 norm, dropout 0.1, conv 5 3x3, average 2x2, dropout 0.2, dense 10, dropout 0.5")]
    public void The_same_seed_gives_the_same_weights_for_any_number_of_threads(string network)
    {
        var options = new TrainingOptions { Epochs = 1, BatchSize = 50, HiddenLayers = NetworkParser.Parse(network) };
        var one = Weights(1);

        // More threads than there are groups of rows, too.
        foreach (var threads in (int[])[2, 3, 9])
            Assert.Equal(one, Weights(threads));

        float[] Weights(int threads) =>
            Networks.Numbers(Trainer.Train(_mnist.Slice(0, 220), null, options with { NumberOfThreads = threads }).Network);
    }

    [Fact]
    public void All_that_the_best_recipe_does_has_the_same_weights_for_any_number_of_threads()
    {
        var options = Recipe.Best.Options with
        {
            HiddenLayers = NetworkParser.Parse("conv 3 5x5 /2 norm, conv 5 3x3 /2 norm, dropout 0.2, dense 9"),
            Epochs = 2,
            BatchSize = 50,
            NoAugmentationShare = 0.5,
            EnsembleSize = 2,
        };
        Assert.Equal(Weights(1), Weights(3));

        float[] Weights(int threads) =>
            Networks.Numbers(Trainer.Train(_mnist.Slice(0, 220), null, options with { NumberOfThreads = threads }).Network);
    }

    [Theory]
    [InlineData("conv 4 5x5, conv 4 25x25", "Layer 2 of the network, 'conv 4 25x25', takes 24×24×4: A window of 25×25 does not fit an image of 24×24.")]
    [InlineData("average 2x2", "Layer 1 of the network, 'average 2x2 /2', takes 28×28×1: A pooling cannot come first. Put a convolution before it.")]
    [InlineData("dropout 0.1, dense 8", "Layer 1 of the network, 'dropout 0.1', takes 784: It would have to come after")]
    [InlineData("dense 8, dropout 0.1, dropout 0.2", "Layer 3")]
    [InlineData("200000, 200000", "Layer 2 of the network, 'dense 200000', takes 200000: It would have 40,000,200,000 weights, more than 1,073,741,824. Make it, or what is before it, smaller.")]
    [InlineData("dense 8, conv 4 5x5", "Layer 2 of the network, 'conv 4 5x5', takes 8: It would have to come before all that is fully connected.")]
    [InlineData("conv 1 1x1 /1000000000 +1000000000", "Padded by 1,000,000,000")]
    public void Layers_that_do_not_fit_are_named(string network, string mention) =>
        Assert.Contains(mention, Assert.Throws<MnistMlException>(
            () => Trainer.Train(_mnist.Slice(0, 20), null, new TrainingOptions { HiddenLayers = NetworkParser.Parse(network) })).Message, StringComparison.Ordinal);
}
