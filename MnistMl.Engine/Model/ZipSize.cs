namespace MnistMl.Model;

/// <summary>How many numbers of four bytes a network takes for ML.NET, known before there are any weights.</summary>
/// <param name="InFile">
/// What the model file holds at most: the lowered layers and, if there are convolutions, the network as it is. Or, if
/// that is more, what is in memory on the way there.
/// </param>
/// <param name="WithZeros">Weights and biases of the lowered layers, none left out.</param>
readonly record struct ZipSize(long InFile, long WithZeros)
{
    /// <summary>The size of a network to train.</summary>
    /// <param name="shapes">Its layers.</param>
    /// <param name="ensembleSize">How many networks are side by side in these, with zeros between them.</param>
    public static ZipSize Of(LayerShape[] shapes, int ensembleSize = 1) => Of(
        LoweredLayer.Of(shapes, ensembleSize),
        shapes[0].Options is Conv2D ? shapes.Sum(shape => shape.Parameters) : 0);

    /// <summary>The size of a trained network.</summary>
    public static ZipSize Of(TrainedNetwork network) =>
        Of(LoweredLayer.Of(network), network.SpatialLayers.Count > 0 ? network.Parameters : 0);

    static ZipSize Of(IReadOnlyList<LoweredLayer> layers, long beside)
    {
        var poolings = layers.Sum(layer => layer.PoolingNumbers);
        return new(
            Math.Max(layers.Sum(layer => layer.FileNumbers) + beside, poolings),
            Math.Max(layers.Sum(layer => layer.Parameters), poolings));
    }
}
