using MnistMl.Model;

namespace MnistMl.Tests.Training.Reference;

/// <summary>
/// A layer as the textbook has it: in doubles, one number after the other. A batch is [rows][numbers]; an image's numbers
/// are [height, width, channels].
/// </summary>
abstract class ReferenceLayer
{
    /// <summary>What is learned.</summary>
    public virtual IReadOnlyList<ReferenceParameters> Parameters => [];

    /// <summary>What is measured in training and used in scoring.</summary>
    public virtual IReadOnlyList<ReferenceNumbers> Running => [];

    /// <summary>The layer's outputs for the rows of a batch.</summary>
    public abstract double[][] Forward(double[][] inputs, bool training);

    /// <summary>
    /// The loss's gradient by the inputs of the last <see cref="Forward"/>, from that by its outputs; that by the parameters
    /// is left in them.
    /// </summary>
    public abstract double[][] Backward(double[][] δ);

    /// <summary>
    /// The layers of a network with the weights of a trained one: ReLU, batch normalization and dropout, which a trained one
    /// does not tell of, are layers of their own.
    /// </summary>
    /// <param name="hidden">The hidden layers.</param>
    /// <param name="network">Where the weights are from.</param>
    /// <param name="batchSize">The most rows in a batch.</param>
    public static List<ReferenceLayer> Of(IReadOnlyList<LayerSpec> hidden, TrainedNetwork network, int batchSize)
    {
        var size = (int)Math.Sqrt(network.FeatureCount);
        var shape = new ImageShape(size, size, 1);
        var weights = new Queue<(float[] Weights, float[] Biases)>(
            network.AllParameters.Where(layer => layer.Biases.Length > 0));
        var layers = new List<ReferenceLayer>();
        foreach (var options in hidden)
        {
            switch (options)
            {
                case Dense:
                    AddDense();
                    layers.Add(new ReferenceRelu());
                    break;
                case Conv2D o:
                    var convolution = new ReferenceConvolution(o, shape, weights.Dequeue(), hasBias: !o.BatchNorm);
                    layers.Add(convolution);
                    if (o.BatchNorm)
                        layers.Add(new ReferenceBatchNorm(o.Channels, batchSize));
                    layers.Add(new ReferenceRelu());
                    shape = convolution.Output;
                    break;
                case Pooling2D o:
                    var pooling = new ReferencePooling(o, shape);
                    layers.Add(pooling);
                    shape = pooling.Output;
                    break;
                case Dropout o:
                    layers.Add(new ReferenceDropout(o.Rate));
                    break;
            }
        }
        AddDense();
        return layers;

        void AddDense()
        {
            var (matrix, biases) = weights.Dequeue();
            layers.Add(new ReferenceDense(matrix, biases));
        }
    }

    /// <summary>Zeros for as many rows.</summary>
    protected static double[][] Zeros(int rows, int length) =>
        [.. Enumerable.Range(0, rows).Select(_ => new double[length])];

    protected static double[] ToDoubles(float[] numbers) => Array.ConvertAll(numbers, number => (double)number);
}

/// <summary>The greater of a number and zero.</summary>
sealed class ReferenceRelu : ReferenceLayer
{
    double[][] _inputs = [];

    public override double[][] Forward(double[][] inputs, bool training)
    {
        _inputs = inputs;
        return [.. inputs.Select(row => row.Select(x => Math.Max(x, 0)).ToArray())];
    }

    public override double[][] Backward(double[][] δ) =>
        [.. δ.Zip(_inputs, (row, inputs) => row.Zip(inputs, (d, x) => x > 0 ? d : 0).ToArray())];
}

/// <summary>Leaves out some numbers of a training batch, and divides the others by what is left of 1.</summary>
sealed class ReferenceDropout(double share) : ReferenceLayer
{
    /// <summary>[rows][numbers]: which are kept in the next training step.</summary>
    public bool[][] Kept { get; set; } = [];

    public override double[][] Forward(double[][] inputs, bool training) => training ? Drop(inputs) : inputs;

    public override double[][] Backward(double[][] δ) => Drop(δ);

    double[][] Drop(double[][] rows) =>
        [.. rows.Zip(Kept, (row, kept) => row.Zip(kept, (x, isKept) => isKept ? x / (1 - share) : 0).ToArray())];
}
