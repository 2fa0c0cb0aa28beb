namespace MnistMl.Model;

/// <summary>
/// A trained classifier: convolutions and poolings, if it has any, then affine layers with a ReLU after each but the
/// last, and a softmax after the last. Its input are raw features, for images the pixels, row by row, from 0 to 255.
/// </summary>
public sealed class TrainedNetwork
{
    /// <summary>Wraps layers that are already in memory.</summary>
    /// <param name="layers">At least one; each takes as many inputs as the one before has outputs.</param>
    /// <param name="classNames">
    /// The classes' names, in the order of the last outputs: all different, none empty.
    /// </param>
    /// <param name="spatialLayers">What comes before them; null for nothing.</param>
    /// <exception cref="ArgumentException">
    /// The sizes do not fit each other, or the labels are not all different texts.
    /// </exception>
    public TrainedNetwork(
        IReadOnlyList<AffineLayer> layers, IReadOnlyList<string> classNames,
        IReadOnlyList<SpatialLayer>? spatialLayers = null)
    {
        spatialLayers ??= [];
        if (layers.Count == 0)
            throw new ArgumentException("A network has at least one layer.", nameof(layers));
        foreach (var layer in layers)
        {
            if (layer.Inputs <= 0 || layer.Outputs <= 0)
                throw new ArgumentException("A layer has no inputs or no outputs.", nameof(layers));
            if (layer.Weights.Length != (long)layer.Inputs * layer.Outputs || layer.Biases.Length != layer.Outputs)
            {
                throw new ArgumentException(
                    "A layer's weights are not [outputs, inputs], or its biases not [outputs].", nameof(layers));
            }
        }
        for (var i = 1; i < layers.Count; i++)
        {
            var (inputs, outputs) = (layers[i].Inputs, layers[i - 1].Outputs);
            if (inputs != outputs)
            {
                throw new ArgumentException(
                    $"Layer {i + 1} takes {inputs} inputs, but layer {i} has {outputs} outputs.", nameof(layers));
            }
        }
        if (spatialLayers.Count > 0 && spatialLayers[0].Input is var image
            && image != new ImageShape(image.Height, image.Height, 1))
        {
            throw new ArgumentException(
                $"A row is a square image of one channel, but the first layer takes {image}.", nameof(spatialLayers));
        }
        if (spatialLayers is [{ Options: not Conv2D }, ..])
        {
            throw new ArgumentException(
                "A pooling cannot come first. Put a convolution before it.", nameof(spatialLayers));
        }
        for (var i = 1; i < spatialLayers.Count; i++)
        {
            var (input, output) = (spatialLayers[i].Input, spatialLayers[i - 1].Output);
            if (input != output)
            {
                throw new ArgumentException(
                    $"Layer {i + 1} takes {input}, but layer {i} makes {output}.", nameof(spatialLayers));
            }
        }
        if (spatialLayers.Count > 0 && spatialLayers[^1].Output.Count != layers[0].Inputs)
        {
            throw new ArgumentException(
                $"The first affine layer takes {layers[0].Inputs} inputs, but the layer before it makes "
                + $"{spatialLayers[^1].Output}.", nameof(spatialLayers));
        }
        if (layers[^1].Outputs != classNames.Count)
        {
            throw new ArgumentException(
                $"{classNames.Count} labels for {layers[^1].Outputs} outputs.", nameof(classNames));
        }
        CheckClassNames(classNames);
        (SpatialLayers, Layers, ClassNames) = (spatialLayers, layers, classNames);
    }

    /// <summary>Refuses labels that a network cannot have.</summary>
    /// <exception cref="ArgumentException">They are not all different texts.</exception>
    internal static void CheckClassNames(IReadOnlyList<string> classNames)
    {
        if (classNames.Any(string.IsNullOrEmpty) || classNames.Distinct().Count() != classNames.Count)
            throw new ArgumentException("The labels are not all different texts.", nameof(classNames));
    }

    /// <summary>Convolutions and poolings, from the input on; may be none.</summary>
    public IReadOnlyList<SpatialLayer> SpatialLayers { get; }

    /// <summary>The affine layers, which come after them.</summary>
    public IReadOnlyList<AffineLayer> Layers { get; }

    /// <summary>The classes' names, in the order of the scores.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Number of features of an example.</summary>
    public int FeatureCount => SpatialLayers.Count > 0 ? SpatialLayers[0].Input.Count : Layers[0].Inputs;

    /// <summary>Number of weights and biases.</summary>
    public long Parameters => AllParameters.Sum(layer => (long)layer.Weights.Length + layer.Biases.Length);

    /// <summary>
    /// About how wide the range of its inputs is. Weights begin with a variance of 2 ÷ inputs for a range of 1, and do not get far
    /// from it: what they are scaled by is the range.
    /// </summary>
    internal double InputSpan
    {
        get
        {
            var (weights, biases) = AllParameters.First();
            return Math.Sqrt(2 * biases.Length / Math.Max(double.Epsilon, weights.Sum(weight => (double)weight * weight)));
        }
    }

    /// <summary>The greatest value of the images that it takes, of the usual ones the nearest.</summary>
    internal float InputMax => ((float[])[1, 16, byte.MaxValue]).MinBy(max => Math.Abs(Math.Log(InputSpan / max)));

    /// <summary>Width and height of the images that it takes; null if they are no squares.</summary>
    internal int? ImageSide => (int)Math.Sqrt(FeatureCount) is var side && side * side == FeatureCount ? side : null;

    /// <summary>Whether it has a layer that is not affine.</summary>
    internal bool HasMaxPooling => SpatialLayers.Any(layer => layer.Options is MaxPooling2D);

