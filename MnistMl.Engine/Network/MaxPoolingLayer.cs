using MnistMl.Model;

namespace MnistMl.Network;

/// <summary>Takes the largest number of each window.</summary>
/// <inheritdoc cref="PoolingLayer(int, Volume, Pooling2D)"/>
sealed unsafe class MaxPoolingLayer(int index, Volume input, MaxPooling2D options) : PoolingLayer(index, input, options)
{
    protected override void Pool(float* source, float* outputs) =>
        Kernels.WindowMaxima(source, Starts, Places, outputs, Output.ChannelStride);

    /// <summary>One picture's maxima, where dropout changes the outputs.</summary>
    public override int ScratchLength(int groupRows, bool training) => training && DropoutRate > 0 ? Output.Stride : 0;

    protected override void AddGradient(Batch batch, int row)
    {
        var maxima = batch.Values(Index + 1, row);
        if (DropoutRate > 0)
        {
            maxima = batch.Scratch(Index, row);
            Pool(batch.Values(Index, row), maxima);
        }
        Kernels.WindowMaximaGradient(
            batch.Values(Index, row), maxima, batch.Δ(Index + 1, row), Starts, Places, batch.Δ(Index, row), Output.ChannelStride);
    }
}
