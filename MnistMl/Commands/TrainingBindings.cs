using System.Globalization;
using MnistMl.Augmentation;
using MnistMl.Model;
using MnistMl.Optimizers;
using MnistMl.Training;
using MnistMl.Tuning;

namespace MnistMl.Commands;

/// <summary>
/// The options that say what to train, and how. They are read in this order, which is also that of help: the recipe is
/// first, and an optimizer comes before its momentum.
/// </summary>
static class TrainingBindings
{
    /// <summary>The former name of the recipe baseline, which is still understood.</summary>
    const string FormerBaselineName = "seed";

    static readonly Optimizer[] _optimizers =
        [new Adam(), new AdamW(), new RmsProp(), new Sgd(), new Sgd(Nesterov: true)];

    static readonly LearningRateSchedule[] _schedules =
        [new CosineDecay(), new ConstantRate(), new StepDecay(), new OneCycle()];

    static readonly string[] _optimizerNames = [.. _optimizers.Select(NameOf)];

    static readonly string[] _scheduleNames = [.. _schedules.Select(NameOf)];

    static readonly string[] _classWeightNames = [.. Enum.GetValues<ClassWeights>().Select(NameOf)];

    public static OptionBinding Preset { get; } = new("--recipe", "NAME",
        "Preset for every option not given: "
            + $"{string.Join("; ", Recipe.All.Select(recipe => $"{recipe.Name}, {recipe.Description}"))}.",
        _ => null, (_, text) => RecipeOf(text).Options)
    { DefaultInWords = Recipe.Fast.Name, Words = [.. Recipe.All.Select(recipe => recipe.Name)] };

    public static OptionBinding Network { get; } = new("--network", "LAYERS", $"Hidden layers: {NetworkParser.Usage}",
        o => NetworkParser.Format(o.HiddenLayers), (o, text) => o with { HiddenLayers = NetworkParser.Parse(text) })
    { Draw = SearchSpace.DrawWidths };

    public static OptionBinding Augment { get; } = new("--augment", "STRENGTHS",
        $"Augmentation of the images, drawn anew in each epoch: {AugmentationParser.Usage}",
        o => o.Augmentation, (o, text) => o with { Augmentation = AugmentationOptions.Parse(text) })
    { Draw = SearchSpace.DrawAugmentation };

    // The files are read last, when everything else is known to be right.
    public static OptionBinding Teacher { get; } = new("--teacher", "FILE",
        "Distillation: a model to learn from, saved by train, with the same labels. "
            + "It must not have been trained on validation or test rows. The probabilities of several are averaged.",
        _ => null, (o, _) => o with { Distillation = new([]) })
    { IsList = true, IsForTuning = false };

