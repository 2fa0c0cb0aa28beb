using MnistMl.Model;
using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Network;

/// <summary>
/// A convolution: at each position of a window, y = patch·W + b, with W as [window rows, window columns, input
/// channels, channels], and an optional ReLU. Each pass is an indirect GEMM (Dukhan, "The indirect convolution
/// algorithm", 2019): patches are read where they are, never copied.
/// </summary>
unsafe class ConvolutionLayer : TrainableLayer, ISpatialLayer
{
    /// <summary>Small images are taken several at a time, up to about this many positions.</summary>
    const int PassPositions = 256;

    /// <summary>Buffers in a batch, by group of rows: images with their padding, and sums of gradients.</summary>
    const int Padded = 0, WeightSums = 1;

    /// <summary>The sums of the biases' gradients: [channels].</summary>
    protected const int BiasSums = 2;

    readonly Window _window;
    readonly Volume _padded;
    readonly int _images;

    /// <summary>
    /// Where patches begin, where in a patch its numbers are, and where outputs and rows of weights go.
    /// </summary>
    readonly AlignedArray<int> _patches, _taps, _outputs, _weightRows;

    /// <summary>Where patches begin, with a place for each that δ has room for, be it padding.</summary>
    readonly AlignedArray<int> _slots;

    readonly AlignedArray<float> _noBias;
    readonly ConvolutionInputGradient? _inputGradient;

    /// <param name="index">The layer's place in the network, from 0.</param>
    /// <param name="input">The shape of an image.</param>
    /// <param name="window">The window that moves over it.</param>
    /// <param name="channels">Outputs at a position, at least 1.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    /// <exception cref="ArgumentException">The window does not fit the image.</exception>
    public ConvolutionLayer(int index, Volume input, Window window, int channels, bool relu)
        : base(
            index, input, window.Over(input, channels),
            new Parameters(window.Height * window.Width * input.Channels, KernelSet.Stride(channels)),
            new Parameters(1, KernelSet.Stride(channels)), relu)
    {
        _window = window;
        _padded = input with { Height = input.Height + 2 * window.Padding, Width = input.Width + 2 * window.Padding };
        _images = OutputStride % Output.ChannelStride == 0
            ? Math.Clamp(PassPositions / Output.Positions, 1, Batch.MaxGroups)
            : 1;

        var starts = window.Starts(_padded, Output).ToArray();
        var imageStride = window.Padding > 0 ? _padded.Length : input.Stride;
        _patches = Repeated(starts, imageStride);
        _slots = Repeated([.. starts, .. new int[SlotsPerImage - starts.Length]], imageStride);
        _outputs = Repeated(
            [.. Enumerable.Range(0, Output.Positions).Select(i => i * Output.ChannelStride)], OutputStride);
        _taps = new([.. window.Positions(_padded).SelectMany(position => Enumerable.Range(position, input.Channels))]);
        _weightRows = new([.. Enumerable.Range(0, Weights.RowCount).Select(row => row * Weights.Stride)]);
        _noBias = new(Weights.Stride);
        if (index > 0)
            _inputGradient = new(input, window, Output, _images);
    }

    /// <summary>[channels]: a bias of zeros, to start sums with.</summary>
    protected float* NoBias => _noBias.Pointer;

    public override long[] ScratchLengths(Batch batch)
    {
        var padded = _window.Padding > 0 ? _images * _padded.Length : 0;
        return batch.IsTraining
            ? PerGroup(padded, Weights.RowCount * Weights.Stride, Weights.Stride)
            : PerGroup(padded);
    }

    public override void Initialize(Random random)
    {
        for (var row = 0; row < Weights.RowCount; row++)
        {
            for (var channel = 0; channel < Output.Channels; channel++)
                Weights.Row(row)[channel] = Parameters.HeNormal(Weights.RowCount, random);
        }
        WeightsChanged(0, Weights.RowCount);
    }

    /// <summary>Copies the weights and biases of a trained layer.</summary>
    public void Set(SpatialLayer layer)
    {
        for (var channel = 0; channel < Output.Channels; channel++)
        {
            for (var row = 0; row < Weights.RowCount; row++)
                Weights.Row(row)[channel] = layer.Weights[channel * Weights.RowCount + row];
            Biases.Row(0)[channel] = layer.Biases[channel];
        }
        WeightsChanged(0, Weights.RowCount);
    }

    public SpatialLayer ToTrained(float scale)
    {
        var options = new Conv2D(Output.Channels, _window.Height, _window.Width, _window.Stride, _window.Padding);
        var layer = new SpatialLayer(
            options, Input.Shape, new float[Weights.RowCount * Output.Channels], new float[Output.Channels]);
        for (var channel = 0; channel < Output.Channels; channel++)
        {
            var (factor, shift) = Fold(channel);
            for (var row = 0; row < Weights.RowCount; row++)
                layer.Weights[channel * Weights.RowCount + row] = Weights.Row(row)[channel] * factor * scale;
            layer.Biases[channel] = Biases.Row(0)[channel] + shift;
        }
        return layer;
    }

