using MnistMl.Model;
using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;
using MnistMl.Optimizers;

namespace MnistMl.Network;

/// <summary>
/// A convolution: at each position of a window, y = patch·W + b, with W as [window rows, window columns, input channels,
/// channels], and an optional ReLU. With a normalisation in between, the bias is the normalisation's. Each pass is a product of matrices whose elements are gathered where they are.
/// </summary>
sealed unsafe class ConvolutionLayer : Layer
{
    /// <summary>Small pictures are taken several at a time, up to about this many positions.</summary>
    const int PassPositions = 256;

    readonly Window _window;
    readonly Volume _padded;
    readonly int _images;

    /// <summary>Where patches begin, where in a patch its numbers are, and where outputs and rows of weights go.</summary>
    readonly AlignedArray<int> _patches, _taps, _outputs, _weightRows;

    /// <summary>Where patches begin, with a place for each that δ has room for, be it padding.</summary>
    readonly AlignedArray<int> _slots;

    readonly AlignedArray<float> _noBias;
    readonly ConvolutionInputGradient? _inputGradient;

    /// <param name="index">The layer's place in the network, from 0.</param>
    /// <param name="input">The picture.</param>
    /// <param name="window">What an output sees of it.</param>
    /// <param name="channels">Outputs at a position, at least 1.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    /// <param name="normalized">Whether a normalisation comes before the ReLU, which there is then.</param>
    /// <exception cref="ArgumentException">The window does not fit the picture.</exception>
    public ConvolutionLayer(int index, Volume input, Window window, int channels, bool relu, bool normalized = false)
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
        var slots = OutputStride / Output.ChannelStride;
        var imageStride = window.Padding > 0 ? _padded.Length : input.Stride;
        _patches = Repeated(starts, imageStride);
        _slots = Repeated([.. starts, .. new int[slots - starts.Length]], imageStride);
        _outputs = Repeated([.. Enumerable.Range(0, Output.Positions).Select(i => i * Output.ChannelStride)], OutputStride);
        _taps = new([.. window.Positions(_padded).SelectMany(position => Enumerable.Range(position, input.Channels))]);
        _weightRows = new([.. Enumerable.Range(0, Weights.RowCount).Select(row => row * Weights.Stride)]);
        _noBias = new(Weights.Stride);
        if (index > 0)
            _inputGradient = new(input, window, Output, _images);
        if (normalized)
            Normalization = new(channels);
    }

    /// <summary>What comes between the products and the ReLU, if anything does.</summary>
    public BatchNormalization? Normalization { get; }

    int PaddedLength => _window.Padding > 0 ? _images * _padded.Length : 0;

    /// <summary>
    /// A group's padded pictures, then, in training, its gradients by weights and biases, and, for a normalisation, that by
    /// the scales, the statistics, and what there is to normalise.
    /// </summary>
    public override int ScratchLength(int groupRows, bool training)
    {
        var length = KernelSet.Pad(PaddedLength);
        if (training)
            length += (Weights.RowCount + 1) * Weights.Stride;
        if (training && Normalization != null)
            length += Weights.Stride + Normalization.StatisticsLength + groupRows * OutputStride;
        return KernelSet.Stride(length);
    }

    public override int MinGroupRows => Normalization == null ? 1 : BatchNormalization.MinRows;

    public override void PrepareTraining(int moments, bool averaged)
    {
        base.PrepareTraining(moments, averaged);
        Normalization?.PrepareTraining(moments, averaged);
    }

    public override void SwapAverages()
    {
        base.SwapAverages();
        Normalization?.SwapAverages();
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

    /// <summary>Takes the weights and biases of a trained layer.</summary>
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

    /// <summary>
    /// A copy of the weights and biases, for a picture not yet multiplied by <paramref name="scale"/>; a normalisation
    /// becomes part of them.
    /// </summary>
    public SpatialLayer ToTrained(float scale)
    {
        var options = new Conv2D(Output.Channels, _window.Height, _window.Width, _window.Stride, _window.Padding);
        var layer = new SpatialLayer(options, Input.Shape, new float[Weights.RowCount * Output.Channels], new float[Output.Channels]);
        for (var channel = 0; channel < Output.Channels; channel++)
        {
            var (factor, shift) = Normalization?.Fold(channel) ?? (1, 0);
            for (var row = 0; row < Weights.RowCount; row++)
                layer.Weights[channel * Weights.RowCount + row] = Weights.Row(row)[channel] * factor * scale;
            layer.Biases[channel] = Biases.Row(0)[channel] + shift;
        }
        return layer;
    }

    protected override void Product(Batch batch, int firstRow, int rows)
    {
        for (int row = firstRow, images; row < firstRow + rows; row += images)
        {
            images = Images(batch, row, firstRow + rows);
            Kernels.IndirectGemm(
                Padded(batch, row, images), _patches.Pointer, _taps.Pointer, Weights.Row(0),
                Normalization == null ? Biases.Row(0) : _noBias.Pointer, Products(batch, row), _outputs.Pointer,
                images * Output.Positions, Weights.RowCount, Output.ChannelStride, Weights.Stride);
        }
    }

    protected override void Activate(Batch batch, int firstRow, int rows)
    {
        if (Normalization == null)
        {
            base.Activate(batch, firstRow, rows);
        }
        else if (!batch.IsTraining)
        {
            Normalization.Score(batch.Values(Index + 1, firstRow), Shape(rows), Biases.Row(0));
        }
        else
        {
            for (var row = firstRow; row < firstRow + rows; row += batch.GroupRows)
            {
                Normalization.Forward(
                    Products(batch, row), Shape(Math.Min(batch.GroupRows, firstRow + rows - row)),
                    Statistics(batch, row), Biases.Row(0), batch.Values(Index + 1, row));
            }
        }
    }

    protected override void ActivationGradient(Batch batch, int firstRow, int rows)
    {
        if (Normalization == null)
        {
            base.ActivationGradient(batch, firstRow, rows);
            return;
        }
        for (var row = firstRow; row < firstRow + rows; row += batch.GroupRows)
        {
            Normalization.Backward(
                Products(batch, row), Shape(Math.Min(batch.GroupRows, firstRow + rows - row)), Statistics(batch, row),
                batch.Values(Index + 1, row), KeptFactor, batch.Δ(Index + 1, row), ScaleSums(batch, row), BiasSums(batch, row));
        }
    }

    public override void SumGradients(Batch batch, int firstRow, int rows)
    {
        for (int row = firstRow, images; row < firstRow + rows; row += images)
        {
            images = Images(batch, row, firstRow + rows);
            var isFirst = row % batch.GroupRows == 0;
            var (δ, places) = ((nint)batch.Δ(Index + 1, row), images * (OutputStride / Output.ChannelStride));
            var weightSums = WeightSums(batch, row);
            Kernels.IndirectGemm(
                Padded(batch, row, images), _taps.Pointer, _slots.Pointer, (float*)δ, isFirst ? _noBias.Pointer : null,
                weightSums, _weightRows.Pointer, Weights.RowCount, places, Output.ChannelStride, Output.ChannelStride);

            if (Normalization != null)
                continue;
            var biasSums = BiasSums(batch, row);
            Kernels.SumWithBias(
                (float*)δ, Output.ChannelStride, places, isFirst ? _noBias.Pointer : biasSums, biasSums, 1, Output.ChannelStride);
        }
    }

    public override void InputGradient(Batch batch, int firstRow, int rows)
    {
        for (int row = firstRow, images; row < firstRow + rows; row += images)
        {
            images = Images(batch, row, firstRow + rows);
            _inputGradient!.Compute(Kernels, batch.Δ(Index + 1, row), batch.Δ(Index, row), images);
        }
    }

    public override void WeightGradient(Batch batch, int thread, int firstRow, int rows, float* gradient) =>
        AddGroups(batch, firstRow, rows, gradient);

    public override void BiasGradient(Batch batch, float* gradient) => AddGroups(batch, Weights.RowCount, 1, gradient);

    /// <summary>The loss's gradient by a normalisation's scales, summed over the batch.</summary>
    public void ScaleGradient(Batch batch, float* gradient) => AddGroups(batch, Weights.RowCount + 1, 1, gradient);

    public override void Update(Batch batch, in OptimizerStep step, float* gradient, int thread)
    {
        base.Update(batch, step, gradient, thread);
        if (Normalization == null || thread < batch.Threads - 1)
            return;
        ScaleGradient(batch, gradient);
        step.Update(Normalization.Scales, 0, 1, gradient, decays: false);
        Normalization.Update(batch, Statistics(batch, 0), batch.ScratchStride(Index), step);
    }

    public override void WeightsChanged(int firstRow, int rows) => _inputGradient?.WeightsChanged(Weights, firstRow, rows);

    void AddGroups(Batch batch, int firstRow, int rows, float* gradient) =>
        Kernels.SumWithBias(
            WeightSums(batch, 0) + firstRow * Weights.Stride, batch.ScratchStride(Index), batch.Groups,
            _noBias.Pointer, gradient, rows, Weights.Stride);

    /// <summary>A group's gradient by the weights, and after it those by the biases and by a normalisation's scales.</summary>
    float* WeightSums(Batch batch, int row) => batch.Scratch(Index, row) + KernelSet.Pad(PaddedLength);

    float* BiasSums(Batch batch, int row) => WeightSums(batch, row) + Weights.RowCount * Weights.Stride;

    float* ScaleSums(Batch batch, int row) => BiasSums(batch, row) + Weights.Stride;

    /// <summary>What a normalisation has measured of a group.</summary>
    float* Statistics(Batch batch, int row) => ScaleSums(batch, row) + Weights.Stride;

    /// <summary>Where a row's products go: those that are normalised in training are kept for the way back.</summary>
    float* Products(Batch batch, int row) => Normalization != null && batch.IsTraining
        ? Statistics(batch, row) + Normalization.StatisticsLength + row % batch.GroupRows * (nint)OutputStride
        : batch.Values(Index + 1, row);

    SpatialLayout Shape(int rows) => new(rows, OutputStride, Output.Positions, Output.ChannelStride);

    /// <summary>How many pictures to take at a time: no two groups'.</summary>
    int Images(Batch batch, int row, int end) =>
        Math.Min(_images, Math.Min(end - row, batch.GroupRows - row % batch.GroupRows));

    /// <summary>Some rows' pictures with their padding around them.</summary>
    float* Padded(Batch batch, int row, int images)
    {
        if (_window.Padding == 0)
            return batch.Values(Index, row);
        var padded = batch.Scratch(Index, row);
        for (var image = 0; image < images; image++)
        {
            Input.CopyInto(
                batch.Values(Index, row + image), padded + image * _padded.Length, _padded, _window.Padding, _window.Padding);
        }
        return padded;
    }

    /// <summary>Offsets in one picture, for several of them.</summary>
    AlignedArray<int> Repeated(int[] offsets, int imageStride) =>
        new([.. Enumerable.Range(0, _images).SelectMany(image => offsets.Select(offset => image * imageStride + offset))]);
}