    /// <summary>
    /// All options. A search sets the number of epochs itself, trains single networks, and has no teachers, which may
    /// have seen the validation rows: options of these are not for tuning.
    /// </summary>
    public static IReadOnlyList<OptionBinding> All { get; } = [.. ((OptionBinding[])
    [
        Preset,
        Network,
        new("--epochs", "N", "Passes over the training set.",
            o => o.Epochs, (o, text) => o with { Epochs = Count(text) }),
        new("--batch-size", "N", "Training examples in a mini-batch.",
            o => o.BatchSize, (o, text) => o with { BatchSize = Count(text) }),
        new("--optimizer", "NAME", $"Optimizer: {OptionText.Listed(_optimizerNames)}.",
            o => NameOf(o.Optimizer), (o, text) => With(o, OptionText.OneOf(text, _optimizers, NameOf)))
        {
            Words = _optimizerNames,
            Draw = SearchSpace.DrawOptimizer,
            Parts =
            [
                new("--momentum", "X", "Momentum of sgd and nesterov.",
                    o => (o.Optimizer as Sgd)?.Momentum,
                    (o, text) => o with { Optimizer = (Sgd)o.Optimizer with { Momentum = Share(text) } })
                { Requires = "--optimizer sgd or nesterov" },
                new("--weight-decay", "X", "Decoupled weight decay of adamw.",
                    o => (o.Optimizer as AdamW)?.WeightDecay,
                    (o, text) => o with { Optimizer = new AdamW(AtLeast(0, text)) })
                { Requires = "--optimizer adamw", Draw = SearchSpace.DrawWeightDecay },
            ],
        },
        new("--learning-rate", "X", "Peak learning rate.",
            o => o.LearningRate, (o, text) => o with { LearningRate = Positive(text) })
        {
            DefaultInWords = $"{RateOf(new Adam())} with adam and adamw, {RateOf(new RmsProp())} with rmsprop, "
                + $"else {RateOf(new Sgd())}",
            Draw = SearchSpace.DrawLearningRate,
        },
        new("--schedule", "NAME", $"Learning rate schedule: {OptionText.Listed(_scheduleNames)}.",
            o => NameOf(o.Schedule), (o, text) => o with { Schedule = OptionText.OneOf(text, _schedules, NameOf) })
        {
            Words = _scheduleNames,
            Draw = SearchSpace.DrawSchedule,
            Parts =
            [
                new("--warmup-ratio", "X", "Share of all steps in which the learning rate warms up.",
                    o => o.Schedule.WarmupRatio,
                    (o, text) => o with { Schedule = o.Schedule with { WarmupRatio = Share(text) } })
                {
                    FormerName = "--warm-up",
                    DefaultInWords = $"{Text(new CosineDecay().WarmupRatio)} with cosine, "
                        + $"{Text(new OneCycle().WarmupRatio)} with one-cycle, else 0",
                },
                new("--step-size", "N", "Epochs between decays of the step schedule.",
                    o => (o.Schedule as StepDecay)?.StepSize,
                    (o, text) => o with { Schedule = (StepDecay)o.Schedule with { StepSize = Count(text) } })
                { FormerName = "--step-epochs", Requires = "--schedule step" },
                new("--gamma", "X", "Decay factor (gamma) of the step schedule.",
                    o => (o.Schedule as StepDecay)?.Gamma,
                    (o, text) => o with { Schedule = (StepDecay)o.Schedule with { Gamma = PositiveShare(text) } })
                { FormerName = "--step-factor", Requires = "--schedule step" },
            ],
        },
        new("--label-smoothing", "X", "Label smoothing ε; 0 disables it.",
            o => o.LabelSmoothing, (o, text) => o with { LabelSmoothing = Share(text) })
        { Draw = SearchSpace.DrawLabelSmoothing },
        new("--class-weights", "NAME", $"How much an example counts: {OptionText.Listed(_classWeightNames)}, which makes up for classes of few examples.",
            o => NameOf(o.ClassWeights), (o, text) => o with { ClassWeights = OptionText.OneOf(text, Enum.GetValues<ClassWeights>(), NameOf) })
        { Words = _classWeightNames },
        new("--clip-value", "X", "Clip each element of the gradient to the range from -X to X.",
            o => o.GradientClipValue, (o, text) => o with { GradientClipValue = Positive(text) })
        { FormerName = "--clip-gradient" },
        new("--ema-decay", "X", "EMA decay of the weights; the averaged weights are tested and saved. 0 disables it.",
            o => o.EmaDecay, (o, text) => o with { EmaDecay = Share(text) })
        { FormerName = "--average-decay" },
        new("--patience", "N", "Early stopping: epochs without improvement on the validation rows.",
            o => o.Patience, (o, text) => o with { Patience = Count(text) })
        { IsForTuning = false },
        new("--calibrate", "true|false",
            "Divide the logits by the temperature that gives the least loss on the validation rows, where there are some.",
            o => NameOf(o.Calibrate), (o, text) => o with { Calibrate = OptionText.OneOf(text, [true, false], NameOf) })
        { Words = [NameOf(true), NameOf(false)], IsForTuning = false },
        Augment,
        new("--no-augment-share", "X", "Share of the epochs, at the end of the training, on unaugmented images.",
            o => o.Augmentation == AugmentationOptions.None ? null : o.NoAugmentationShare,
            (o, text) => o with { NoAugmentationShare = Share(text) })
        {
            FormerName = "--refinement",
            Requires = $"augmentation, but it is off (--augment {AugmentationOptions.None})",
        },
        Teacher,
        new("--alpha", "X", "Weight (alpha) of the distillation loss; the label loss has the rest.",
            o => o.Distillation?.Alpha,
            (o, text) => o with { Distillation = o.Distillation! with { Alpha = PositiveShare(text) } })
        { FormerName = "--teacher-share", Requires = "--teacher", IsForTuning = false },
        new("--temperature", "X", "Softmax temperature of the distillation.",
            o => o.Distillation?.Temperature,
            (o, text) => o with { Distillation = o.Distillation! with { Temperature = AtLeast(1, text) } })
        { Requires = "--teacher", IsForTuning = false },
        new("--ensemble", "N", "Train N networks from consecutive seeds, and save one that averages their logits.",
            o => o.EnsembleSize, (o, text) => o with { EnsembleSize = Count(text) })
        { FormerName = "--members", IsForTuning = false },
        new("--seed", "N", "Random seed: the same seed gives the same model.",
            o => o.Seed, (o, text) => o with { Seed = OptionText.WholeNumber(text) }),
        // Never written: no result depends on it.
        new("--threads", "N", "Threads to train with; the model does not depend on it.",
            _ => null,
            (o, text) => o with { NumberOfThreads = OptionText.WholeNumber(text, min: 1, TrainingOptions.MaxThreads) })
        { DefaultInWords = $"{new TrainingOptions().NumberOfThreads}" },
    ]).SelectMany(binding => (OptionBinding[])[binding, .. binding.Parts])];

