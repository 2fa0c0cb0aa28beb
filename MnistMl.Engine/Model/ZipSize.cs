namespace MnistMl.Model;

/// <summary>How many numbers a network takes as affine layers, known before any of them is made.</summary>
/// <param name="InFile">
/// What a model file for ML.NET holds, at most: zeros left out where that makes it smaller, and the network as it is, if
/// that is not one of affine layers. Or, if that is more, what is in memory on the way there.
/// </param>
/// <param name="WithZeros">All weights and biases.</param>
readonly record struct ZipSize(long InFile, long WithZeros)
{
    /// <summary>The size of the affine layers of a network to train.</summary>
    /// <param name="shapes">Its layers.</param>
    /// <param name="ensembleSize">How many networks are side by side in these, with zeros between them.</param>
    public static ZipSize Of(LayerShape[] shapes, int ensembleSize = 1) =>
        Of(shapes, layer => shapes[layer].FanIn * shapes[layer].Output.Channels / (layer == 0 ? 1 : ensembleSize));

    /// <summary>The size of the affine layers of a trained network.</summary>
    public static ZipSize Of(TrainedNetwork network)
    {
        long[] notZero = [.. network.AllParameters.Select(layer => (long)layer.Weights.Length - layer.Weights.AsSpan().Count(0))];
        return Of(network.Shapes, layer => notZero[layer]);
    }

    /// <param name="shapes">The layers.</param>
    /// <param name="weights">How many weights of a convolution, by its place among the layers, are not zero.</param>
    static ZipSize Of(LayerShape[] shapes, Func<int, long> weights)
    {
        // What one output sees of the last layer with a ReLU, if poolings are between.
        var (inputs, pooled) = ((long)shapes[0].Input.Count, 1L);
        var (withZeros, poolings) = (0L, 0L);
        var inFile = shapes[0].Options is Conv2D ? shapes.Sum(shape => shape.Parameters) : 0;
        foreach (var (i, shape) in shapes.Index())
        {
            if (shape.Options is Dropout)
                continue;
            long outputs = shape.Output.Count;
            if (shape.Options is Pooling2D)
            {
                pooled = Math.Min(inputs, pooled * shape.FanIn);
                poolings = Math.Max(poolings, 2 * pooled * outputs);
                continue;
            }
            withZeros += (inputs + 1) * outputs;
            if (shape.Options is Conv2D)
            {
                // After a wide pooling, a wide convolution has more than a long holds.
                var notZero = (Int128)pooled * weights(i) * shape.Output.Positions;
                inFile += SparseAffineLayer.FileNumbersOf((long)Int128.Min(inputs * outputs, notZero), inputs, outputs);
            }
            else
            {
                inFile += (inputs + 1) * outputs;
            }
            (inputs, pooled) = (outputs, 1);
        }
        return new(Math.Max(inFile, poolings), Math.Max(withZeros, poolings));
    }
}
