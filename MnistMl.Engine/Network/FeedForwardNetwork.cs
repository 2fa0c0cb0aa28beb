using MnistMl.Model;
using MnistMl.Numerics;
using MnistMl.Optimizers;

namespace MnistMl.Network;

/// <summary>
/// Layers in a row, from features to logits. <see cref="Training.Trainer"/> trains it; the result is a
/// <see cref="TrainedNetwork"/>.
/// </summary>
sealed unsafe class FeedForwardNetwork
{
    /// <summary>Rows with fewer non-zeros than this, as a share of all features, are treated as sparse.</summary>
    const double SparseBelow = 0.5;

    readonly ISpatialLayer[] _spatialLayers;
    readonly FullyConnectedLayer[] _fullyConnectedLayers;
    readonly DenseLayer[] _denseLayers;
    readonly TrainableLayer[] _trainableLayers;

    /// <summary>Puts layers together, each of which takes the outputs of the one before.</summary>
    public FeedForwardNetwork(Layer[] layers)
    {
        Layers = layers;
        _spatialLayers = [.. layers.OfType<ISpatialLayer>()];
        _fullyConnectedLayers = [.. layers.OfType<FullyConnectedLayer>()];
        _denseLayers = [.. layers.OfType<DenseLayer>()];
        _trainableLayers = [.. layers.OfType<TrainableLayer>()];
        if (layers[0] is SparseDenseLayer sparse)
            SparseInput = new(sparse, layers.ElementAtOrDefault(1) as SplitDenseLayer);
    }

    /// <summary>The layers, from the input on.</summary>
    public Layer[] Layers { get; }

    /// <summary>The first layers, where they take rows without their zeros.</summary>
    public SparseInput? SparseInput { get; }

    /// <summary>Length of an input row.</summary>
    public int FeatureCount => Layers[0].Inputs;

    /// <summary>Number of classes.</summary>
    public int ClassCount => Layers[^1].Outputs;

    /// <summary>Whether the first layer takes rows without their zeros.</summary>
    public bool HasSparseInput => SparseInput != null;

    /// <summary>Length of the buffer that <see cref="Update"/> takes for a piece of the gradient, in floats.</summary>
    public int GradientLength => _trainableLayers.Max(layer => layer.GradientLength);

    /// <summary>Creates a network to train: He initialization, biases zero.</summary>
    /// <param name="densities">[features]: in what share of the rows each is not zero, 0 to 1.</param>
    /// <param name="hidden">The hidden layers; may be none.</param>
    /// <param name="classCount">Number of classes.</param>
    /// <param name="random">The generator of the weights.</param>
    /// <exception cref="MnistMlException">A layer does not fit its input, or is too large.</exception>
    public static FeedForwardNetwork Create(
        double[] densities, IReadOnlyList<LayerSpec> hidden, int classCount, Random random)
    {
        var network = new FeedForwardNetwork(
            CreateLayers(IsSparse(densities), LayerShape.Of(densities.Length, hidden, classCount)));
        foreach (var layer in network._trainableLayers)
            layer.Initialize(random);
        return network;
    }

    /// <summary>The network of a trained one, to score with.</summary>
    /// <param name="trained">The trained network.</param>
    /// <param name="isSparse">Whether most features are zero.</param>
    public static FeedForwardNetwork From(TrainedNetwork trained, bool isSparse)
    {
        var network = new FeedForwardNetwork(CreateLayers(isSparse, trained.Shapes));
        foreach (var (layer, source) in network._spatialLayers.Zip(trained.SpatialLayers))
            (layer as ConvolutionLayer)?.Set(source);
        foreach (var (layer, source) in network._fullyConnectedLayers.Zip(trained.Layers))
            layer.Set(source);
        return network;
    }

    /// <summary>Whether rows are treated as sparse.</summary>
    /// <param name="densities">[features]: in what share of the rows each is not zero, 0 to 1.</param>
    public static bool IsSparse(double[] densities) => densities.Average() < SparseBelow;

    static Layer[] CreateLayers(bool isSparse, LayerShape[] shapes)
    {
        var layers = new List<Layer>();
        foreach (var (i, shape) in shapes.Index())
        {
            var (index, input, relu) = (layers.Count, shape.Input, i < shapes.Length - 1);
            try
            {
                switch (shape.Options)
                {
                    case Dropout dropout:
                        layers[^1].DropoutRate = (float)dropout.Rate;
                        break;
                    case Dense dense:
                        if (index == 0 && isSparse)
                            layers.Add(new SparseDenseLayer(input.Count, dense.Width, relu));
                        else if (index == 1 && layers[0] is SparseDenseLayer first)
                            layers.Add(new SplitDenseLayer(first, dense.Width, relu));
                        else
                            layers.Add(new DenseLayer(index, input, dense.Width, relu));
                        break;
                    case Conv2D convolution:
                        var window = Window.Of(convolution)!.Value;
                        layers.Add(convolution.BatchNorm
                            ? new BatchNormConvolutionLayer(index, input, window, convolution.Channels)
                            : new ConvolutionLayer(index, input, window, convolution.Channels, relu));
                        break;
                    case AveragePooling2D pooling:
                        layers.Add(new AveragePoolingLayer(index, input, pooling));
                        break;
                    case MaxPooling2D pooling:
                        layers.Add(new MaxPoolingLayer(index, input, pooling));
                        break;
                }
            }
            catch (Exception wrong) when (wrong is OverflowException or OutOfMemoryException)
            {
                throw new MnistMlException(
                    $"Layer {i + 1} of the network, '{shape.Options}', takes {input}: That does not fit into memory. "
                    + "Make the layer, or what is before it, smaller.", wrong);
            }
        }
        return [.. layers];
    }

