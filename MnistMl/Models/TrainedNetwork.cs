namespace MnistMl.Models;

/// <summary>
/// A trained classifier as every ML.NET can run it: affine layers with a ReLU after each but the last, and a softmax
/// after the last. Its input is a row of raw features (for pictures, pixels from 0 to 255).
/// </summary>
public sealed class TrainedNetwork
{
    /// <summary>Wraps layers that are already in memory.</summary>
    /// <param name="layers">At least one; each takes as many inputs as the one before has outputs.</param>
    /// <param name="labels">The classes' names, in the order of the last outputs: all different, none empty.</param>
    /// <exception cref="ArgumentException">
    /// The sizes do not fit each other, or the labels are not all different texts.
    /// </exception>
    public TrainedNetwork(IReadOnlyList<AffineLayer> layers, IReadOnlyList<string> labels)
    {
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
        if (layers[^1].Outputs != labels.Count)
            throw new ArgumentException($"{labels.Count} labels for {layers[^1].Outputs} outputs.", nameof(labels));
        if (labels.Any(string.IsNullOrEmpty) || labels.Distinct().Count() != labels.Count)
            throw new ArgumentException("The labels are not all different texts.", nameof(labels));

        (Layers, Labels) = (layers, labels);
    }

    /// <summary>The affine layers, from the input on.</summary>
    public IReadOnlyList<AffineLayer> Layers { get; }

    /// <summary>The classes' names, in the order of the scores.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Length of an input row.</summary>
    public int Features => Layers[0].Inputs;

    /// <summary>Number of weights and biases.</summary>
    public long Parameters => Layers.Sum(layer => (long)layer.Weights.Length + layer.Biases.Length);
}
