using MnistMl.Augmentation;
using MnistMl.Model;
using MnistMl.Optimizers;

namespace MnistMl.Training;

/// <summary>Settings that belong together, chosen on validation rows of MNIST's training set.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Description">What it is for, in a few words.</param>
/// <param name="Options">What to train, and how.</param>
public sealed record Recipe(string Name, string Description, TrainingOptions Options)
{
    /// <summary>What to train, and how: a copy, which may be changed.</summary>
    public TrainingOptions Options { get => field with { }; } = Options;

    /// <summary>The textbook's: fully connected, a constant learning rate, unaugmented images.</summary>
    public static Recipe Baseline { get; } = new("baseline", "plain Adam at a constant rate", new TrainingOptions
    {
        HiddenLayers = [128, 64],
        Optimizer = new Adam(),
        LearningRate = 0.001,
        Schedule = new ConstantRate(),
    });

    /// <summary>The default: fully connected, on augmented images.</summary>
    public static Recipe Fast { get; } = new("fast", "fully connected, in seconds", new TrainingOptions
    {
        Augmentation = AugmentationOptions.Parse(
            "rotate 10, shift 1, scale 0.25, shear 0.3, elastic 20 4, thin 1 0.15, thicken 1.5 0.15, stretch 0.15, flag 0.1, contrast 0.8 0.1"),
        NoAugmentationShare = 0.1,
    });

    /// <summary>Convolutions, which ML.NET runs as affine layers without their zeros.</summary>
    public static Recipe Accurate { get; } = new("accurate", "convolutional, in minutes", new TrainingOptions
    {
        HiddenLayers = NetworkParser.Parse(
            "conv 32 3x3 bn, conv 32 3x3 /2 bn, conv 64 3x3 bn, conv 64 3x3 bn, conv 64 3x3 /2 +1 bn, dropout 0.3, "
            + "dense 128, dropout 0.3"),
        Epochs = 30,
        Optimizer = new AdamW(0.05),
        LearningRate = 0.002,
        EmaDecay = 0.9995,
        Augmentation = AugmentationOptions.Parse(
            "rotate 15, shift 3, scale 0.2, shear 0.25, elastic 20 4, thin 1.2 0.25, thicken 1.5 0.2, stretch 0.2, flag 0.1, blur 1.5 0.15, contrast 0.8 0.15"),
    });

    /// <summary>An ensemble of three smaller networks, trained for longer. ML.NET takes 1.6 times as long for it as for <see cref="Accurate"/>.</summary>
    public static Recipe Best { get; } = new("best", "three convolutional networks in one, in half an hour", Accurate.Options with
    {
        HiddenLayers = NetworkParser.Parse(
            "conv 16 3x3 bn, conv 24 3x3 /2 bn, conv 48 3x3 bn, conv 48 3x3 bn, conv 48 3x3 /2 +1 bn, dropout 0.2, "
            + "dense 128, dropout 0.3"),
        Epochs = 100,
        NoAugmentationShare = 0.1,
        EnsembleSize = 3,
    });

    /// <summary>All recipes, the quickest first.</summary>
    public static IReadOnlyList<Recipe> All { get; } = [Baseline, Fast, Accurate, Best];
}