    /// <summary>Allocates moments and averages, which only training needs.</summary>
    /// <inheritdoc cref="Parameters.PrepareTraining"/>
    public void PrepareTraining(int moments, bool averaged)
    {
        foreach (var layer in _trainableLayers)
            layer.PrepareTraining(moments, averaged);
    }

    /// <summary>A copy of the weights that takes features not yet multiplied by <paramref name="scale"/>.</summary>
    /// <param name="classNames">The classes' names.</param>
    /// <param name="scale">[features]: the factor of each feature in training.</param>
    /// <exception cref="ArgumentException">The features are images, and have different scales.</exception>
    public TrainedNetwork ToTrained(IReadOnlyList<string> classNames, ReadOnlySpan<float> scale)
    {
        if (_spatialLayers.Length > 0 && scale.ContainsAnyExcept(scale[0]))
            throw new ArgumentException("The same weights go over all of an image, and take one scale.", nameof(scale));
        var spatialLayers = new List<SpatialLayer>();
        foreach (var layer in _spatialLayers)
            spatialLayers.Add(layer.ToTrained(spatialLayers.Count == 0 ? scale[0] : 1));
        var layers = new List<AffineLayer>();
        foreach (var layer in _fullyConnectedLayers)
            layers.Add(layer.ToTrained(layer.Index == 0 ? scale : []));
        return new(layers, classNames, spatialLayers);
    }

    /// <summary>
    /// The first part of a forward pass, which threads share by weights: the <see cref="SparseInput"/>. All threads end
    /// it before any goes on to <see cref="Forward"/>.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="input">Where the rows are.</param>
    /// <param name="rows">The rows of the batch, by their number in <paramref name="input"/>.</param>
    /// <param name="thread">This thread's number, from 0.</param>
    public void ForwardShare(Batch batch, FeatureMatrix input, ReadOnlySpan<int> rows, int thread) =>
        SparseInput?.Forward(batch, input, rows, thread);

    /// <summary>Computes all layers' outputs, logits last, for some rows of the batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="input">Where the rows are.</param>
    /// <param name="rows">The rows of the batch, by their number in <paramref name="input"/>.</param>
    /// <param name="firstRow">The first of this thread's rows.</param>
    /// <param name="count">How many rows are this thread's.</param>
    public void Forward(Batch batch, FeatureMatrix input, ReadOnlySpan<int> rows, int firstRow, int count)
    {
        if (!HasSparseInput)
        {
            for (var row = firstRow; row < firstRow + count; row++)
                input.Load(rows[row], batch.Values(0, row));
        }
        for (var row = firstRow; row < firstRow + count; row += batch.GroupRows)
        {
            foreach (var layer in _spatialLayers)
                layer.Forward(batch, row, Math.Min(batch.GroupRows, firstRow + count - row));
        }
        foreach (var layer in _denseLayers)
            layer.Forward(batch, firstRow, count);
    }

    /// <summary>
    /// Computes the loss's gradients by all layers' outputs, from that by the logits, for some rows of the batch.
    /// </summary>
    public void Backward(Batch batch, int firstRow, int rows)
    {
        for (var i = _denseLayers.Length - 1; i >= 0; i--)
            _denseLayers[i].Backward(batch, firstRow, rows);
        for (var row = firstRow; row < firstRow + rows; row += batch.GroupRows)
        {
            for (var i = _spatialLayers.Length - 1; i >= 0; i--)
                _spatialLayers[i].Backward(batch, row, Math.Min(batch.GroupRows, firstRow + rows - row));
        }
    }

    /// <summary>
    /// The last part of a training step, which threads share by weights: what is left of the backward pass, and the
    /// optimizer's step. All threads have ended <see cref="Backward"/>.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="step">The optimizer's step.</param>
    /// <param name="gradient">A buffer of this thread's own, of <see cref="GradientLength"/> floats.</param>
    /// <param name="thread">This thread's number, from 0.</param>
    /// <param name="input">Where the rows are.</param>
    /// <param name="nextRows">
    /// The rows of the next step; where the first layer is sparse, they are prefetched meanwhile.
    /// </param>
    public void Update(
        Batch batch, in OptimizerStep step, float* gradient, int thread, FeatureMatrix input,
        ReadOnlySpan<int> nextRows)
    {
        SparseInput?.Backward(batch, thread);
        SparseInput?.Update(batch, step, gradient, thread, input, nextRows);
        foreach (var layer in _trainableLayers.AsSpan(HasSparseInput ? 1 : 0))
            layer.Update(batch, step, gradient, thread);
    }

    /// <summary>All that a training changes, of the same network in the same training.</summary>
    public byte[] State
    {
        get
        {
            using var state = new MemoryStream();
            using var writer = new BinaryWriter(state);
            foreach (var layer in _trainableLayers)
                layer.WriteState(writer);
            writer.Flush();
            return state.ToArray();
        }
        set
        {
            using var reader = new BinaryReader(new MemoryStream(value));
            foreach (var layer in _trainableLayers)
                layer.ReadState(reader);
        }
    }

    /// <summary>Whether all of it is finite numbers.</summary>
    public bool IsFinite => _trainableLayers.All(layer => layer.IsFinite);

    /// <inheritdoc cref="TrainableLayer.SwapAverages"/>
    public void SwapAverages()
    {
        foreach (var layer in _trainableLayers)
            layer.SwapAverages();
    }
}
