using MnistMl.Augmentation;

namespace MnistMl.Training;

/// <summary>What to train, and how. The defaults were chosen on validation rows of MNIST's training set.</summary>
public record TrainingOptions
{
    /// <summary>The hidden layers, from the input on; a number is a fully connected one's width. None makes a linear classifier.</summary>
    public IReadOnlyList<LayerOptions> HiddenLayers { get; init; } = [256, 128];

    /// <summary>How often every training row is used; at least 1.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Rows in a mini-batch, at least 1; an epoch's last may be smaller.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Adam's learning rate at its highest; above 0.</summary>
    public double LearningRate { get; init; } = 0.003;

    /// <summary>How the learning rate changes over the training.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Cosine;

    /// <summary>How much the pictures are changed each time they are trained on. Takes square pictures of pixels 0–255.</summary>
    public AugmentationOptions Augmentation { get; init; } = AugmentationOptions.None;

    /// <summary>Seed of the first weights and of the order of the rows: the same seed gives the same network.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Threads to train with, at least 1. The result does not depend on it. By default as many as there are processors, up
    /// to 4: a step is over too soon to be shared among more.
    /// </summary>
    public int Threads { get; init; } = Math.Min(4, Environment.ProcessorCount);

    /// <summary>Throws where an option is out of its range.</summary>
    /// <exception cref="ArgumentException">An option is out of its range; the message says which.</exception>
    public void Validate()
    {
        foreach (var dense in HiddenLayers.OfType<DenseOptions>())
            ArgumentOutOfRangeException.ThrowIfLessThan(dense.Width, 1, nameof(HiddenLayers));
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
        Augmentation.Validate();
        if (!(LearningRate > 0 && double.IsFinite(LearningRate)))
            throw new ArgumentOutOfRangeException(nameof(LearningRate), LearningRate, "The learning rate is a number above 0.");
    }
}
