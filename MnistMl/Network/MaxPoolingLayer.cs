using MnistMl.Models;

namespace MnistMl.Network;

/// <summary>Takes the largest number of each window.</summary>
/// <inheritdoc cref="PoolingLayer(int, Volume, Window)"/>
sealed unsafe class MaxPoolingLayer(int index, Volume input, Window window) : PoolingLayer(index, input, window)
{
    protected override void Pool(float* source, float* outputs) =>
        Kernels.WindowMaxima(source, Starts, Places, outputs, Output.ChannelStride);

    protected override void AddGradient(Batch batch, int row) =>
        Kernels.WindowMaximaGradient(
            batch.Values(Index, row), batch.Values(Index + 1, row), batch.Δ(Index + 1, row),
            Starts, Places, batch.Δ(Index, row), Output.ChannelStride);

    /// <summary>A maximum is not affine.</summary>
    /// <exception cref="MnistMlException">Always.</exception>
    public override AffineLayer ToAffine(ReadOnlySpan<float> scale) =>
        throw new MnistMlException("Max pooling cannot be saved as an ML.NET model; use average pooling, or a convolution with a stride.");
}
