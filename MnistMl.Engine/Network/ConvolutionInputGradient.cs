using MnistMl.Model;
using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Network;

/// <summary>
/// The gradient of a convolution by its input: for each place of the window, one after the other, an indirect GEMM adds
/// what the outputs give back to the inputs that they see there.
/// </summary>
sealed unsafe class ConvolutionInputGradient
{
    /// <summary>
    /// A place of the window: for each output that sees an input there, where the output's δ is and where the input's δ
    /// goes.
    /// </summary>
    readonly record struct Tap(AlignedArray<int> Sources, AlignedArray<int> Destinations);

    readonly Volume _input, _output;
    readonly Tap[] _taps;
    readonly int _images;
    readonly AlignedArray<int> _channels;

    /// <summary>By tap, [channels, input channels].</summary>
    readonly AlignedArray<float> _transposed;

    /// <summary>Rows of a tap's weights, a multiple of 4, by which transposition goes.</summary>
    readonly int _tapRows;
    readonly int _stride;

    /// <param name="input">The convolution's input, in whole vectors.</param>
    /// <param name="window">Its window.</param>
    /// <param name="output">Its output.</param>
    /// <param name="images">The most images at a time.</param>
    public ConvolutionInputGradient(Volume input, Window window, Volume output, int images)
    {
        (_input, _output, _images) = (input, output, images);
        (_tapRows, _stride) = ((output.Channels + 3) / 4 * 4, KernelSet.Stride(input.ChannelStride));
        _channels = new([.. Enumerable.Range(0, output.Channels)]);
        _taps = [.. Enumerable.Range(0, window.Height * window.Width).Select(CreateTap)];
        _transposed = new((long)_taps.Length * _tapRows * _stride);

        Tap CreateTap(int tap)
        {
            var (sources, destinations) = (new List<int>(), new List<int>());
            for (var i = 0; i < images * output.Positions; i++)
            {
                var (image, position) = Math.DivRem(i, output.Positions);
                var y = position / output.Width * window.Stride + tap / window.Width - window.Padding;
                var x = position % output.Width * window.Stride + tap % window.Width - window.Padding;
                if (y < 0 || y >= input.Height || x < 0 || x >= input.Width)
                    continue;
                sources.Add(image * output.Stride + position * output.ChannelStride);
                destinations.Add(image * input.Stride + (y * input.Width + x) * input.ChannelStride);
            }
            return new(new([.. sources]), new([.. destinations]));
        }
    }

    /// <summary>Computes the loss's gradient by some images from that by their convolutions.</summary>
    /// <param name="kernels">The kernels to use.</param>
    /// <param name="δOutput">[images, output's stride]</param>
    /// <param name="δInput">[images, input's stride]</param>
    /// <param name="images">Number of images.</param>
    public void Compute(KernelSet kernels, float* δOutput, float* δInput, int images)
    {
        new Span<float>(δInput, images * _input.Stride).Clear();
        var weights = _transposed.Pointer;
        foreach (var tap in _taps)
        {
            kernels.IndirectGemm(
                δOutput, tap.Sources.Pointer, _channels.Pointer, weights, null, δInput, tap.Destinations.Pointer,
                tap.Sources.Length / _images * images, _output.Channels, _input.ChannelStride, _stride);
            weights += _tapRows * _stride;
        }
    }

    /// <summary>Transposes weight rows that have new values.</summary>
    public void WeightsChanged(Parameters weights, int firstRow, int rows)
    {
        for (int row = firstRow, count; row < firstRow + rows; row += count)
        {
            var (tap, channel) = Math.DivRem(row, _input.Channels);
            count = Math.Min(_input.Channels - channel, firstRow + rows - row);
            Transposition.Transpose(
                weights.Row(row), weights.Stride, _transposed.Pointer + (nint)tap * _tapRows * _stride + channel,
                _stride, count, _tapRows);
        }
    }
}
