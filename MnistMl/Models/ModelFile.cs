using System.Text;

namespace MnistMl.Models;

/// <summary>What files of trained networks have in common, whatever their format.</summary>
static class ModelFile
{
    /// <summary>Most bytes that a model file may hold, unpacked: 64 million numbers.</summary>
    public const long MaxBytes = 256L << 20;

    /// <summary>Refuses what no file can hold, or what would be loaded as something else. How large a network may be is left to the format.</summary>
    /// <exception cref="MnistMlException">The network has such weights or labels, or too many weights.</exception>
    public static void Check(TrainedNetwork network)
    {
        var layers = network.PictureLayers.Select(layer => (layer.Weights, layer.Biases))
            .Concat(network.Layers.Select(layer => (layer.Weights, layer.Biases)));
        foreach (var (i, (weights, biases)) in layers.Index())
        {
            if (!weights.All(float.IsFinite) || !biases.All(float.IsFinite))
            {
                throw new MnistMlException($"Layer {i + 1} of the network has a weight that is infinite or not "
                    + "a number, which a model file cannot hold. Train again, at a lower learning rate.");
            }
        }
        foreach (var label in network.Labels)
        {
            if (Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(label)) != label)
            {
                throw new MnistMlException("A label of the network is not valid Unicode, which a model file "
                    + "cannot hold. Mend the labels of the training data.");
            }
        }
    }

    /// <summary>Refuses more numbers of four bytes than a file may hold.</summary>
    /// <exception cref="MnistMlException">There are more.</exception>
    public static void RefuseTooLarge(long numbers)
    {
        const long most = MaxBytes / sizeof(float);
        if (numbers > most)
        {
            throw new MnistMlException($"As affine layers, the network takes {numbers:N0} numbers, more than the {most:N0} that "
                + "a model file may hold. Train a smaller one; in convolutions, fewer channels or a greater stride.");
        }
    }
}
