using MnistMl.Training;

namespace MnistMl.Models;

/// <summary>
/// A trained classifier: layers that go over pictures, if it has any, then affine layers with a ReLU after each but the
/// last, and a softmax after the last. Its input is a row of raw features (for pictures, pixels from 0 to 255).
/// </summary>
public sealed class TrainedNetwork
{
    /// <summary>Wraps layers that are already in memory.</summary>
    /// <param name="layers">At least one; each takes as many inputs as the one before has outputs.</param>
    /// <param name="labels">The classes' names, in the order of the last outputs: all different, none empty.</param>
    /// <param name="pictureLayers">What comes before them; null for nothing.</param>
    /// <exception cref="ArgumentException">
    /// The sizes do not fit each other, or the labels are not all different texts.
    /// </exception>
    public TrainedNetwork(
        IReadOnlyList<AffineLayer> layers, IReadOnlyList<string> labels, IReadOnlyList<PictureLayer>? pictureLayers = null)
    {
        pictureLayers ??= [];
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
        if (pictureLayers.Count > 0 && pictureLayers[0].Input is var picture
            && picture != new PictureShape(picture.Height, picture.Height, 1))
        {
            throw new ArgumentException(
                $"A row is a square picture of one channel, but the first layer takes {picture}.", nameof(pictureLayers));
        }
        for (var i = 1; i < pictureLayers.Count; i++)
        {
            var (input, output) = (pictureLayers[i].Input, pictureLayers[i - 1].Output);
            if (input != output)
                throw new ArgumentException($"Layer {i + 1} takes {input}, but layer {i} makes {output}.", nameof(pictureLayers));
        }
        if (pictureLayers.Count > 0 && pictureLayers[^1].Output.Count != layers[0].Inputs)
        {
            throw new ArgumentException(
                $"The first affine layer takes {layers[0].Inputs} inputs, but what is before it makes {pictureLayers[^1].Output}.", nameof(pictureLayers));
        }
        if (layers[^1].Outputs != labels.Count)
            throw new ArgumentException($"{labels.Count} labels for {layers[^1].Outputs} outputs.", nameof(labels));
        if (labels.Any(string.IsNullOrEmpty) || labels.Distinct().Count() != labels.Count)
            throw new ArgumentException("The labels are not all different texts.", nameof(labels));

        (PictureLayers, Layers, Labels) = (pictureLayers, layers, labels);
    }

    /// <summary>Convolutions and poolings, from the input on; may be none.</summary>
    public IReadOnlyList<PictureLayer> PictureLayers { get; }

    /// <summary>The affine layers, which come after them.</summary>
    public IReadOnlyList<AffineLayer> Layers { get; }

    /// <summary>The classes' names, in the order of the scores.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Length of an input row.</summary>
    public int Features => PictureLayers.Count > 0 ? PictureLayers[0].Input.Count : Layers[0].Inputs;

    /// <summary>Number of weights and biases.</summary>
    public long Parameters =>
        PictureLayers.Sum(layer => (long)layer.Weights.Length + layer.Biases.Length)
        + Layers.Sum(layer => (long)layer.Weights.Length + layer.Biases.Length);

    /// <summary>
    /// The same network of affine layers only: with zeros where an output of a convolution sees nothing. A pooling becomes
    /// one with the layer that follows.
    /// </summary>
    /// <exception cref="MnistMlException">The network has a max pooling, which is not affine.</exception>
    public TrainedNetwork ToAffine()
    {
        var (convolutions, layers) = Lower();
        return new([.. convolutions.Select(layer => layer.ToAffine()), .. layers], Labels);
    }

    /// <summary>
    /// What <see cref="ToAffine"/> gives, the convolutions still without their zeros, which may be too many to be had at all.
    /// </summary>
    /// <exception cref="MnistMlException">The network has a max pooling, which is not affine.</exception>
    internal (IReadOnlyList<SparseAffineLayer> Convolutions, IReadOnlyList<AffineLayer> Layers) Lower()
    {
        var convolutions = new List<SparseAffineLayer>();
        SparseAffineLayer? pooling = null;
        foreach (var layer in PictureLayers)
        {
            var affine = layer.ToSparse();
            if (pooling != null)
                affine = affine.After(pooling);
            pooling = layer.Options is ConvolutionOptions ? null : affine;
            if (pooling == null)
                convolutions.Add(affine);
        }
        if (pooling == null)
            return (convolutions, Layers);
        return (convolutions, [SparseAffineLayer.Of(Layers[0]).After(pooling).ToAffine(), .. Layers.Skip(1)]);
    }
}