    /// <summary>Weights and biases of every layer, from the input on.</summary>
    internal IEnumerable<(float[] Weights, float[] Biases)> AllParameters =>
        SpatialLayers.Select(layer => (layer.Weights, layer.Biases))
            .Concat(Layers.Select(layer => (layer.Weights, layer.Biases)));

    /// <summary>What each layer takes and makes.</summary>
    internal LayerShape[] Shapes => LayerShape.Of(
        FeatureCount,
        [
            .. SpatialLayers.Select(layer => layer.Options),
            .. Layers.SkipLast(1).Select(layer => (LayerSpec)layer.Outputs),
        ],
        ClassNames.Count);

    /// <summary>
    /// The same network of affine layers only, with zero weights outside of the windows of convolutions. A pooling is
    /// joined with the layer that follows, and the outputs of a convolution may come in another order.
    /// </summary>
    /// <exception cref="MnistMlException">
    /// The network has a max pooling, which is not affine, or too many zeros.
    /// </exception>
    public TrainedNetwork ToAffine()
    {
        ModelLimits.ThrowIfTooLarge(ZipSize.Of(Shapes).WithZeros);
        var (convolutions, layers) = Lower();
        return new([.. convolutions.Select(layer => layer.ToAffine()), .. layers], ClassNames);
    }

    /// <summary>The same network for inputs x where this one takes <paramref name="factor"/> × x + <paramref name="shift"/>.</summary>
    /// <param name="factor">What inputs are multiplied by.</param>
    /// <param name="shift">What is then added to them.</param>
    /// <exception cref="MnistMlException">Inputs are shifted, but the first convolution pads them with zeros, which are not.</exception>
    internal TrainedNetwork WithInput(double factor, double shift)
    {
        if (SpatialLayers is [var first, ..])
        {
            if (shift != 0 && first.Options is Conv2D { Padding: > 0 })
                throw PaddingOfShifted();
            var (convolved, added) = Folded(first.Weights, first.Biases);
            return new(Layers, ClassNames, [new SpatialLayer(first.Options, first.Input, convolved, added), .. SpatialLayers.Skip(1)]);
        }
        var (weights, biases) = Folded(Layers[0].Weights, Layers[0].Biases);
        return new([Layers[0] with { Weights = weights, Biases = biases }, .. Layers.Skip(1)], ClassNames, SpatialLayers);

        (float[] Weights, float[] Biases) Folded(float[] weights, float[] biases)
        {
            var row = weights.Length / biases.Length;
            return ([.. weights.Select(weight => (float)(weight * factor))],
                [.. biases.Select((bias, output) => (float)(bias + shift * weights.AsSpan(output * row, row).ToArray().Sum(weight => (double)weight)))]);
        }
    }

    /// <summary>The same network with logits divided by a temperature, which makes it more or less sure of the same predictions.</summary>
    internal TrainedNetwork WithTemperature(double temperature)
    {
        var last = Layers[^1];
        return new([.. Layers.SkipLast(1), last with { Weights = Divided(last.Weights), Biases = Divided(last.Biases) }], ClassNames, SpatialLayers);

        float[] Divided(float[] values) => Array.ConvertAll(values, value => (float)(value / temperature));
    }

    /// <summary>What is wrong with padding inputs by zeros where another number is the paper.</summary>
    internal static MnistMlException PaddingOfShifted() => new(
        "The pixels do not begin at 0, but the first convolution pads them with zeros. Take one without padding, or pixels from 0 on.");

    /// <summary>
    /// What <see cref="ToAffine"/> gives, the convolutions still sparse: their zeros may be too many for the memory.
    /// Ask <see cref="ZipSize"/> for the size first.
    /// </summary>
    /// <exception cref="MnistMlException">The network has a max pooling, which is not affine.</exception>
    internal (IReadOnlyList<SparseAffineLayer> Convolutions, IReadOnlyList<AffineLayer> Layers) Lower()
    {
        if (SpatialLayers.Count == 0)
            return ([], Layers);
        var maps = new List<SparseAffineLayer>();
        int[] places = [.. Enumerable.Range(0, FeatureCount)];
        foreach (var lowered in LoweredLayer.Of(Shapes).SkipLast(Layers.Count - 1))
        {
            var map = lowered.Layers.Select(ToSparse).Aggregate((before, layer) => layer.After(before));
            int[] order = lowered.Layers[^1] is var last && last < SpatialLayers.Count
                ? PackedOrder(map, SpatialLayers[last].Output.Channels)
                : [.. Enumerable.Range(0, map.Outputs)];
            maps.Add(map.Reordered(places, order));
            places = new int[order.Length];
            foreach (var (place, output) in order.Index())
                places[output] = place;
        }
        return (maps[..^1], [maps[^1].ToAffine(), .. Layers.Skip(1)]);

        SparseAffineLayer ToSparse(int i) => i < SpatialLayers.Count
            ? SpatialLayers[i].ToSparse()
            : SparseAffineLayer.Of(Layers[i - SpatialLayers.Count]);
    }

    /// <summary>
    /// The order of a convolution's outputs in which they deflate well: the weights of a channel, which are the same at
    /// each position, and their indices, which are the same for each channel, both repeat within the window of
    /// deflating.
    /// </summary>
    static int[] PackedOrder(SparseAffineLayer layer, int channels)
    {
        const int deflateWindow = 32_000;
        var longest = Enumerable.Range(0, layer.Outputs).Max(output => layer.Starts[output + 1] - layer.Starts[output]);
        var together = Math.Clamp(deflateWindow / sizeof(float) / Math.Max(1, longest), 1, channels);
        return [.. Enumerable.Range(0, layer.Outputs).OrderBy(output => output % channels / together)];
    }
}
