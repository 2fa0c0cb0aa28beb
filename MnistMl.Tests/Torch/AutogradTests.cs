using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Numerics;
using MnistMl.Torch;
using MnistMl.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MnistMl.Tests.Torch;

/// <summary>Each gradient of the engine against libtorch's autograd, which nobody here wrote.</summary>
public sealed unsafe class AutogradTests(ITestOutputHelper output) : LibTorchTests
{
    const int Classes = 5, Rows = 21, Side = 12;

    /// <summary>The greatest difference of two gradients' elements, as a share of the greatest element.</summary>
    const double Tolerance = 1e-4;

    public static TheoryData<string, bool> Networks
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var network in (string[])["none", "20", "130,40", "70,300,20"])
            {
                data.Add(network, true);
                data.Add(network, false);
            }
            foreach (var network in (string[])
            [
                "conv 5 3x3", "conv 18 4x3 /2 +1, conv 7 3x3 /2", "conv 6 3x3 bn", "conv 18 3x3 +2 bn, conv 5 3x2 /2 bn, dense 9",
                "conv 6 3x3, average 2x2", "conv 6 3x3, average 3x2 /1, conv 4 2x2", "conv 6 3x3, max 2x2, dense 7", "conv 18 3x3, max 3x2 /1, conv 4 2x2",
            ])
            {
                data.Add(network, false);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_gradient_of_every_layer_is_autograds(string network, bool sparse)
    {
        var random = new Random(network.Length);
        var values = new float[Rows * Side * Side];
        foreach (ref var value in values.AsSpan())
            value = sparse && random.Next(4) > 0 ? 0 : random.NextSingle();
        int[] labels = [.. Enumerable.Range(0, Rows).Select(_ => random.Next(Classes))];
        float[] weights = [.. Enumerable.Range(0, Rows).Select(_ => 2 * random.NextSingle())];
        var train = new TrainingSet(new FloatMatrix(values, Side * Side), labels, [.. Enumerable.Range(0, Classes).Select(name => $"{name}")], []);
        var options = new TrainingOptions { HiddenLayers = NetworkParser.Parse(network), BatchSize = Rows, LabelSmoothing = 0.1, Seed = 2 };

        var ours = Gradients(train, options, weights);

        var device = torch.device(Backend.Device);
        var theirs = new TorchNetwork(train, options, device);
        var logits = theirs.Forward(tensor(values, [Rows, Side * Side]).to(device), isTraining: true);
        var losses = functional.cross_entropy(logits, tensor(Array.ConvertAll(labels, label => (long)label)).to(device), reduction: Reduction.None, label_smoothing: options.LabelSmoothing);
        (losses * tensor(weights).to(device)).mean().backward();
        var autograds = theirs.Weights.Concat(theirs.Biases)
            .Select(values => values.grad!).Select(values => (values.dim() == 4 ? values.permute(0, 2, 3, 1) : values).cpu().contiguous().data<float>().ToArray()).ToArray();
        Assert.Equal(autograds.Select(values => values.Length), ours.Select(values => values.Length));
        foreach (var (expected, actual) in autograds.Zip(ours))
        {
            var scale = expected.Max(Math.Abs);
            var difference = expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() / scale;
            output.WriteLine($"{expected.Length} elements, the greatest {scale:E1}, difference {difference:E1} of it");
            Assert.InRange(difference, 0, Tolerance);
        }
    }

    /// <summary>The engine's: weights of all layers, as in trained networks, and then their biases, and scales of normalizations.</summary>
    static float[][] Gradients(TrainingSet train, TrainingOptions options, float[] weights)
    {
        var network = FeedForwardNetwork.Create(train.Input.Densities(), options.HiddenLayers, Classes, new Random(options.Seed));
        var batch = new Batch(network, Rows, threads: 1, training: true) { RowCount = Rows };
        int[] rows = [.. Enumerable.Range(0, Rows)];
        network.ForwardShare(batch, train.Input, rows, thread: 0);
        network.Forward(batch, train.Input, rows, 0, Rows);
        var last = network.Layers.Length;
        for (var row = 0; row < Rows; row++)
        {
            SoftmaxCrossEntropy.Backward(
                batch.Values(last, row), batch.Δ(last, row), train.Labels.Span[row], Classes, batch.Stride(last), Rows, (float)options.LabelSmoothing, weights[row]);
        }
        network.Backward(batch, 0, Rows);
        network.SparseInput?.Backward(batch, thread: 0);

        TrainableLayer[] layers = [.. network.Layers.OfType<TrainableLayer>()];
        return [.. layers.Select(layer => WeightGradient(layer, batch)), .. layers.SelectMany(layer => BiasGradients(layer, batch))];
    }

    static float[] WeightGradient(TrainableLayer layer, Batch batch)
    {
        var gradient = new AlignedArray<float>((long)layer.Weights.RowCount * layer.Weights.Stride);
        // In the pieces that a panel of a sparse layer has.
        var piece = layer is SparseDenseLayer ? layer.Inputs : layer.Weights.RowCount;
        for (var row = 0; row < layer.Weights.RowCount; row += piece)
            layer.WeightGradient(batch, 0, row, piece, gradient.Pointer + row * layer.Weights.Stride);
        return layer is FullyConnectedLayer dense
            ? [.. Enumerable.Range(0, dense.Outputs).SelectMany(output => Enumerable.Range(0, dense.Inputs)
                .Select(input => gradient.Pointer[dense.Weight(input, output) - dense.Weights.Row(0)]))]
            : [.. Enumerable.Range(0, layer.Output.Channels).SelectMany(channel => Enumerable.Range(0, layer.Weights.RowCount)
                .Select(row => gradient.Pointer[row * layer.Weights.Stride + channel]))];
    }

    static IEnumerable<float[]> BiasGradients(TrainableLayer layer, Batch batch)
    {
        var gradient = new AlignedArray<float>((long)layer.Biases.RowCount * layer.Biases.Stride);
        layer.BiasGradient(batch, gradient.Pointer);
        float[] biases = layer is FullyConnectedLayer dense
            ? [.. Enumerable.Range(0, dense.Outputs).Select(output => gradient.Pointer[dense.Bias(output) - dense.Biases.Row(0)])]
            : gradient.Span[..layer.Output.Channels].ToArray();
        if (layer is not BatchNormConvolutionLayer normalized)
            return [biases];
        normalized.ScaleGradient(batch, gradient.Pointer);
        return [biases, gradient.Span[..layer.Output.Channels].ToArray()];
    }
}
