using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Numerics;
using MnistMl.Optimizers;
using MnistMl.Tests.Inference;

namespace MnistMl.Tests.Network;

/// <summary>
/// Batch-normalized convolutions in a network: gradients against finite differences, running averages, folding.
/// </summary>
public sealed unsafe class NormalizedNetworkTests
{
    const int Classes = 3, Rows = 11, Channels = 5, SecondChannels = 18;

    static readonly Volume _input = Volume.Image(49);
    static readonly Window _first = new(3, 3, 1, 1), _second = new(3, 2, 2);
    static readonly int[] _rows = [.. Enumerable.Range(0, Rows)];

    readonly Random _random = new(1);
    readonly BatchNormConvolutionLayer _firstLayer, _secondLayer;
    readonly FeedForwardNetwork _network;
    readonly double[][] _inputs;
    readonly int[] _labels;

    public NormalizedNetworkTests()
    {
        _firstLayer = new BatchNormConvolutionLayer(0, _input, _first, Channels);
        _secondLayer = new BatchNormConvolutionLayer(1, _firstLayer.Output, _second, SecondChannels);
        var dense = new DenseLayer(2, _secondLayer.Output, Classes, relu: false);
        _network = new FeedForwardNetwork([_firstLayer, _secondLayer, dense]);
        foreach (var layer in (TrainableLayer[])[_firstLayer, _secondLayer, dense])
            layer.Initialize(_random);
        _network.PrepareTraining(moments: 0, averaged: false);
        foreach (var layer in (BatchNormConvolutionLayer[])[_firstLayer, _secondLayer])
        {
            for (var i = 0; i < layer.Output.Channels; i++)
            {
                layer.Biases.Row(0)[i] = _random.NextSingle() - 0.5f;
                layer.Normalization.Scales.Row(0)[i] = _random.NextSingle() + 0.5f;
            }
        }
        _inputs = [.. Enumerable.Range(0, Rows).Select(_ => Enumerable.Range(0, _input.Count).Select(_ => (double)_random.NextSingle()).ToArray())];
        _labels = [.. Enumerable.Range(0, Rows).Select(_ => _random.Next(Classes))];
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.4f)]
    public void Every_gradient_is_the_finite_difference(float dropout)
    {
        (_firstLayer.DropoutRate, _secondLayer.DropoutRate) = (dropout, dropout / 2);
        BatchNormConvolutionLayer[] layers = [_firstLayer, _secondLayer];
        var weights = layers.Select(layer => Enumerable.Range(0, layer.Weights.RowCount).SelectMany(row => Numbers(layer.Weights.Row(row), layer)).ToArray()).ToArray();
        var scales = layers.Select(layer => Numbers(layer.Normalization.Scales.Row(0), layer)).ToArray();
        var biases = layers.Select(layer => Numbers(layer.Biases.Row(0), layer)).ToArray();
        var dense = ((DenseLayer)_network.Layers[2]).ToTrained([]);
        var reference = new ReferenceNetwork(
            [[.. Enumerable.Range(0, dense.Inputs).Select(i => Enumerable.Range(0, Classes).Select(o => (double)dense.Weights[o * dense.Inputs + i]).ToArray())]],
            [[.. dense.Biases.Select(bias => (double)bias)]]);

        var batch = ForwardAndBack();
        var masks = layers.Select(layer => Enumerable.Range(0, Rows).Select(row => Mask(batch, layer, row)).ToArray()).ToArray();

        // Two groups, the second with fewer rows.
        Assert.Equal(8, batch.GroupRows);
        foreach (var (index, layer) in layers.Index())
        {
            var gradient = new AlignedArray<float>((long)layer.Weights.RowCount * layer.Weights.Stride);
            layer.WeightGradient(batch, 0, 0, layer.Weights.RowCount, gradient.Pointer);
            for (var i = 0; i < weights[index].Length; i += 1 + weights[index].Length / 60)
            {
                var (row, channel) = Math.DivRem(i, layer.Output.Channels);
                Assert.Equal(Derivative(ref weights[index][i]), gradient.Pointer[row * layer.Weights.Stride + channel], 2e-5);
            }
            layer.BiasGradient(batch, gradient.Pointer);
            for (var i = 0; i < layer.Output.Channels; i++)
                Assert.Equal(Derivative(ref biases[index][i]), gradient.Pointer[i], 2e-5);
            layer.ScaleGradient(batch, gradient.Pointer);
            for (var i = 0; i < layer.Output.Channels; i++)
                Assert.Equal(Derivative(ref scales[index][i]), gradient.Pointer[i], 2e-5);
        }

        double Derivative(ref double parameter) => FiniteDifference.Derivative(ref parameter, MeanLoss);

        double MeanLoss()
        {
            var first = new ReferenceImage(_input, _first, Channels);
            var second = new ReferenceImage(_firstLayer.Output, _second, SecondChannels);
            var outputs = _inputs.Chunk(batch.GroupRows).SelectMany((group, number) =>
            {
                double[][] products = [.. group.Select(input => first.Convolution(input, weights[0], new double[Channels]))];
                var values = ReferenceNormalization.NormalizeRelu(products, scales[0], biases[0]).Select((outputs, row) => Masked(outputs, 0, number, row));
                products = [.. values.Select(input => second.Convolution(input, weights[1], new double[SecondChannels]))];
                return ReferenceNormalization.NormalizeRelu(products, scales[1], biases[1]).Select((outputs, row) => Masked(outputs, 1, number, row));
            });
            return reference.MeanLoss([.. outputs], _labels);
        }

        double[] Masked(double[] outputs, int layer, int group, int row) =>
            [.. outputs.Zip(masks[layer][group * batch.GroupRows + row], (output, factor) => output * factor)];
    }

    /// <summary>What dropout multiplied outputs by; it may be 0 as well where the ReLU's output is.</summary>
    static double[] Mask(Batch batch, Layer layer, int row) =>
    [
        .. Enumerable.Range(0, layer.Outputs)
            .Select(i => batch.Values(layer.Index + 1, row)[layer.Output.Offset(i)] > 0 ? 1 / (1 - (double)layer.DropoutRate) : 0),
    ];

    [Fact]
    public void The_averages_are_the_whole_batchs_and_scoring_by_them_is_what_the_folded_weights_do()
    {
        var batch = ForwardAndBack();
        var gradient = new AlignedArray<float>(_network.GradientLength);
        _network.Update(batch, new OptimizerStep(new Sgd(0), learningRate: 1e-30, 1), gradient.Pointer, thread: 0, input: null!, nextRows: []);

        // A first batch's statistics are all there are: with them, its first outputs are normal across both groups.
        var trained = _network.ToTrained(["a", "b", "c"], [.. Enumerable.Repeat(1f, _input.Count)]);
        var reference = new ReferenceImage(_input, _first, Channels);
        var folded = trained.SpatialLayers[0];
        double[] weights = [.. Enumerable.Range(0, reference.Weights).Select(i => (double)folded.Weights[i % Channels * (reference.Weights / Channels) + i / Channels])];
        double[][] outputs = [.. _inputs.Select(input => reference.Convolution(input, weights, [.. folded.Biases.Select(bias => (double)bias)]))];
        var (means, variances) = ReferenceNormalization.Statistics(outputs, Channels);
        for (var channel = 0; channel < Channels; channel++)
        {
            Assert.Equal(_firstLayer.Biases.Row(0)[channel], means[channel], 1e-4);
            Assert.Equal(_firstLayer.Normalization.Scales.Row(0)[channel], Math.Sqrt(variances[channel]), 1e-3);
        }

        var expected = Scoring.Of(_network, Input());
        var plain = new ConvolutionLayer(0, _input, _first, Channels, relu: true);
        var plainSecond = new ConvolutionLayer(1, plain.Output, _second, SecondChannels, relu: true);
        plain.Set(folded);
        plainSecond.Set(trained.SpatialLayers[1]);
        var actual = Scoring.Of(new FeedForwardNetwork([plain, plainSecond, _network.Layers[2]]), Input());
        Assert.Equal(Rows * Classes, actual.Length);
        foreach (var (score, foldedScore) in expected.Zip(actual))
            Assert.Equal(score, foldedScore, 1e-5f);
    }

    Batch ForwardAndBack()
    {
        var batch = new Batch(_network, Rows, threads: 1, training: true) { RowCount = Rows };
        _network.Forward(batch, Input(), _rows, 0, Rows);
        for (var row = 0; row < Rows; row++)
            SoftmaxCrossEntropy.Backward(batch.Values(3, row), batch.Δ(3, row), _labels[row], Classes, batch.Stride(3), Rows);
        _network.Backward(batch, 0, Rows);
        return batch;
    }

    FloatMatrix Input() => new([.. _inputs.SelectMany(row => row.Select(x => (float)x))], _input.Count);

    static double[] Numbers(float* row, Layer layer) =>
        [.. new Span<float>(row, layer.Output.Channels).ToArray().Select(x => (double)x)];
}
