using MnistMl.Models;

namespace MnistMl.Network;

/// <summary>
/// Layers in a row, from features to logits. To train it, see <see cref="Training.Trainer"/>; a trained one is handed on
/// as a <see cref="TrainedNetwork"/>.
/// </summary>
sealed unsafe class FeedForwardNetwork
{
    /// <summary>Rows with fewer non-zeros than this, as a share of all features, are treated as sparse.</summary>
    const double SparseBelow = 0.5;

    /// <summary>Creates a multilayer perceptron with all weights zero.</summary>
    /// <param name="widths">The features, the hidden layers' widths, and the classes.</param>
    /// <param name="densities">[features]: in what share of the rows to come each is not zero, 0 to 1.</param>
    FeedForwardNetwork(ReadOnlySpan<int> widths, double[] densities)
    {
        Layers = new Layer[widths.Length - 1];
        for (var i = 0; i < Layers.Length; i++)
        {
            var relu = i < Layers.Length - 1;
            Layers[i] = i switch
            {
                0 when densities.Average() < SparseBelow => new SparseDenseLayer(widths[0], widths[1], relu),
                1 when Layers[0] is SparseDenseLayer first => new SplitDenseLayer(first, widths[2], relu),
                _ => new DenseLayer(i, Volume.Flat(widths[i]), widths[i + 1], relu),
            };
        }
    }

    /// <summary>Puts layers together, each of which takes what the one before makes.</summary>
    public FeedForwardNetwork(Layer[] layers) => Layers = layers;

    /// <summary>The layers, from the input on.</summary>
    public Layer[] Layers { get; }

    /// <summary>Length of an input row.</summary>
    public int Features => Layers[0].Inputs;

    /// <summary>Number of classes.</summary>
    public int Classes => Layers[^1].Outputs;

    /// <summary>Whether the first layer takes rows without their zeros.</summary>
    public bool HasSparseInput => Layers[0] is SparseDenseLayer;

    /// <summary>Creates a multilayer perceptron to train: He's initialisation, biases zero.</summary>
    /// <param name="densities">[features]: in what share of the rows each is not zero, 0 to 1.</param>
    /// <param name="hidden">Widths of the hidden layers; may be none.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="random">Where the weights are drawn from.</param>
    public static FeedForwardNetwork Create(double[] densities, IReadOnlyList<int> hidden, int classes, Random random)
    {
        var network = new FeedForwardNetwork([densities.Length, .. hidden, classes], densities);
        foreach (var layer in network.Layers)
            layer.Initialize(random);
        return network;
    }

    /// <summary>The network of a trained one, to score with.</summary>
    public static FeedForwardNetwork From(TrainedNetwork trained, double[] densities)
    {
        var network = new FeedForwardNetwork([trained.Features, .. trained.Layers.Select(layer => layer.Outputs)], densities);
        foreach (var (i, layer) in network.Layers.Index())
            ((DenseLayer)layer).Set(trained.Layers[i]);
        return network;
    }

    /// <summary>A copy of the weights as a network that takes features not yet multiplied by <paramref name="scale"/>.</summary>
    /// <param name="labels">The classes' names.</param>
    /// <param name="scale">[features]: what each feature was multiplied by in training.</param>
    public TrainedNetwork ToTrained(IReadOnlyList<string> labels, ReadOnlySpan<float> scale)
    {
        var layers = new AffineLayer[Layers.Length];
        for (var i = 0; i < layers.Length; i++)
        {
            var ones = new float[Layers[i].Inputs];
            Array.Fill(ones, 1);
            layers[i] = Layers[i].ToAffine(i == 0 ? scale : ones);
        }
        return new TrainedNetwork(layers, labels);
    }

    /// <summary>
    /// The first part of a forward pass, which threads share by weights: what a sparse first layer does before the rows
    /// are shared out. All threads end it before any goes on to <see cref="Forward"/>.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="input">Where the rows are.</param>
    /// <param name="rows">The rows of the batch, by their number in <paramref name="input"/>.</param>
    /// <param name="thread">This thread's number, from 0.</param>
    public void ForwardShare(Batch batch, InputRows input, ReadOnlySpan<int> rows, int thread)
    {
        if (!HasSparseInput)
            return;
        for (var row = 0; row < rows.Length; row++)
            input.Load(rows[row], batch.SparseRows(thread), row);
        foreach (var layer in Layers)
            layer.ForwardShare(batch, rows.Length, thread);
    }

    /// <summary>Computes all layers' outputs, logits last, for some rows of the batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="input">Where the rows are.</param>
    /// <param name="rows">The rows of the batch, by their number in <paramref name="input"/>.</param>
    /// <param name="firstRow">The first of this thread's rows.</param>
    /// <param name="count">How many rows are this thread's.</param>
    public void Forward(Batch batch, InputRows input, ReadOnlySpan<int> rows, int firstRow, int count)
    {
        if (!HasSparseInput)
        {
            for (var row = firstRow; row < firstRow + count; row++)
                input.Load(rows[row], batch.Values(0, row));
        }
        foreach (var layer in Layers)
            layer.Forward(batch, firstRow, count);
    }

    /// <summary>Computes the loss's gradients by all layers' outputs, from that by the logits, for some rows of the batch.</summary>
    public void Backward(Batch batch, int firstRow, int rows)
    {
        for (var i = Layers.Length - 1; i >= 0; i--)
            Layers[i].Backward(batch, firstRow, rows);
    }

    /// <summary>
    /// The last part of a training step, which threads share by weights: what is left of the backward pass, and the
    /// optimiser's step. All threads have ended <see cref="Backward"/>.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="optimizer">What moves the weights.</param>
    /// <param name="gradient">Room for a piece of the gradient, this thread's own: <see cref="Layer.GradientLength"/> floats.</param>
    /// <param name="thread">This thread's number, from 0.</param>
    public void Update(Batch batch, Adam optimizer, float* gradient, int thread)
    {
        for (var i = Layers.Length - 1; i >= 0; i--)
            Layers[i].BackwardShare(batch, thread);
        foreach (var layer in Layers)
            layer.Update(batch, optimizer, gradient, thread);
    }
}
