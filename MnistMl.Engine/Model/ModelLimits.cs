using System.Text;

namespace MnistMl.Model;

/// <summary>What a file of a trained network can hold, whatever its format.</summary>
static class ModelLimits
{
    /// <summary>Most bytes that a model file may hold, unpacked: 64 million numbers.</summary>
    public const long MaxBytes = 256L << 20;

    /// <summary>
    /// Most bytes of labels in all, in UTF-8. An ONNX file may take seven for each, which leaves room for all else
    /// beside the numbers.
    /// </summary>
    public const int MaxLabelBytes = 1 << 20;

    /// <summary>Most layers that a network in a file may have.</summary>
    public const int MaxLayers = 1000;

    /// <summary>What there is room for beside the numbers.</summary>
    const int OtherBytes = 16 << 20;

    /// <summary>Refuses to train what could not be written then.</summary>
    /// <param name="hidden">The hidden layers to train, of each network.</param>
    /// <param name="ensembleSize">Number of networks to make one of.</param>
    /// <param name="featureCount">Number of features of an example.</param>
    /// <param name="classNames">The classes' names.</param>
    /// <param name="asOnnx">Whether it is to be written as ONNX, as a max pooling always is, and not as affine layers for ML.NET.</param>
    /// <exception cref="MnistMlException">
    /// The layers do not fit each other, or the file cannot hold them or the labels.
    /// </exception>
    public static void ThrowIfUnwritable(
        IReadOnlyList<LayerSpec> hidden, int ensembleSize, int featureCount, IReadOnlyList<string> classNames,
        bool asOnnx)
    {
        var layers = LayerShape.Of(featureCount, Ensemble.Widened(hidden, ensembleSize), classNames.Count);
        ThrowIfTooManyLayers(layers.Count(layer => layer.Options is not Dropout));
        ThrowIfUnwritableLabels(classNames);
        ThrowIfTooLarge(asOnnx || layers.Any(layer => layer.Options is MaxPooling2D) ? layers.Sum(layer => layer.Parameters) : ZipSize.Of(layers, ensembleSize).InFile);
    }

    /// <summary>Refuses to write what the file cannot hold, before any of what it is to hold is there.</summary>
    /// <param name="network">The network.</param>
    /// <param name="asOnnx">Whether it is to be written as ONNX, as a max pooling always is, and not as affine layers for ML.NET.</param>
    /// <exception cref="MnistMlException">The network has such weights, layers or labels, or is too large.</exception>
    public static void ThrowIfUnwritable(TrainedNetwork network, bool asOnnx)
    {
        ThrowIfTooManyLayers(network.SpatialLayers.Count + network.Layers.Count);
        foreach (var (i, (weights, biases)) in network.AllParameters.Index())
        {
            if (!weights.All(float.IsFinite) || !biases.All(float.IsFinite))
            {
                throw new MnistMlException($"Layer {i + 1} of the network has a weight that is infinite or not "
                    + "a number, which a model file cannot hold. Train again, at a lower learning rate.");
            }
        }
        ThrowIfUnwritableLabels(network.ClassNames);
        ThrowIfTooLarge(asOnnx || network.HasMaxPooling ? network.Parameters : ZipSize.Of(network).InFile);
    }

    static void ThrowIfTooManyLayers(int count)
    {
        if (count > MaxLayers)
        {
            throw new MnistMlException($"The network has {count:N0} layers, more than the {MaxLayers:N0} that a model "
                + "file may have. Leave some out.");
        }
    }

    static void ThrowIfUnwritableLabels(IReadOnlyList<string> classNames)
    {
        foreach (var label in classNames)
        {
            if (Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(label)) != label)
            {
                throw new MnistMlException("A label of the network is not valid Unicode, which a model file "
                    + "cannot hold. Mend the labels of the training data.");
            }
        }
        if (classNames.Sum(label => (long)Encoding.UTF8.GetByteCount(label)) > MaxLabelBytes)
        {
            throw new MnistMlException($"The labels of the network have more than {MaxLabelBytes >> 20} MB in all, "
                + "the most that a model file holds. Shorten the labels of the training data.");
        }
    }

    /// <summary>Refuses more numbers of four bytes than a file may hold.</summary>
    /// <exception cref="MnistMlException">There are more.</exception>
    public static void ThrowIfTooLarge(long numbers)
    {
        const long max = (MaxBytes - OtherBytes) / sizeof(float);
        if (numbers > max)
        {
            throw new MnistMlException($"The network would take {numbers:N0} numbers, more than the {max:N0} that a "
                + "model file may hold. Train a smaller one; in convolutions, fewer channels or a greater stride.");
        }
    }
}
