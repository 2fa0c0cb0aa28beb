using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;
using MnistMl.Tests.Inference;

namespace MnistMl.Tests.Network;

public sealed unsafe class DropoutTests
{
    const int Rows = 9, Classes = 3;

    static readonly int[] _rows = [.. Enumerable.Range(0, Rows)];

    [Theory]
    [InlineData(0.1f)]
    [InlineData(0.5f)]
    [InlineData(0.9f)]
    public void The_share_is_dropped_and_the_others_make_up_for_it(float share)
    {
        const int Count = 1 << 16;
        var values = new AlignedArray<float>(Count);
        values.Span.Fill(2);

        DropoutMask.Apply(values.Pointer, Count, key: 7, share);

        Assert.All(values.Span.ToArray().Distinct(), x => Assert.Contains(x, (float[])[0, 2 / (1 - share)]));
        Assert.Equal(share, values.Span.Count(0f) / (double)Count, 0.01);

        // From a later key on, what comes later there; from another, something else.
        AlignedArray<float> later = new(Count / 2), other = new(Count / 2);
        later.Span.Fill(2);
        other.Span.Fill(2);
        DropoutMask.Apply(later.Pointer, Count / 2, key: 7 + Count / 2, share);
        DropoutMask.Apply(other.Pointer, Count / 2, key: 1 << 30, share);
        Assert.Equal(values.Span[(Count / 2)..], later.Span);
        Assert.NotEqual(later.Span.ToArray(), other.Span.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Each_row_and_step_does_without_others_and_scoring_without_none(bool sparse)
    {
        var (network, input, _) = Create(sparse, "100, dropout 0.5, 40");
        var batch = new Batch(network, Rows, threads: 2, training: true) { Seed = 1 };
        var first = Masks(network, batch, input);

        Assert.Equal(first, Masks(network, batch, input));
        Assert.Equal(first, Masks(network, new Batch(network, Rows, threads: 1, training: true) { Seed = 1 }, input));
        batch.Seed = 2;
        Assert.NotEqual(first, Masks(network, batch, input));
        Assert.NotEqual(first[..100], first[100..200]);

        // In scoring, the same network as without.
        var scores = Scoring.Of(network, input);
        network.Layers[0].DropoutRate = 0;
        Assert.Equal(scores, Scoring.Of(network, input));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Each_layer_does_without_others(bool sparse)
    {
        var (network, input, _) = Create(sparse, "100, dropout 0.5, 100, dropout 0.5");
        foreach (var layer in network.Layers.Cast<FullyConnectedLayer>())
        {
            // Whatever is zero then, is so for dropout.
            for (var output = 0; output < layer.Outputs; output++)
                *layer.Bias(output) = 1e6f;
        }
        var batch = new Batch(network, Rows, threads: 1, training: true) { Seed = 1 };

        var first = Masks(network, batch, input);

        var (second, same) = (network.Layers[1], 0);
        for (var i = 0; i < first.Length; i++)
            same += *Value(batch, second, i / 100, i % 100) > 0 == first[i] ? 1 : 0;
        Assert.Equal(0.5, same / (double)first.Length, 0.1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_gradient_is_the_finite_difference(bool sparse)
    {
        var (network, input, inputs) = Create(sparse, "70, dropout 0.4, 20, dropout 0.2");
        int[] labels = [.. _rows.Select(row => row % Classes)];
        var weights = network.Layers.Cast<FullyConnectedLayer>().Select(layer => layer.ToTrained([]).Weights.Select(x => (double)x).ToArray()).ToArray();

        var batch = new Batch(network, Rows, threads: 1, training: true) { RowCount = Rows };
        Forward(network, batch, input);
        for (var row = 0; row < Rows; row++)
            SoftmaxCrossEntropy.Backward(batch.Values(3, row), batch.Δ(3, row), labels[row], Classes, batch.Stride(3), Rows);
        network.Backward(batch, 0, Rows);
        network.SparseInput?.Backward(batch, thread: 0);

        foreach (var (index, layer) in network.Layers.Cast<FullyConnectedLayer>().Index())
        {
            var gradient = new AlignedArray<float>(layer.Weights.Stride);
            for (var i = 0; i < weights[index].Length; i += 1 + weights[index].Length / 150)
            {
                var (output, weightInput) = Math.DivRem(i, layer.Inputs);
                var (row, column) = Math.DivRem((int)(layer.Weight(weightInput, output) - layer.Weights.Row(0)), layer.Weights.Stride);
                layer.WeightGradient(batch, 0, row, 1, gradient.Pointer);
                Assert.Equal(Derivative(ref weights[index][i]), gradient.Pointer[column], 2e-5);
            }
        }

        double Derivative(ref double parameter) =>
            FiniteDifference.Derivative(ref parameter, () => _rows.Average(Loss));

        double Loss(int row)
        {
            var values = inputs[row];
            foreach (var layer in network.Layers)
            {
                // What is positive has been kept; of the rest it makes no difference.
                values =
                [
                    .. Enumerable.Range(0, layer.Outputs).Select(output =>
                    {
                        var sum = values.Select((x, i) => x * weights[layer.Index][output * values.Length + i]).Sum();
                        if (!layer.HasRelu)
                            return sum;
                        return *Value(batch, layer, row, output) > 0 ? Math.Max(sum, 0) / (1 - layer.DropoutRate) : 0;
                    }),
                ];
            }
            return Math.Log(values.Sum(Math.Exp)) - values[labels[row]];
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_pooling_passes_back_what_was_kept(bool max)
    {
        var before = new ConvolutionLayer(0, new Volume(6, 6, 1, 1), new Window(1, 1), 3, relu: true);
        PoolingLayer pooling = max ? new MaxPoolingLayer(1, before.Output, new(2, 2, 2)) : new AveragePoolingLayer(1, before.Output, new(2, 2, 2));
        pooling.DropoutRate = 0.5f;
        var batch = new Batch(new FeedForwardNetwork([before, pooling]), Rows, threads: 1, training: true);
        var random = new Random(1);
        var dropped = 0;
        for (var row = 0; row < Rows; row++)
        {
            for (var i = 0; i < before.Outputs; i++)
                batch.Values(1, row)[before.Output.Offset(i)] = random.NextSingle();
            for (var i = 0; i < pooling.Outputs; i++)
                batch.Δ(2, row)[pooling.Output.Offset(i)] = 1;
        }

        pooling.Forward(batch, 0, Rows);
        pooling.Backward(batch, 0, Rows);

        for (var row = 0; row < Rows; row++)
        {
            for (var i = 0; i < pooling.Outputs; i++)
            {
                var (position, channel) = Math.DivRem(i, 3);
                var corner = position / 3 * 12 + position % 3 * 2;
                var sum = ((int[])[0, 1, 6, 7]).Sum(place => batch.Δ(1, row)[before.Output.Offset((corner + place) * 3 + channel)]);
                var isKept = batch.Values(2, row)[pooling.Output.Offset(i)] > 0;
                Assert.Equal(isKept ? 2 : 0, sum, 1e-6f);
                dropped += isKept ? 0 : 1;
            }
        }
        Assert.Equal(0.5, dropped / (double)(Rows * pooling.Outputs), 0.15);
    }

    static (FeedForwardNetwork, FloatMatrix, double[][]) Create(bool sparse, string hidden)
    {
        const int Inputs = 30;
        var random = new Random(1);
        var network = FeedForwardNetwork.Create([.. Enumerable.Repeat(sparse ? 0.0 : 1, Inputs)], NetworkParser.Parse(hidden), Classes, random);
        double[][] inputs = [.. _rows.Select(_ => Enumerable.Range(0, Inputs).Select(_ => (double)random.NextSingle()).ToArray())];
        return (network, new FloatMatrix([.. inputs.SelectMany(row => row.Select(x => (float)x))], Inputs), inputs);
    }

    static void Forward(FeedForwardNetwork network, Batch batch, FloatMatrix input)
    {
        for (var thread = 0; thread < batch.Threads; thread++)
            network.ForwardShare(batch, input, _rows, thread);
        network.Forward(batch, input, _rows, 0, Rows);
    }

    /// <summary>[rows, outputs]: which of the first layer's outputs are not zero.</summary>
    static bool[] Masks(FeedForwardNetwork network, Batch batch, FloatMatrix input)
    {
        Forward(network, batch, input);
        var first = network.Layers[0];
        return [.. _rows.SelectMany(row => Enumerable.Range(0, first.Outputs).Select(output => *Value(batch, first, row, output) > 0))];
    }

    /// <summary>Where an output for a row of the batch is.</summary>
    static float* Value(Batch batch, Layer layer, int row, int output)
    {
        if (layer is not SparseDenseLayer sparse)
            return batch.Values(layer.Index + 1, row) + output;
        var (group, column) = Math.DivRem(output, sparse.Panels.GroupColumns);
        return sparse.GroupValues(batch, group) + row * sparse.Panels.GroupStride + column;
    }
}
