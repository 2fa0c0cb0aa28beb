using MnistMl.Network;
using MnistMl.Numerics;
using MnistMl.Tests.Inference;

namespace MnistMl.Tests.Network;

/// <summary>The network's outputs and gradients against a plain reference and finite differences of it.</summary>
public sealed unsafe class GradientTests
{
    public static TheoryData<int[], int, bool> Shapes => new()
    {
        { [5, 3], 4, true },
        { [5, 3], 4, false },
        { [7, 1, 2], 3, true },
        { [20, 17, 33, 10], 9, true },
        { [20, 17, 33, 10], 9, false },
        { [16, 32, 16, 16], 5, true },
        { [3, 50, 40, 2], 1, false },
        { [5, 256, 256, 2], 3, false },
        { [70, 112, 20, 3], 70, true },
        { [65, 300, 3], 2, true },
        { [30, 133, 3], 70, true },
        { [30, 192, 40, 3], 5, true },
        { [9, 70], 3, true },
        { [30, 260, 3], 3, true },
        { [9, 256], 3, true },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Probabilities_are_the_references(int[] widths, int rows, bool sparse)
    {
        var (network, reference, inputs, _) = Random(widths, rows, sparse);

        var probabilities = Scoring.Of(network, Rows(inputs));

        var expected = inputs.SelectMany(reference.Probabilities).ToArray();
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], probabilities[i], 1e-5);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_gradient_is_the_finite_difference(int[] widths, int rows, bool sparse)
    {
        var (network, reference, inputs, labels) = Random(widths, rows, sparse);
        var batch = BackwardPass(network, inputs, labels);

        foreach (var (index, layer) in network.Layers.Cast<FullyConnectedLayer>().Index())
        {
            var gradient = new AlignedArray<float>(layer.Weights.Stride);
            foreach (var weight in Sample(layer.Inputs * layer.Outputs))
            {
                var (input, output) = Math.DivRem(weight, layer.Outputs);
                var (row, column) = Math.DivRem((int)(layer.Weight(input, output) - layer.Weights.Row(0)), layer.Weights.Stride);
                layer.WeightGradient(batch, 0, row, 1, gradient.Pointer);
                var expected = reference.Derivative(ref reference.Weights[index][input][output], inputs, labels);
                Assert.Equal(expected, gradient.Pointer[column], 2e-5);
            }

            var sums = new AlignedArray<float>(layer.Biases.RowCount * layer.Biases.Stride);
            layer.BiasGradient(batch, sums.Pointer);
            foreach (var output in Sample(layer.Outputs))
            {
                var expected = reference.Derivative(ref reference.Biases[index][output], inputs, labels);
                Assert.Equal(expected, sums.Pointer[layer.Bias(output) - layer.Biases.Row(0)], 2e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_loss_is_the_references(int[] widths, int rows, bool sparse)
    {
        var (network, reference, inputs, labels) = Random(widths, rows, sparse);
        var batch = Forward(network, inputs);
        var output = network.Layers.Length;

        for (var row = 0; row < rows; row++)
        {
            var (loss, correct) = SoftmaxCrossEntropy.Backward(
                batch.Values(output, row), batch.Δ(output, row), labels[row], network.ClassCount, batch.Stride(output), rows);

            var probabilities = reference.Probabilities(inputs[row]);
            Assert.Equal(-Math.Log(probabilities[labels[row]]), loss, 1e-5);
            Assert.Equal(Array.IndexOf(probabilities, probabilities.Max()) == labels[row], correct);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1f)]
    [InlineData(0.9f)]
    public void The_gradient_by_the_logits_is_that_of_the_smoothed_loss_but_the_loss_is_the_plain_one(float smoothing)
    {
        const int Classes = 5, Target = 3, BatchRows = 4, Stride = 16;
        var random = new Random(1);
        var logits = Enumerable.Range(0, Classes).Select(_ => 4 * random.NextDouble() - 2).ToArray();
        var (values, δ) = (new AlignedArray<float>(Stride), new AlignedArray<float>(Stride));
        for (var i = 0; i < Classes; i++)
            values.Span[i] = (float)logits[i];

        var (loss, _) = SoftmaxCrossEntropy.Backward(
            values.Pointer, δ.Pointer, Target, Classes, Stride, BatchRows, smoothing);

        Assert.Equal(Loss(0), loss, 1e-5);
        for (var i = 0; i < Classes; i++)
        {
            const double Step = 1e-5;
            logits[i] += Step;
            var above = Loss(smoothing);
            logits[i] -= 2 * Step;
            var below = Loss(smoothing);
            logits[i] += Step;
            Assert.Equal((above - below) / (2 * Step) / BatchRows, δ.Span[i], 1e-6);
        }
        Assert.All(δ.Span[Classes..].ToArray(), padding => Assert.Equal(0, padding));

        double Loss(double ε)
        {
            var logSum = Math.Log(logits.Sum(Math.Exp));
            return logits.Select((logit, i) => ((i == Target ? 1 - ε : 0) + ε / Classes) * (logSum - logit)).Sum();
        }
    }

    [Fact]
    public void A_hopeless_logit_has_a_finite_loss()
    {
        var logits = new AlignedArray<float>(16);
        var δ = new AlignedArray<float>(16);
        logits.Span[0] = 500;
        logits.Span[1] = -500;

        var (loss, correct) = SoftmaxCrossEntropy.Backward(logits.Pointer, δ.Pointer, 1, 2, 16, 1);

        Assert.Equal(1000, loss, 1e-3);
        Assert.False(correct);
    }

    static (FeedForwardNetwork Network, ReferenceNetwork Reference, double[][] Inputs, int[] Classes) Random(int[] widths, int rows, bool sparse)
    {
        var random = new Random(widths.Sum() + rows);
        var network = FeedForwardNetwork.Create(
            [.. Enumerable.Repeat(sparse ? 0.0 : 1, widths[0])], [.. widths[1..^1]], widths[^1], random);
        Assert.Equal(sparse, network.HasSparseInput);
        FullyConnectedLayer[] layers = [.. network.Layers.Cast<FullyConnectedLayer>()];
        foreach (var layer in layers)
        {
            for (var output = 0; output < layer.Outputs; output++)
                *layer.Bias(output) = (float)(random.NextDouble() - 0.5);
        }

        var reference = new ReferenceNetwork(
            [.. layers.Select(Weights)],
            [.. layers.Select(layer => Enumerable.Range(0, layer.Outputs).Select(output => (double)*layer.Bias(output)).ToArray())]);
        var inputs = Enumerable.Range(0, rows)
            .Select(_ => Enumerable.Range(0, widths[0]).Select(_ => sparse && random.Next(2) == 0 ? 0 : (double)(float)random.NextDouble()).ToArray())
            .ToArray();
        return (network, reference, inputs, [.. Enumerable.Range(0, rows).Select(_ => random.Next(widths[^1]))]);
    }

    /// <summary>All of a few, about 300 of many.</summary>
    static IEnumerable<int> Sample(int count)
    {
        const int Enough = 300;
        for (var i = 0; i < count; i += 1 + count / Enough)
            yield return i;
    }

    static double[][] Weights(FullyConnectedLayer layer)
    {
        var weights = new double[layer.Inputs][];
        for (var input = 0; input < layer.Inputs; input++)
        {
            weights[input] = new double[layer.Outputs];
            for (var output = 0; output < layer.Outputs; output++)
                weights[input][output] = *layer.Weight(input, output);
        }
        return weights;
    }

    static FloatMatrix Rows(double[][] inputs) =>
        new([.. inputs.SelectMany(row => row.Select(x => (float)x))], inputs[0].Length);

    static Batch Forward(FeedForwardNetwork network, double[][] inputs)
    {
        var batch = new Batch(network, inputs.Length, threads: 1, training: true) { RowCount = inputs.Length };
        int[] rows = [.. Enumerable.Range(0, inputs.Length)];
        network.ForwardShare(batch, Rows(inputs), rows, thread: 0);
        network.Forward(batch, Rows(inputs), rows, 0, rows.Length);
        return batch;
    }

    static Batch BackwardPass(FeedForwardNetwork network, double[][] inputs, int[] labels)
    {
        var batch = Forward(network, inputs);
        var output = network.Layers.Length;
        for (var row = 0; row < inputs.Length; row++)
        {
            SoftmaxCrossEntropy.Backward(
                batch.Values(output, row), batch.Δ(output, row), labels[row], network.ClassCount, batch.Stride(output), inputs.Length);
        }
        network.Backward(batch, 0, inputs.Length);
        network.SparseInput?.Backward(batch, thread: 0);
        return batch;
    }
}
