using MnistMl.Model;
using MnistMl.Numerics;
using MnistMl.Optimizers;

namespace MnistMl.Network;

/// <summary>
/// A convolution, batch normalization of its products, and a ReLU. The biases are the normalization's β.
/// </summary>
sealed unsafe class BatchNormConvolutionLayer : ConvolutionLayer
{
    /// <summary>
    /// More buffers in a batch, by group of rows: sums of the gradients by γ, statistics, and products.
    /// </summary>
    const int ScaleSums = BiasSums + 1, Statistics = ScaleSums + 1, Products = Statistics + 1;

    /// <inheritdoc cref="ConvolutionLayer(int, Volume, Window, int, bool)"/>
    public BatchNormConvolutionLayer(int index, Volume input, Window window, int channels)
        : base(index, input, window, channels, relu: true) =>
        Normalization = new(channels, Biases);

    public BatchNormalization Normalization { get; }

    protected override Parameters[] State => [.. base.State, Normalization.Scales, Normalization.RunningStatistics];

    public override void WriteState(BinaryWriter writer)
    {
        base.WriteState(writer);
        writer.Write(Normalization.BatchCount);
    }

    public override void ReadState(BinaryReader reader)
    {
        base.ReadState(reader);
        Normalization.BatchCount = reader.ReadDouble();
    }

    public override int MinGroupRows => BatchNormalization.MinRows;

    public override long[] ScratchLengths(Batch batch)
    {
        if (!batch.IsTraining)
            return base.ScratchLengths(batch);
        return
        [
            .. base.ScratchLengths(batch),
            .. PerGroup(Weights.Stride, Normalization.StatisticsLength, batch.GroupRows * OutputStride),
        ];
    }

    protected override (float Factor, float Shift) Fold(int channel) => Normalization.Fold(channel);

    public override void Forward(Batch batch, int firstRow, int rows)
    {
        var outputs = batch.Values(Index + 1, firstRow);
        if (batch.IsTraining)
        {
            // The backward pass needs the products too.
            var products = batch.GroupScratch(Index, Products, firstRow);
            Multiply(batch, firstRow, rows, NoBias, products);
            Normalization.Forward(products, Layout(rows), batch.GroupScratch(Index, Statistics, firstRow), outputs);
        }
        else
        {
            Multiply(batch, firstRow, rows, NoBias, outputs);
            Normalization.Score(outputs, Layout(rows));
        }
        Drop(batch, outputs, OutputStride, firstRow, rows, 0, OutputStride);
    }

    public override void Backward(Batch batch, int firstRow, int rows)
    {
        Normalization.Backward(
            batch.GroupScratch(Index, Products, firstRow), Layout(rows),
            batch.GroupScratch(Index, Statistics, firstRow),
            batch.Values(Index + 1, firstRow), KeptFactor, batch.Δ(Index + 1, firstRow),
            batch.GroupScratch(Index, ScaleSums, firstRow), batch.GroupScratch(Index, BiasSums, firstRow));
        ProductGradient(batch, firstRow, rows);
    }

    public override void Update(Batch batch, in OptimizerStep step, float* gradient, int thread)
    {
        base.Update(batch, step, gradient, thread);
        if (thread < batch.Threads - 1)
            return;
        ScaleGradient(batch, gradient);
        step.Update(Normalization.Scales, 0, 1, gradient, decays: false);
        Normalization.Update(
            batch, batch.Scratch(Index, Statistics), batch.GroupScratchStride(Index, Statistics), step);
    }

    /// <summary>The loss's gradient by γ, summed over the batch.</summary>
    public void ScaleGradient(Batch batch, float* gradient) => AddGroups(batch, ScaleSums, 0, 1, gradient);

    SpatialLayout Layout(int rows) => new(rows, OutputStride, Output.Positions, Output.ChannelStride);
}
