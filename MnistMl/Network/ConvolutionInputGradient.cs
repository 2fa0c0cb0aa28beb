using MnistMl.Network.Kernels;

namespace MnistMl.Network;

/// <summary>
/// The gradient of a convolution by its input: what each input gets back from the windows it was in. With a stride s,
/// inputs whose places leave the same remainders by s get it through the same weights: s² convolutions of δ, each with
/// its part of the weights, turned over.
/// </summary>
sealed unsafe class ConvolutionInputGradient
{
    /// <summary>Inputs of the same remainders.</summary>
    /// <param name="Places">For each, where in δ the window that begins nearest above and left of it is.</param>
    /// <param name="Taps">From there, the outputs of all windows it is in.</param>
    /// <param name="Destinations">Where its channels are.</param>
    /// <param name="WeightRow">Where its part of the weights begins.</param>
    readonly record struct Part(AlignedArray<int> Places, AlignedArray<int> Taps, AlignedArray<int> Destinations, int WeightRow);

    readonly Volume _input, _output, _bordered;
    readonly int _top, _left, _tapRows, _stride;
    readonly List<Part> _parts = [];

    /// <summary>By row and column of the window, where its weights are in the transposed ones.</summary>
    readonly int[] _tapStarts;

    /// <summary>[window rows and columns by part, channels, input channels]</summary>
    readonly AlignedArray<float> _transposed;
    readonly AlignedArray<float> _noBias;
    readonly int _images;

    /// <param name="input">The convolution's input, in whole vectors.</param>
    /// <param name="window">Its window.</param>
    /// <param name="output">Its output.</param>
    /// <param name="images">The most pictures at a time.</param>
    public ConvolutionInputGradient(Volume input, Window window, Volume output, int images)
    {
        (_input, _output, _images) = (input, output, images);
        var (stride, padding) = (window.Stride, window.Padding);

        // Beyond δ's edges there is nothing to get back: zeros.
        (_top, _left) = (Math.Max(0, (window.Height - 1 - padding) / stride), Math.Max(0, (window.Width - 1 - padding) / stride));
        var (bottom, right) = (LastStart(input.Height), LastStart(input.Width));
        _bordered = output with
        {
            Height = _top + Math.Max(output.Height, bottom + 1),
            Width = _left + Math.Max(output.Width, right + 1),
        };

        // Transposition goes by fours.
        _tapRows = (output.Channels + 3) / 4 * 4;
        _stride = KernelSet.Stride(input.ChannelStride);
        _transposed = new((long)window.Height * window.Width * _tapRows * _stride);
        _noBias = new(_stride);
        _tapStarts = new int[window.Height * window.Width];
        var taps = 0;
        for (var yRemainder = 0; yRemainder < stride; yRemainder++)
        {
            for (var xRemainder = 0; xRemainder < stride; xRemainder++)
            {
                var part = new List<int>();
                var weightRow = taps * _tapRows;
                for (var y = yRemainder; y < window.Height; y += stride)
                {
                    for (var x = xRemainder; x < window.Width; x += stride)
                    {
                        _tapStarts[y * window.Width + x] = taps++ * _tapRows * _stride;
                        part.AddRange(Enumerable.Range(-(y / stride * _bordered.Width + x / stride) * output.ChannelStride, _tapRows));
                    }
                }
                Add(part, weightRow, yRemainder, xRemainder);
            }
        }

        int LastStart(int length) => (length - 1 + padding) / stride;

        void Add(List<int> part, int weightRow, int yRemainder, int xRemainder)
        {
            var (places, destinations) = (new List<int>(), new List<int>());
            for (var image = 0; image < images; image++)
            {
                for (var y = 0; y < input.Height; y++)
                {
                    for (var x = 0; x < input.Width; x++)
                    {
                        if ((y + padding) % stride != yRemainder || (x + padding) % stride != xRemainder)
                            continue;
                        var place = (_top + (y + padding) / stride) * _bordered.Width + _left + (x + padding) / stride;
                        places.Add(image * _bordered.Length + place * output.ChannelStride);
                        destinations.Add(image * input.Stride + (y * input.Width + x) * input.ChannelStride);
                    }
                }
            }
            _parts.Add(new(new([.. places]), new([.. part]), new([.. destinations]), weightRow));
        }
    }

    /// <summary>Floats that <see cref="Compute"/> needs, zeros at first.</summary>
    public int ScratchLength => _images * _bordered.Length;

    /// <summary>Computes the loss's gradient by some pictures from that by their convolutions.</summary>
    /// <param name="kernels">The kernels to use.</param>
    /// <param name="δOutput">[images, output's stride]</param>
    /// <param name="scratch">Room for <see cref="ScratchLength"/> floats.</param>
    /// <param name="δInput">[images, input's stride]</param>
    /// <param name="images">Number of pictures.</param>
    public void Compute(KernelSet kernels, float* δOutput, float* scratch, float* δInput, int images)
    {
        for (var image = 0; image < images; image++)
            _output.CopyInto(δOutput + image * _output.Stride, scratch + image * _bordered.Length, _bordered, _top, _left);
        foreach (var part in _parts)
        {
            kernels.GatheredProduct(
                scratch, part.Places.Pointer, part.Taps.Pointer, _transposed.Pointer + (nint)part.WeightRow * _stride,
                _noBias.Pointer, δInput, part.Destinations.Pointer,
                part.Places.Length / _images * images, part.Taps.Length, _input.ChannelStride, _stride);
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
                weights.Row(row), weights.Stride, _transposed.Pointer + _tapStarts[tap] + channel, _stride, count, _tapRows);
        }
    }
}
