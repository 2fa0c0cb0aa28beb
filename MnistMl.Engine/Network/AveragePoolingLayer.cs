using MnistMl.Model;

namespace MnistMl.Network;

/// <summary>The mean of each window.</summary>
/// <inheritdoc cref="PoolingLayer(int, Volume, Pooling2D)"/>
sealed unsafe class AveragePoolingLayer(int index, Volume input, AveragePooling2D options)
    : PoolingLayer(index, input, options)
{
    protected override void Pool(float* source, float* outputs) =>
        Kernels.WindowMeans(source, Starts, Places, outputs, Output.ChannelStride);

    protected override void AddGradient(Batch batch, int row) =>
        Kernels.WindowMeansGradient(batch.Δ(Index + 1, row), Starts, Places, batch.Δ(Index, row), Output.ChannelStride);
}
