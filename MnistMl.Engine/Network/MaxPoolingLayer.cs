using MnistMl.Model;

namespace MnistMl.Network;

/// <summary>The maximum of each window.</summary>
/// <inheritdoc cref="PoolingLayer(int, Volume, Pooling2D)"/>
sealed unsafe class MaxPoolingLayer(int index, Volume input, MaxPooling2D options) : PoolingLayer(index, input, options)
{
    /// <summary>One image's maxima, which dropout does not leave in the outputs.</summary>
    public override long[] ScratchLengths(Batch batch) =>
        batch.IsTraining && DropoutRate > 0 ? PerGroup(Output.Stride) : [];

    protected override void Pool(float* source, float* outputs) =>
        Kernels.WindowMaxima(source, Starts, Places, outputs, Output.ChannelStride);

    protected override void AddGradient(Batch batch, int row)
    {
        var maxima = batch.Values(Index + 1, row);
        if (DropoutRate > 0)
        {
            maxima = batch.GroupScratch(Index, 0, row);
            Pool(batch.Values(Index, row), maxima);
        }
        Kernels.WindowMaximaGradient(
            batch.Values(Index, row), maxima, batch.Δ(Index + 1, row), Starts, Places, batch.Δ(Index, row),
            Output.ChannelStride);
    }
}
