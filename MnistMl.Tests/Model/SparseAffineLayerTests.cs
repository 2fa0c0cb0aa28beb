using FsCheck.Xunit;
using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Tests.Inference;

namespace MnistMl.Tests.Model;

public sealed class SparseAffineLayerTests
{
    [Property]
    public void Leaving_out_the_zeros_and_putting_them_back_changes_nothing(int seed)
    {
        var layer = Mostly0(new Random(seed), 7, 5);

        var sparse = SparseAffineLayer.Of(layer);

        Assert.DoesNotContain(0, sparse.Weights);
        Assert.Equal(layer.Weights, sparse.ToAffine().Weights);
        Assert.Equal(layer.Biases, sparse.ToAffine().Biases);
    }

    [Property]
    public void Two_maps_one_after_the_other_are_one(int seed)
    {
        var random = new Random(seed);
        var (first, second) = (Mostly0(random, 6, 8), Mostly0(random, 8, 4));

        var both = SparseAffineLayer.Of(second).After(SparseAffineLayer.Of(first)).ToAffine();

        float[] x = [.. Enumerable.Range(0, 6).Select(_ => random.NextSingle())];
        foreach (var (expected, actual) in Apply(second, Apply(first, x)).Zip(Apply(both, x)))
            Assert.Equal(expected, actual, 1e-5);
    }

    [Theory]
    [InlineData("dense 20", true)]
    [InlineData("conv 4 5x5 /2, conv 6 3x3, dense 30", true)]
    [InlineData("conv 4 15x15, dense 30", true)]
    [InlineData("conv 4 3x3 +1, conv 4 5x5 +2, dense 30", false)]
    [InlineData("conv 4 3x3, average 2x2, average 2x2, dense 30", true)]
    [InlineData("conv 4 3x3, average 3x3 /1, average 2x2, conv 3 5x5", false)]
    public void What_a_file_will_hold_is_known_before_training(string words, bool exactly)
    {
        var network = Networks.Images(1, NetworkParser.Parse(words));
        var (convolutions, layers) = network.Lower();
        var held = convolutions.Sum(layer => layer.FileNumbers) + layers.Sum(layer => (layer.Inputs + 1L) * layer.Outputs)
            + (convolutions.Count > 0 ? network.Parameters : 0);

        var known = ZipSize.Of(network.Shapes);

        Assert.InRange(held, exactly ? known.InFile : known.InFile / 4, known.InFile);
        Assert.Equal(network.ToAffine().Parameters, known.WithZeros);
        Assert.Equal(known, ZipSize.Of(network));
    }

    [Fact]
    public void Zeros_take_neither_time_nor_memory()
    {
        // Of 10^12 weights, all but 10^6 are zero.
        var layer = new SpatialLayer(new Conv2D(1, 1, 1), new(1000, 1000, 1), [2], [3]);
        Assert.Equal(Enumerable.Range(0, 1_000_000), layer.ToSparse().Indices);
    }

    [Fact]
    public void A_file_that_would_be_large_beyond_counting_is_not_taken_for_a_small_one()
    {
        var shapes = LayerShape.Of(1 << 24, NetworkParser.Parse("conv 1 1x1, average 4096x4096, conv 1 4096x4096 +4095"), classCount: 10);
        Assert.InRange(ZipSize.Of(shapes).InFile, (long)shapes[0].Output.Count * shapes[2].Output.Count, long.MaxValue);
    }

    [Fact]
    public void Of_an_ensemble_a_file_holds_no_zeros_between_its_members()
    {
        var hidden = NetworkParser.Parse("conv 4 5x5 /2, conv 6 3x3, average 2x2, conv 8 2x2, dense 30");
        var networks = Enumerable.Range(1, 3).Select(seed => Networks.Images(seed, hidden)).ToArray();
        var ensemble = Ensemble.Of(networks);
        var shapes = LayerShape.Of(784, Ensemble.Widened(hidden, 3), classCount: 3);

        Assert.Equal(ensemble.Shapes, shapes);
        Assert.Equal(ZipSize.Of(ensemble), ZipSize.Of(shapes, ensembleSize: 3));
        Assert.Equal(
            3 * networks[0].Lower().Convolutions.Sum(layer => layer.FileNumbers), ensemble.Lower().Convolutions.Sum(layer => layer.FileNumbers));
    }

    [Fact]
    public void Outputs_come_in_groups_of_channels_and_what_follows_takes_them_so()
    {
        var network = Networks.Images(1, NetworkParser.Parse("conv 32 3x3 /2, conv 32 5x5 /2, average 2x2, conv 8 2x2, dense 4"));
        float[] row = [.. Enumerable.Range(0, 784).Select(i => i * 37 % 256)];

        // Ten rows of 800 weights are 32 KB.
        var biases = network.Lower().Convolutions[1].Biases;
        Assert.Equal([.. biases[..10], .. biases[..10]], biases[..20]);
        Assert.Equal(network.SpatialLayers[1].Biases[10..20], biases[(25 * 10)..(25 * 10 + 10)]);

        var scores = Scoring.Of(FeedForwardNetwork.From(network, isSparse: true), new FloatMatrix(row, 784));
        foreach (var (expected, actual) in scores.Zip(Networks.Score(network, row)))
            Assert.Equal(expected, actual, 1e-5);
    }

    static AffineLayer Mostly0(Random random, int inputs, int outputs) => new(
        inputs, outputs,
        [.. Enumerable.Range(0, inputs * outputs).Select(_ => random.Next(3) == 0 ? random.NextSingle() - 0.5f : 0)],
        [.. Enumerable.Range(0, outputs).Select(_ => random.NextSingle())]);

    static float[] Apply(AffineLayer layer, float[] x) => [.. Enumerable.Range(0, layer.Outputs).Select(output =>
        layer.Biases[output] + x.Select((value, i) => layer.Weights[output * layer.Inputs + i] * value).Sum())];
}
