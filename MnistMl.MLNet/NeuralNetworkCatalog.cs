using Microsoft.ML;

namespace MnistMl.MLNet;

/// <summary>Puts the trainer among ML.NET's own, at <c>mlContext.MulticlassClassification.Trainers</c>.</summary>
public static class NeuralNetworkCatalog
{
    /// <summary>Creates a trainer of feed-forward neural networks.</summary>
    /// <param name="catalog">The trainers of an <see cref="MLContext"/>.</param>
    /// <param name="labelColumnName">Column of the classes: a key, as <c>MapValueToKey</c> makes it.</param>
    /// <param name="featureColumnName">
    /// Column of the features: a vector of <see cref="float"/> of known size, as <c>Concatenate</c> makes it. They need
    /// no scaling.
    /// </param>
    /// <param name="hiddenLayers">Widths of the hidden layers; null for the default ones.</param>
    /// <exception cref="ArgumentException">A name is empty or a width is below 1.</exception>
    public static NeuralNetworkMulticlassTrainer NeuralNetwork(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label", string featureColumnName = "Features", IReadOnlyList<int>? hiddenLayers = null)
    {
        var options = new NeuralNetworkMulticlassTrainer.Options
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
        };
        return catalog.NeuralNetwork(hiddenLayers is null ? options : options with { HiddenLayers = [.. hiddenLayers] });
    }

    /// <summary>Creates a trainer of feed-forward neural networks, with all its options.</summary>
    /// <param name="catalog">The trainers of an <see cref="MLContext"/>.</param>
    /// <param name="options">What to train, and how.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message says which.</exception>
    public static NeuralNetworkMulticlassTrainer NeuralNetwork(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        NeuralNetworkMulticlassTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new NeuralNetworkMulticlassTrainer(catalog, options);
    }
}
