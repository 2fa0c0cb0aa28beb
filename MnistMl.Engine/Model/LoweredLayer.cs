namespace MnistMl.Model;

/// <summary>
/// One of the affine layers that a network is lowered to for ML.NET: a layer with weights, joined with the poolings
/// before it. Its size is known before there are any weights.
/// </summary>
/// <param name="Layers">
/// Indices of the network's layers that it is made of: poolings, then a layer with weights.
/// </param>
/// <param name="Inputs">Its inputs.</param>
/// <param name="Outputs">Its outputs.</param>
/// <param name="NonZeros">At most so many of its weights are not zero.</param>
/// <param name="PoolingNumbers">Numbers in memory at most while its poolings are joined.</param>
sealed record LoweredLayer(IReadOnlyList<int> Layers, long Inputs, long Outputs, long NonZeros, long PoolingNumbers)
{
    /// <summary>Numbers of four bytes that an ML.NET model file holds for it at most.</summary>
    public long FileNumbers => SparseAffineLayer.FileNumbersOf(NonZeros, Inputs, Outputs);

    /// <summary>Weights and biases, zeros included.</summary>
    public long Parameters => (Inputs + 1) * Outputs;

    /// <summary>What a network to train is lowered to.</summary>
    /// <param name="shapes">Its layers.</param>
    /// <param name="ensembleSize">How many networks are side by side in these, with zeros between them.</param>
    public static IReadOnlyList<LoweredLayer> Of(LayerShape[] shapes, int ensembleSize = 1) =>
        Of(shapes, i => shapes[i].FanIn * shapes[i].Output.Channels / (i == 0 ? 1 : ensembleSize));

    /// <summary>What a trained network is lowered to.</summary>
    public static IReadOnlyList<LoweredLayer> Of(TrainedNetwork network)
    {
        long[] nonZeros =
        [
            .. network.AllParameters.Select(layer => (long)layer.Weights.Length - layer.Weights.AsSpan().Count(0)),
        ];
        return Of(network.Shapes, i => nonZeros[i]);
    }

    /// <param name="shapes">The layers.</param>
    /// <param name="nonZeros">How many weights of a convolution, by its place, are not zero.</param>
    static List<LoweredLayer> Of(LayerShape[] shapes, Func<int, long> nonZeros)
    {
        var lowered = new List<LoweredLayer>();
        var layers = new List<int>();
        // What one output of the poolings so far sees.
        var (inputs, pooled, poolingNumbers) = ((long)shapes[0].Input.Count, 1L, 0L);
        foreach (var (i, shape) in shapes.Index())
        {
            if (shape.Options is Dropout)
                continue;
            layers.Add(i);
            long outputs = shape.Output.Count;
            if (shape.Options is Pooling2D)
            {
                pooled = Math.Min(inputs, pooled * shape.FanIn);
                poolingNumbers += 2 * pooled * outputs;
                continue;
            }
            var all = inputs * outputs;
            // After a wide pooling, a wide convolution has more than a long holds.
            var some = shape.Options is Conv2D ? (Int128)pooled * nonZeros(i) * shape.Output.Positions : all;
            lowered.Add(new([.. layers], inputs, outputs, (long)Int128.Min(all, some), poolingNumbers));
            (inputs, pooled, poolingNumbers) = (outputs, 1, 0);
            layers.Clear();
        }
        return lowered;
    }
}
