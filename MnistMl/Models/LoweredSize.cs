using MnistMl.Network;
using MnistMl.Training;

namespace MnistMl.Models;

/// <summary>How many numbers a network takes as affine layers, known before any of them is made.</summary>
/// <param name="InFile">
/// What a model file for ML.NET holds, at most: zeros left out where that makes it smaller, and the network as it is, if
/// that is not one of affine layers. Or, if that is more, what is in memory on the way there.
/// </param>
/// <param name="WithZeros">All weights and biases.</param>
readonly record struct LoweredSize(long InFile, long WithZeros)
{
    /// <summary>The size of the affine layers for layers of some shapes.</summary>
    public static LoweredSize Of(LayerShape[] shapes)
    {
        // What one output sees of the last layer with a ReLU, if poolings are between.
        var (inputs, pooled) = ((long)shapes[0].Input.Count, 1L);
        var (withZeros, poolings) = (0L, 0L);
        var inFile = shapes[0].Options is ConvolutionOptions ? shapes.Sum(shape => shape.Parameters) : 0;
        foreach (var shape in shapes.Where(shape => shape.Options is not DropoutOptions))
        {
            var (seen, outputs) = (Math.Min(inputs, pooled * shape.Seen), (long)shape.Output.Count);
            if (shape.Options is PoolingOptions)
            {
                (pooled, poolings) = (seen, Math.Max(poolings, 2 * seen * outputs));
                continue;
            }
            withZeros += (inputs + 1) * outputs;
            inFile += shape.Options is ConvolutionOptions
                ? SparseAffineLayer.FileNumbersOf(seen * outputs, inputs, outputs)
                : (inputs + 1) * outputs;
            (inputs, pooled) = (outputs, 1);
        }
        return new(Math.Max(inFile, poolings), Math.Max(withZeros, poolings));
    }
}