    /// <summary>
    /// What becomes of a channel's products in a trained network: a factor, and a shift beside the bias.
    /// </summary>
    protected virtual (float Factor, float Shift) Fold(int channel) => (1, 0);

    public virtual void Forward(Batch batch, int firstRow, int rows)
    {
        Multiply(batch, firstRow, rows, Biases.Row(0), batch.Values(Index + 1, firstRow));
        Activate(batch, firstRow, rows);
    }

    /// <summary>Multiplies the patches of some images by the weights.</summary>
    protected void Multiply(Batch batch, int firstRow, int rows, float* biases, float* products)
    {
        for (int row = 0, images; row < rows; row += images)
        {
            images = Math.Min(_images, rows - row);
            Kernels.IndirectGemm(
                PaddedImages(batch, firstRow + row, images), _patches.Pointer, _taps.Pointer, Weights.Row(0),
                biases, products + row * (nint)OutputStride, _outputs.Pointer,
                images * Output.Positions, Weights.RowCount, Output.ChannelStride, Weights.Stride);
        }
    }

    public virtual void Backward(Batch batch, int firstRow, int rows)
    {
        ActivationGradient(batch, firstRow, rows);
        SumBiasGradient(batch, firstRow, rows);
        ProductGradient(batch, firstRow, rows);
    }

    /// <summary>
    /// Takes the loss's gradient by the products of a group's rows back to the weights and to the inputs.
    /// </summary>
    protected void ProductGradient(Batch batch, int firstRow, int rows)
    {
        SumWeightGradient(batch, firstRow, rows);
        if (Index > 0)
            InputGradient(batch, firstRow, rows);
    }

    /// <summary>Sums the loss's gradient by the weights over a group's rows.</summary>
    public void SumWeightGradient(Batch batch, int firstRow, int rows)
    {
        var sums = batch.GroupScratch(Index, WeightSums, firstRow);
        for (int row = firstRow, images; row < firstRow + rows; row += images)
        {
            images = Math.Min(_images, firstRow + rows - row);
            Kernels.IndirectGemm(
                PaddedImages(batch, row, images), _taps.Pointer, _slots.Pointer, batch.Δ(Index + 1, row),
                row == firstRow ? NoBias : null, sums, _weightRows.Pointer,
                Weights.RowCount, images * SlotsPerImage, Output.ChannelStride, Output.ChannelStride);
        }
    }

    void SumBiasGradient(Batch batch, int firstRow, int rows)
    {
        var sums = batch.GroupScratch(Index, BiasSums, firstRow);
        for (int row = firstRow, images; row < firstRow + rows; row += images)
        {
            images = Math.Min(_images, firstRow + rows - row);
            Kernels.SumWithBias(
                batch.Δ(Index + 1, row), Output.ChannelStride, images * SlotsPerImage, row == firstRow ? NoBias : sums,
                sums, 1, Output.ChannelStride);
        }
    }

    /// <summary>The loss's gradient by the inputs of some rows.</summary>
    public void InputGradient(Batch batch, int firstRow, int rows)
    {
        for (int row = firstRow, images; row < firstRow + rows; row += images)
        {
            images = Math.Min(_images, firstRow + rows - row);
            _inputGradient!.Compute(Kernels, batch.Δ(Index + 1, row), batch.Δ(Index, row), images);
        }
    }

    public override void WeightGradient(Batch batch, int thread, int firstRow, int rows, float* gradient) =>
        AddGroups(batch, WeightSums, firstRow, rows, gradient);

    public override void BiasGradient(Batch batch, float* gradient) => AddGroups(batch, BiasSums, 0, 1, gradient);

    /// <summary>Adds up some rows of the sums that the groups have in a buffer.</summary>
    protected void AddGroups(Batch batch, int buffer, int firstRow, int rows, float* gradient) =>
        Kernels.SumWithBias(
            batch.Scratch(Index, buffer) + firstRow * Weights.Stride, batch.GroupScratchStride(Index, buffer),
            batch.Groups,
            NoBias, gradient, rows, Weights.Stride);

    public override void WeightsChanged(int firstRow, int rows) =>
        _inputGradient?.WeightsChanged(Weights, firstRow, rows);

    /// <summary>Positions that an image of δ has room for, be it padding.</summary>
    int SlotsPerImage => OutputStride / Output.ChannelStride;

    /// <summary>Some rows' images with their padding around them.</summary>
    float* PaddedImages(Batch batch, int row, int images)
    {
        if (_window.Padding == 0)
            return batch.Values(Index, row);
        var padded = batch.GroupScratch(Index, Padded, row);
        for (var image = 0; image < images; image++)
        {
            Input.CopyInto(
                batch.Values(Index, row + image), padded + image * _padded.Length, _padded,
                _window.Padding, _window.Padding);
        }
        return padded;
    }

    /// <summary>Offsets in one image, for several of them.</summary>
    AlignedArray<int> Repeated(int[] offsets, int imageStride) =>
        new([.. Enumerable.Range(0, _images).SelectMany(
            image => offsets.Select(offset => image * imageStride + offset))]);
}
