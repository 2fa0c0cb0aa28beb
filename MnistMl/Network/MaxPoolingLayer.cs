using MnistMl.Training;

namespace MnistMl.Network;

/// <summary>Takes the largest number of each window.</summary>
/// <inheritdoc cref="PoolingLayer(int, Volume, LayerOptions)"/>
sealed unsafe class MaxPoolingLayer(int index, Volume input, MaxPoolingOptions options) : PoolingLayer(index, input, options)
{
    protected override void Pool(float* source, float* outputs) =>
        Kernels.WindowMaxima(source, Starts, Places, outputs, Output.ChannelStride);

    protected override void AddGradient(Batch batch, int row) =>
        Kernels.WindowMaximaGradient(
            batch.Values(Index, row), batch.Values(Index + 1, row), batch.Δ(Index + 1, row),
            Starts, Places, batch.Δ(Index, row), Output.ChannelStride);
}
