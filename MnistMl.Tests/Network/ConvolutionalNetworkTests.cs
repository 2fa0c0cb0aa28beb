using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Numerics;
using MnistMl.Tests.Inference;

namespace MnistMl.Tests.Network;

/// <summary>
/// Convolutions, poolings and a dense layer in a row, against finite differences of a plain reference.
/// </summary>
public sealed unsafe class ConvolutionalNetworkTests
{
    const int Classes = 3, Rows = 5;

    static readonly Volume _input = new(11, 10, 2, 2);
    static readonly AveragePooling2D _meanOptions = new(2, 2, 2);
    static readonly MaxPooling2D _maxOptions = new(2, 3, 1);
    static readonly Window _first = new(3, 3, 1, 1), _second = new(3, 2, 2, 2);
    static readonly Window _mean = Window.Of(_meanOptions)!.Value, _max = Window.Of(_maxOptions)!.Value;

    readonly FeedForwardNetwork _network;
    readonly TrainableLayer[] _learning;
    readonly double[][] _weights, _biases;
    readonly double[][] _inputs;
    readonly int[] _labels;

    public ConvolutionalNetworkTests()
    {
        var random = new Random(1);
        var first = new ConvolutionLayer(0, _input, _first, 5, relu: true);
        var mean = new AveragePoolingLayer(1, first.Output, _meanOptions);
        var second = new ConvolutionLayer(2, mean.Output, _second, 18, relu: true);
        var max = new MaxPoolingLayer(3, second.Output, _maxOptions);
        var dense = new DenseLayer(4, max.Output, Classes, relu: false);
        _network = new FeedForwardNetwork([first, mean, second, max, dense]);
        _learning = [first, second, dense];
        foreach (var layer in _learning)
        {
            layer.Initialize(random);
            for (var i = 0; i < Columns(layer); i++)
                layer.Biases.Row(0)[i] = (float)(random.NextDouble() - 0.5);
        }
        _weights = [.. _learning.Select(layer => Enumerable.Range(0, WeightRows(layer) * Columns(layer)).Select(i => (double)Weight(layer, layer.Weights.Row(0), i)).ToArray())];
        _biases = [.. _learning.Select(layer => Enumerable.Range(0, Columns(layer)).Select(i => (double)layer.Biases.Row(0)[i]).ToArray())];
        _inputs = [.. Enumerable.Range(0, Rows).Select(_ => Enumerable.Range(0, _input.Count).Select(_ => (double)random.NextSingle()).ToArray())];
        _labels = [.. Enumerable.Range(0, Rows).Select(_ => random.Next(Classes))];
    }

    [Fact]
    public void Probabilities_are_the_references()
    {
        var probabilities = Scoring.Of(_network, Input());

        var expected = _inputs.SelectMany(Probabilities).ToArray();
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], probabilities[i], 1e-5);
    }

    [Fact]
    public void Every_gradient_is_the_finite_difference()
    {
        var batch = new Batch(_network, Rows, threads: 1, training: true) { RowCount = Rows };
        int[] rows = [.. Enumerable.Range(0, Rows)];
        _network.Forward(batch, Input(), rows, 0, Rows);
        var output = _network.Layers.Length;
        for (var row = 0; row < Rows; row++)
        {
            SoftmaxCrossEntropy.Backward(
                batch.Values(output, row), batch.Δ(output, row), _labels[row], Classes, batch.Stride(output), Rows);
        }
        _network.Backward(batch, 0, Rows);

        foreach (var (index, layer) in _learning.Index())
        {
            var gradient = new AlignedArray<float>((long)layer.Weights.RowCount * layer.Weights.Stride);
            layer.WeightGradient(batch, 0, 0, layer.Weights.RowCount, gradient.Pointer);
            for (var i = 0; i < _weights[index].Length; i += 1 + _weights[index].Length / 100)
                Assert.Equal(Derivative(ref _weights[index][i]), Weight(layer, gradient.Pointer, i), 2e-5);
            layer.BiasGradient(batch, gradient.Pointer);
            for (var i = 0; i < _biases[index].Length; i++)
                Assert.Equal(Derivative(ref _biases[index][i]), gradient.Pointer[i], 2e-5);
        }
    }

    /// <summary>Rows of weights that are not padding.</summary>
    static int WeightRows(TrainableLayer layer) => layer is DenseLayer ? layer.Inputs : layer.Weights.RowCount;

    static int Columns(Layer layer) => layer is DenseLayer ? layer.Outputs : layer.Output.Channels;

    static float Weight(TrainableLayer layer, float* matrix, int i)
    {
        var (row, column) = Math.DivRem(i, Columns(layer));
        return matrix[(layer is DenseLayer ? layer.Input.Offset(row) : row) * layer.Weights.Stride + column];
    }

    FloatMatrix Input() => new([.. _inputs.SelectMany(row => row.Select(x => (float)x))], _input.Count);

    double[] Probabilities(double[] input)
    {
        var first = Relu(new ReferenceImage(_input, _first, 5).Convolution(input, _weights[0], _biases[0]));
        var firstOutput = _first.Over(_input, 5);
        var mean = new ReferenceImage(firstOutput, _mean, 5).Pooling(first, Enumerable.Average);
        var meanOutput = _mean.Over(firstOutput, 5);
        var second = Relu(new ReferenceImage(meanOutput, _second, 18).Convolution(mean, _weights[1], _biases[1]));
        var max = new ReferenceImage(_second.Over(meanOutput, 18), _max, 18).Pooling(second, Enumerable.Max);
        var dense = new ReferenceNetwork([[.. _weights[2].Chunk(Classes)]], [_biases[2]]);
        return dense.Probabilities(max);
    }

    static double[] Relu(double[] values) => [.. values.Select(x => Math.Max(x, 0))];

    /// <summary>The mean loss's derivative by a parameter, by central differences.</summary>
    double Derivative(ref double parameter) => FiniteDifference.Derivative(
        ref parameter, () => _inputs.Zip(_labels, (input, target) => -Math.Log(Probabilities(input)[target])).Average());
}
