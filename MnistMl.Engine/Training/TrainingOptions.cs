using MnistMl.Augmentation;
using MnistMl.Model;
using MnistMl.Optimizers;

namespace MnistMl.Training;

/// <summary>What to train, and how. The defaults were chosen on validation rows of MNIST's training set.</summary>
public record TrainingOptions
{
    /// <summary>Each has memory of its own.</summary>
    internal const int MaxThreads = 1024;

    readonly double? _learningRate;

    /// <summary>The hidden layers, from the input on; a number is a fully connected one's width. None makes a linear classifier.</summary>
    public IReadOnlyList<LayerSpec> HiddenLayers { get; init; } = [256, 128];

    /// <summary>How often every training row is used; at least 1.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Rows in a mini-batch, at least 1; an epoch's last may be smaller.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>How the weights follow from their gradients.</summary>
    public Optimizer Optimizer { get; init; } = new Adam();

    /// <summary>
    /// The learning rate at its highest; above 0. By default one that suits the optimiser: 0.003 for Adam and AdamW, 0.001
    /// for RMSprop, 0.05 for the others.
    /// </summary>
    public double LearningRate
    {
        get => _learningRate ?? Optimizer.DefaultLearningRate;
        init => _learningRate = value;
    }

    /// <summary>How the learning rate changes over the training.</summary>
    public LearningRateSchedule Schedule { get; init; } = new CosineDecay();

    /// <summary>
    /// Share of each row's target that all classes have in equal parts, from 0, for none, to below 1. The losses that are
    /// reported are without it.
    /// </summary>
    public double LabelSmoothing { get; init; }

    /// <summary>
    /// What each element of a batch's mean gradient is cut off at, above 0; null for not at all. By element, for a gradient
    /// is used up in pieces, and never whole, so that nobody knows its norm.
    /// </summary>
    public double? GradientClipValue { get; init; }

    /// <summary>
    /// The decay, from 0, for no average, to below 1, of an exponential moving average of the weights (Polyak and Juditsky
    /// 1992) that stands in for them in validation and in the result. In step t it is at most (1 + t) ÷ (10 + t).
    /// </summary>
    public double EmaDecay { get; init; }

    /// <summary>
    /// Number of epochs, at least 1, in which the validation rows are classified no better, after which the training ends;
    /// null for never. With it the result is the network of the best epoch, not that of the last.
    /// </summary>
    public int? Patience { get; init; }

    /// <summary>How much the pictures are changed each time they are trained on. Takes square pictures of pixels 0–255.</summary>
    public AugmentationOptions Augmentation { get; init; } = AugmentationOptions.None;

    /// <summary>
    /// Share of the epochs, the last ones, from 0 to below 1, rounded to whole epochs, but never all, in which the pictures
    /// are as they are: those to recognise are so, too (He et al., "Data augmentation revisited: rethinking the distribution
    /// gap between clean and augmented data", 2019).
    /// </summary>
    public double NoAugmentationShare { get; init; }

    /// <summary>Other networks to learn from as well; null for none. Takes pixels 0–255.</summary>
    public Distillation? Distillation { get; init; }

    /// <summary>
    /// Networks to train one after another, each from a seed that is greater by one, and to make one <see cref="Ensemble"/>
    /// of; at least 1.
    /// </summary>
    public int EnsembleSize { get; init; } = 1;

    /// <summary>Seed of the first weights and of the order of the rows: the same seed gives the same network.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Threads to train with, 1 to 1024. The result does not depend on it. By default as many as there are processors, up
    /// to 4: a step is over too soon to be shared among more.
    /// </summary>
    public int NumberOfThreads { get; init; } = Math.Min(4, Environment.ProcessorCount);

    /// <summary>Throws where an option is out of its range.</summary>
    /// <exception cref="ArgumentException">An option is out of its range; the message says which.</exception>
    public void Validate()
    {
        foreach (var dense in HiddenLayers.OfType<Dense>())
            ArgumentOutOfRangeException.ThrowIfLessThan(dense.Width, 1, nameof(HiddenLayers));
        foreach (var dropout in HiddenLayers.OfType<Dropout>())
        {
            if (!((float)dropout.Rate is >= 0 and < 1))
                throw new ArgumentOutOfRangeException(nameof(HiddenLayers), dropout.Rate, "Dropout is a share from 0 to below 1.");
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(NumberOfThreads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(NumberOfThreads, MaxThreads);
        ArgumentOutOfRangeException.ThrowIfLessThan(EnsembleSize, 1);
        Augmentation.Validate();
        if (!(NoAugmentationShare is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(NoAugmentationShare), NoAugmentationShare, "The refinement is a share from 0 to below 1.");
        Distillation?.Validate();
        if (!(LearningRate > 0 && double.IsFinite(LearningRate)))
            throw new ArgumentOutOfRangeException(nameof(LearningRate), LearningRate, "The learning rate is a number above 0.");
        Optimizer.Validate();
        Schedule.Validate();
        if (!(LabelSmoothing is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(LabelSmoothing), LabelSmoothing, "The label smoothing is a share from 0 to below 1.");
        if (GradientClipValue is { } clip && !(clip > 0))
            throw new ArgumentOutOfRangeException(nameof(GradientClipValue), clip, "Gradients are clipped at a number above 0.");
        if (!(EmaDecay is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(EmaDecay), EmaDecay, "The average's decay is a number from 0 to below 1.");
        ArgumentOutOfRangeException.ThrowIfLessThan(Patience ?? 1, 1, nameof(Patience));
    }
}
