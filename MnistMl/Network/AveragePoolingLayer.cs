using MnistMl.Models;

namespace MnistMl.Network;

/// <summary>Makes the mean of each window.</summary>
/// <inheritdoc cref="PoolingLayer(int, Volume, Window)"/>
sealed unsafe class AveragePoolingLayer(int index, Volume input, Window window) : PoolingLayer(index, input, window)
{
    protected override void Pool(float* source, float* outputs) =>
        Kernels.WindowMeans(source, Starts, Places, outputs, Output.ChannelStride);

    protected override void AddGradient(Batch batch, int row) =>
        Kernels.WindowMeansGradient(batch.Δ(Index + 1, row), Starts, Places, batch.Δ(Index, row), Output.ChannelStride);

    public override AffineLayer ToAffine(ReadOnlySpan<float> scale)
    {
        var affine = new AffineLayer(Inputs, Outputs, new float[Inputs * Outputs], new float[Outputs]);
        for (var output = 0; output < Outputs; output++)
        {
            var (position, channel) = Math.DivRem(output, Output.Channels);
            foreach (var place in Places)
            {
                var input = (Starts[position] + place) / Input.ChannelStride * Input.Channels + channel;
                affine.Weights[output * Inputs + input] = scale[input] / Places.Length;
            }
        }
        return affine;
    }
}
