using MnistMl.Augmentation;
using MnistMl.Model;
using MnistMl.Optimizers;

namespace MnistMl.Training;

/// <summary>
/// What to train, and how. The defaults were chosen on validation rows of MNIST's training set: they are those of the recipe
/// <c>fast</c>, but for its augmentation, which is for images of digits.
/// </summary>
public record TrainingOptions
{
    /// <summary>Most threads: each has memory of its own.</summary>
    internal const int MaxThreads = 1024;

    double? _learningRate;

    /// <summary>The hidden layers, from the input on; a number is a fully connected one's width. None makes a linear classifier.</summary>
    public IReadOnlyList<LayerSpec> HiddenLayers { get; set; } = [192, 96];

    /// <summary>Passes over the training set, at least 1.</summary>
    public int Epochs { get; set; } = 10;

    /// <summary>Examples in a mini-batch, at least 1; an epoch's last may be smaller.</summary>
    public int BatchSize { get; set; } = 64;

    /// <summary>The optimizer.</summary>
    public Optimizer Optimizer { get; set; } = new AdamW();

    /// <summary>
    /// The learning rate at its highest; above 0. By default one that suits the optimizer: 0.003 for Adam and AdamW, 0.001
    /// for RMSprop, 0.05 for the others.
    /// </summary>
    public double LearningRate
    {
        get => _learningRate ?? Optimizer.DefaultLearningRate;
        set => _learningRate = value;
    }

    /// <summary>How the learning rate changes over the training.</summary>
    public LearningRateSchedule Schedule { get; set; } = new CosineDecay();

    /// <summary>
    /// Label smoothing ε, from 0, for none, to below 1 (Szegedy et al., "Rethinking the Inception architecture for computer
    /// vision", 2016). Reported losses are without it.
    /// </summary>
    public double LabelSmoothing { get; set; }

    /// <summary>How much an example counts, by its class. Reported losses are without it.</summary>
    public ClassWeights ClassWeights { get; set; }

    /// <summary>
    /// Each element of a batch's mean gradient is clipped to this magnitude, above 0; null for no clipping. It is by element,
    /// because a gradient is used up in pieces and never stored, so that its norm is not known.
    /// </summary>
    public double? GradientClipValue { get; set; }

    /// <summary>
    /// EMA decay of the weights, from 0, for no average, to below 1 (Polyak and Juditsky 1992). The averaged weights are validated
    /// and returned. In step t the decay is at most (1 + t) ÷ (10 + t).
    /// </summary>
    public double EmaDecay { get; set; }

    /// <summary>
    /// Early stopping: epochs without improvement on the validation examples, at least 1; null for none. With it the result is the
    /// network of the best epoch, not of the last.
    /// </summary>
    public int? Patience { get; set; }

    /// <summary>
    /// Calibration: at the end, the logits are divided by the temperature that gives the least loss on the validation examples, where
    /// there are some (Guo et al., "On calibration of modern neural networks", 2017). No prediction changes, but probabilities
    /// become as sure as they are right. The temperature becomes part of the last layer's weights.
    /// </summary>
    public bool Calibrate { get; set; } = true;

    /// <summary>Augmentation of the images, drawn anew in each epoch. Takes square images of pixels 0–255.</summary>
    public AugmentationOptions Augmentation { get; set; } = AugmentationOptions.None;

    /// <summary>
    /// Share of the epochs, at the end of the training, on unaugmented images, as those to recognize are; from 0 to below 1, rounded
    /// to whole epochs, but never all (He et al., "Data augmentation revisited: rethinking the distribution
    /// gap between clean and augmented data", 2019).
    /// </summary>
    public double NoAugmentationShare { get; set; }

    /// <summary>Distillation: networks to learn from as well; null for none. Takes pixels 0–255.</summary>
    public Distillation? Distillation { get; set; }

    /// <summary>
    /// Networks to train, one after another, from consecutive seeds. The result is their <see cref="Ensemble"/>, which averages their
    /// logits. At least 1.
    /// </summary>
    public int EnsembleSize { get; set; } = 1;

    /// <summary>
    /// Random seed of initial weights, order of examples, dropout and augmentation: the same seed gives the same network. By default
    /// 1; in pipelines of ML.NET's, where none is set, a number that the <c>MLContext</c> draws for each training.
    /// </summary>
    public virtual int Seed { get; set; } = 1;

    /// <summary>
    /// File of checkpoints, written every minute and where training is cancelled, for <see cref="Resume"/>; null for none. The one before
    /// is kept, with <c>.previous</c> after its name. Both stay when the training is over: delete them once its result is safe.
    /// </summary>
    public string? CheckpointPath { get; set; }

    /// <summary>
    /// Whether to go on from <see cref="CheckpointPath"/>, to the same bits as a training that was not interrupted. Examples, options
    /// and instruction set are to be the same, but not the number of threads.
    /// </summary>
    public bool Resume { get; set; }

    /// <summary>Time between two checkpoints.</summary>
    internal TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Threads to train with, 1 to 1024. The result does not depend on it. By default as many as there are processors, up
    /// to 4: a step is too short to be shared among more.
    /// </summary>
    public int NumberOfThreads { get; set; } = Math.Min(4, Environment.ProcessorCount);

    /// <summary>What does the work: the engine, or another library that takes the same steps.</summary>
    public TrainingBackend Backend { get; set; } = TrainingBackend.Engine;

    /// <summary>Throws where an option is out of its range.</summary>
    /// <exception cref="ArgumentException">An option is out of its range; the message says which.</exception>
    public void Validate()
    {
        ArgumentNullException.ThrowIfNull(HiddenLayers);
        ArgumentNullException.ThrowIfNull(Optimizer);
        ArgumentNullException.ThrowIfNull(Schedule);
        ArgumentNullException.ThrowIfNull(Augmentation);
        ArgumentNullException.ThrowIfNull(Backend);
        if (HiddenLayers.Contains(null))
            throw new ArgumentNullException(nameof(HiddenLayers), "A hidden layer is null.");
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
            throw new ArgumentOutOfRangeException(nameof(NoAugmentationShare), NoAugmentationShare, "The share of epochs without augmentation is from 0 to below 1.");
        Distillation?.Validate();
        if (!(LearningRate > 0 && double.IsFinite(LearningRate)))
            throw new ArgumentOutOfRangeException(nameof(LearningRate), LearningRate, "The learning rate is a number above 0.");
        Optimizer.Validate();
        Schedule.Validate();
        if (!Enum.IsDefined(ClassWeights))
            throw new ArgumentOutOfRangeException(nameof(ClassWeights), ClassWeights, "The class weights are none of those that there are.");
        if (!(LabelSmoothing is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(LabelSmoothing), LabelSmoothing, "The label smoothing is a share from 0 to below 1.");
        if (GradientClipValue is { } clip && !(clip > 0))
            throw new ArgumentOutOfRangeException(nameof(GradientClipValue), clip, "Gradients are clipped at a number above 0.");
        if (!(EmaDecay is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(EmaDecay), EmaDecay, "The EMA decay is a number from 0 to below 1.");
        if (Resume && CheckpointPath == null)
            throw new ArgumentException($"{nameof(Resume)} takes {nameof(CheckpointPath)}.", nameof(Resume));
        ArgumentOutOfRangeException.ThrowIfLessThan(Patience ?? 1, 1, nameof(Patience));
        Backend.Validate(this);
    }
}
