using MnistMl.MLNet;

namespace Microsoft.ML;

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
    /// <param name="exampleWeightColumnName">Column of how much each example counts, a <see cref="float"/>; null for all alike.</param>
    /// <param name="hiddenLayers">Widths of the hidden layers; null for the default ones, 192 and 96; none makes a linear classifier.</param>
    /// <param name="numberOfEpochs">Passes over the training set.</param>
    /// <param name="batchSize">Examples in a mini-batch.</param>
    /// <param name="learningRate">The learning rate at its highest; null for one that suits the optimizer: 0.003.</param>
    /// <exception cref="ArgumentException">A name is empty, or a number is out of its range; the message says which.</exception>
    public static NeuralNetworkMulticlassTrainer NeuralNetwork(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label", string featureColumnName = "Features", string? exampleWeightColumnName = null,
        IReadOnlyList<int>? hiddenLayers = null, int numberOfEpochs = 10, int batchSize = 64, double? learningRate = null)
    {
        var options = new NeuralNetworkMulticlassTrainer.Options
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
            ExampleWeightColumnName = exampleWeightColumnName,
            Epochs = numberOfEpochs,
            BatchSize = batchSize,
        };
        if (hiddenLayers != null)
            options.HiddenLayers = [.. hiddenLayers];
        if (learningRate is { } rate)
            options.LearningRate = rate;
        return catalog.NeuralNetwork(options);
    }

    /// <summary>Creates a trainer of feed-forward neural networks, with all its options.</summary>
    /// <param name="catalog">The trainers of an <see cref="MLContext"/>.</param>
    /// <param name="options">What to train, and how. What is changed in them later does not matter.</param>
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
