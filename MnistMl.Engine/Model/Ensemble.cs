namespace MnistMl.Model;

/// <summary>
/// Several networks as one: side by side in every layer, with zero weights from one to another, and with the mean of
/// their logits in the end. Different networks err on different examples (Hansen and Salamon, "Neural network
/// ensembles", 1990).
/// </summary>
static class Ensemble
{
    /// <summary>Makes one network of several.</summary>
    /// <param name="networks">
    /// At least one. They take as many features, have the same labels in the same order, and the same layers, which may
    /// differ in width.
    /// </param>
    /// <returns>Their ensemble; a single network itself.</returns>
    /// <exception cref="ArgumentException">
    /// There are none, they differ in more than widths and weights, or make too wide a layer.
    /// </exception>
    /// <exception cref="OverflowException">A layer has more weights than an array holds.</exception>
    public static TrainedNetwork Of(IReadOnlyList<TrainedNetwork> networks)
    {
        if (networks.Count == 0)
            throw new ArgumentException("An ensemble has at least one network.", nameof(networks));
        if (networks.Count == 1)
            return networks[0];
        var first = networks[0];
        foreach (var other in networks.Skip(1))
        {
            if (other.FeatureCount != first.FeatureCount || !other.ClassNames.SequenceEqual(first.ClassNames))
            {
                throw new ArgumentException(
                    "The networks of an ensemble take the same rows and have the same labels, in the same order.",
                    nameof(networks));
            }
            if (other.Layers.Count != first.Layers.Count || !Forms(other).SequenceEqual(Forms(first)))
            {
                throw new ArgumentException(
                    "The networks of an ensemble have the same layers, but for their widths.", nameof(networks));
            }
        }

        var spatialLayers = new List<SpatialLayer>();
        for (var i = 0; i < first.SpatialLayers.Count; i++)
        {
            var layers = networks.Select(network => network.SpatialLayers[i]).ToArray();
            var (image, window) = (layers[0].Input, Window.Of(layers[0].Options)!.Value);
            var (weights, biases) = SideBySide(
                [.. layers.Select(layer => (layer.Weights, layer.Biases))], window.Height * window.Width,
                takesFeatures: i == 0, makesLogits: false);
            spatialLayers.Add(new(
                layers[0].Options.WithWidth(_ => biases.Length),
                i == 0 ? image : image with { Channels = layers.Sum(layer => layer.Input.Channels) },
                weights, biases));
        }

        var affineLayers = new List<AffineLayer>();
        for (var i = 0; i < first.Layers.Count; i++)
        {
            // The channels of the networks are side by side at each position of the image.
            var positions = i == 0 && first.SpatialLayers is [.., { Output: var last }] ? last.Height * last.Width : 1;
            var (weights, biases) = SideBySide(
                [.. networks.Select(network => (network.Layers[i].Weights, network.Layers[i].Biases))], positions,
                takesFeatures: i == 0 && spatialLayers.Count == 0, makesLogits: i == first.Layers.Count - 1);
            affineLayers.Add(new(weights.Length / biases.Length, biases.Length, weights, biases));
        }
        return new(affineLayers, first.ClassNames, spatialLayers);
    }

    /// <summary>The hidden layers that an ensemble of equally wide networks has.</summary>
    /// <param name="hidden">The hidden layers of one.</param>
    /// <param name="ensembleSize">Number of networks.</param>
    internal static IReadOnlyList<LayerSpec> Widened(IReadOnlyList<LayerSpec> hidden, int ensembleSize) =>
        // What is wider than a number can say fits no file anyway.
        [.. hidden.Select(layer => layer.WithWidth(width => (int)Math.Min(int.MaxValue, (long)width * ensembleSize)))];

    /// <summary>The spatial layers, whatever their widths.</summary>
    static IEnumerable<LayerSpec> Forms(TrainedNetwork network) =>
        network.SpatialLayers.Select(layer => layer.Options.WithWidth(_ => 1));

    /// <summary>
    /// Joins the weights of a layer of each network, [outputs, places, inputs], to those of one layer.
    /// </summary>
    /// <param name="layers">The layers.</param>
    /// <param name="places">The positions that an output sees, each with all inputs.</param>
    /// <param name="takesFeatures">Whether all take the same inputs.</param>
    /// <param name="makesLogits">Whether they make the same outputs, of which the mean is taken.</param>
    static (float[] Weights, float[] Biases) SideBySide(
        (float[] Weights, float[] Biases)[] layers, int places, bool takesFeatures, bool makesLogits)
    {
        var inputs = takesFeatures ? InputsOf(layers[0]) : layers.Sum(InputsOf);
        var biases = new float[makesLogits ? layers[0].Biases.Length : layers.Sum(layer => layer.Biases.Length)];
        var weights = new float[checked(biases.Length * places * inputs)];
        var share = makesLogits ? 1f / layers.Length : 1;
        var (firstInput, firstOutput) = (0, 0);
        foreach (var layer in layers)
        {
            var own = InputsOf(layer);
            for (var output = 0; output < layer.Biases.Length; output++)
            {
                biases[firstOutput + output] += share * layer.Biases[output];
                for (var place = 0; place < places; place++)
                {
                    var from = layer.Weights.AsSpan((output * places + place) * own, own);
                    var to = weights.AsSpan(((firstOutput + output) * places + place) * inputs + firstInput, own);
                    for (var input = 0; input < own; input++)
                        to[input] += share * from[input];
                }
            }
            firstInput += takesFeatures ? 0 : own;
            firstOutput += makesLogits ? 0 : layer.Biases.Length;
        }
        return (weights, biases);

        int InputsOf((float[] Weights, float[] Biases) layer) =>
            layer.Biases.Length == 0 ? 0 : layer.Weights.Length / layer.Biases.Length / places;
    }
}