    /// <summary>The recipe of a name.</summary>
    /// <exception cref="MnistMlException">There is none of that name.</exception>
    public static Recipe RecipeOf(string name) => name == FormerBaselineName
        ? Recipe.Baseline
        : OptionText.OneOf(name, Recipe.All, recipe => recipe.Name);

    /// <summary>Changes the optimizer, and the learning rate to one that suits it.</summary>
    static TrainingOptions With(TrainingOptions options, Optimizer optimizer) =>
        NameOf(optimizer) == NameOf(options.Optimizer)
            ? options
            : options with { Optimizer = optimizer, LearningRate = optimizer.DefaultLearningRate };

    static string NameOf(Optimizer optimizer) => optimizer switch
    {
        AdamW => "adamw",
        Adam => "adam",
        RmsProp => "rmsprop",
        Sgd sgd => sgd.Nesterov ? "nesterov" : "sgd",
        _ => throw new ArgumentException($"No name for {optimizer}.", nameof(optimizer)),
    };

    static string NameOf(LearningRateSchedule schedule) => schedule switch
    {
        CosineDecay => "cosine",
        ConstantRate => "constant",
        StepDecay => "step",
        OneCycle => "one-cycle",
        _ => throw new ArgumentException($"No name for {schedule}.", nameof(schedule)),
    };

    static string NameOf(ClassWeights weights) => weights == ClassWeights.Balanced ? "balanced" : "uniform";

    static string NameOf(bool isOn) => isOn ? "true" : "false";

    static int Count(string text) => OptionText.WholeNumber(text, min: 1);

    static double AtLeast(int min, string text) => OptionText.Number(text, $"a number from {min} on", x => x >= min);

    static double Share(string text) => OptionText.Number(text, "a number from 0 to below 1", x => x is >= 0 and < 1);

    static double Positive(string text) => OptionText.Number(text, "a number above 0", x => x > 0);

    static double PositiveShare(string text) =>
        OptionText.Number(text, "a number above 0 and at most 1", x => x is > 0 and <= 1);

    static string RateOf(Optimizer optimizer) => Text(optimizer.DefaultLearningRate);

    static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
