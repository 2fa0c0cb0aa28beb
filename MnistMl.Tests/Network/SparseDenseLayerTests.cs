using MnistMl.Network;
using MnistMl.Numerics;
using MnistMl.Optimizers;

namespace MnistMl.Tests.Network;

public sealed unsafe class SparseDenseLayerTests
{
    const int Inputs = 70, Classes = 3, Steps = 3;

    static readonly Optimizer[] _optimizers = [new Adam(), new AdamW(), new RmsProp(), new Sgd(), new Sgd(Nesterov: true)];

    public static TheoryData<int, int, int, double?> Cases => new()
    {
        { 16, 1, 1, null },
        { 130, 65, 1, null },
        { 130, 130, 2, 0.001 },
        { 144, 64, 3, null },
        { 260, 64, 4, 0.001 },
        { 260, 129, 4, null },
        { 300, 63, 8, null },
    };

    [Fact]
    public void Rows_that_are_more_than_half_zeros_are_sparse()
    {
        Assert.True(FeedForwardNetwork.IsSparse([0, 0.9, 0.59]));
        Assert.False(FeedForwardNetwork.IsSparse([1, 0, 0.5]));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_step_is_that_by_the_whole_gradient_and_leaves_the_padding_zero(int outputs, int rows, int threads, double? clip)
    {
        foreach (var optimizer in _optimizers)
        {
            var (layer, batch, input) = BackwardPass(outputs, rows, threads, optimizer);
            var (reference, referenceBatch, referenceInput) = BackwardPass(outputs, rows, threads: 1, optimizer);
            var room = new AlignedArray<float>(layer.GradientLength);
            var whole = new AlignedArray<float>(Math.Max(layer.GradientLength, layer.Weights.RowCount * layer.Weights.Stride));
            for (var number = 1; number <= Steps; number++)
            {
                var step = new OptimizerStep(optimizer, 0.01, number, clip, averageDecay: 0.9);
                for (var thread = 0; thread < threads; thread++)
                    layer.Update(batch, step, room.Pointer, thread);

                whole.Span.Clear();
                for (var row = 0; row < layer.Weights.RowCount; row++)
                    reference.WeightGradient(referenceBatch, 0, row, 1, whole.Pointer + row * layer.Weights.Stride);
                step.Update(reference.Weights, 0, reference.Weights.RowCount, whole.Pointer, decays: true);
                whole.Span.Clear();
                reference.BiasGradient(referenceBatch, whole.Pointer);
                step.Update(reference.Biases, 0, reference.Biases.RowCount, whole.Pointer, decays: false);
            }

            AssertAlike(reference.Weights, layer.Weights);
            AssertAlike(reference.Biases, layer.Biases);
            GC.KeepAlive((input, referenceInput, room, whole));
            for (var panel = 0; panel < layer.Panels.Count; panel++)
            {
                for (var row = 0; row < Inputs; row++)
                    AssertPadded(layer.Weights, panel * Inputs + row, layer.Panels.Columns(panel));
                AssertPadded(layer.Biases, panel, layer.Panels.Columns(panel));
            }
        }
    }

    static void AssertAlike(Parameters expected, Parameters actual)
    {
        var length = expected.RowCount * expected.Stride;
        Assert.Equal(new Span<float>(expected.Row(0), length), new Span<float>(actual.Row(0), length));
        Assert.Equal(new Span<float>(expected.Average(0), length), new Span<float>(actual.Average(0), length));
    }

    static void AssertPadded(Parameters parameters, int row, int columns)
    {
        Assert.False(new Span<float>(parameters.Row(row) + columns, parameters.Stride - columns).ContainsAnyExcept(0));
        Assert.False(new Span<float>(parameters.Average(row) + columns, parameters.Stride - columns).ContainsAnyExcept(0));
    }

    static (SparseDenseLayer, Batch, FeatureMatrix) BackwardPass(int outputs, int rows, int threads, Optimizer optimizer)
    {
        var random = new Random(outputs + rows);
        var network = FeedForwardNetwork.Create([.. Enumerable.Repeat(0.3, Inputs)], [outputs, 20], Classes, random);
        network.PrepareTraining(optimizer.Moments, averaged: true);
        var pixels = new byte[rows * Inputs];
        foreach (ref var pixel in pixels.AsSpan())
            pixel = (byte)(random.Next(3) == 0 ? random.Next(1, 256) : 0);
        var input = new ByteMatrix(pixels, Inputs, 1 / 255f).Compact();

        var batch = new Batch(network, rows, threads, training: true) { RowCount = rows };
        int[] all = [.. Enumerable.Range(0, rows)];
        for (var thread = 0; thread < threads; thread++)
            network.ForwardShare(batch, input, all, thread);
        network.Forward(batch, input, all, 0, rows);
        var output = network.Layers.Length;
        for (var row = 0; row < rows; row++)
        {
            SoftmaxCrossEntropy.Backward(
                batch.Values(output, row), batch.Δ(output, row), random.Next(Classes), Classes, batch.Stride(output), rows);
        }
        network.Backward(batch, 0, rows);
        for (var thread = 0; thread < threads; thread++)
            network.SparseInput!.Backward(batch, thread);
        return ((SparseDenseLayer)network.Layers[0], batch, input);
    }
}
