using MnistMl.Augmentation;

namespace MnistMl.Training;

/// <summary>Settings that belong together, chosen on validation rows of MNIST's training set.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Description">What it is for, in a few words.</param>
/// <param name="Options">What to train, and how.</param>
public sealed record Recipe(string Name, string Description, TrainingOptions Options)
{
    /// <summary>The textbook's: fully connected, a constant rate, the pictures as they are.</summary>
    public static Recipe Seed { get; } = new("seed", "plain Adam at a constant rate", new TrainingOptions
    {
        HiddenLayers = [128, 64],
        LearningRate = 0.001,
        Schedule = new ConstantRate(),
    });

    /// <summary>What is trained unless asked otherwise: fully connected, on changed pictures.</summary>
    public static Recipe Fast { get; } = new("fast", "fully connected, in seconds", new TrainingOptions
    {
        Augmentation = AugmentationOptions.Parse("rotate 7, shift 1, scale 0.1, elastic 20 4"),
    });

    /// <summary>Convolutions with strides, which become affine layers small enough for ML.NET.</summary>
    public static Recipe Accurate { get; } = new("accurate", "convolutional, in a minute", new TrainingOptions
    {
        HiddenLayers = NetworkText.Parse("conv 32 5x5 /2, conv 64 5x5 /2, dense 256"),
        Epochs = 30,
        LearningRate = 0.002,
        Augmentation = Fast.Options.Augmentation,
    });

    /// <summary>All recipes, the quickest first.</summary>
    public static IReadOnlyList<Recipe> All { get; } = [Seed, Fast, Accurate];
}
