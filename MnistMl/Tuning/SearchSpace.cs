using MnistMl.Augmentation;
using MnistMl.Model;
using MnistMl.Optimizers;
using MnistMl.Training;

namespace MnistMl.Tuning;

/// <summary>The configurations that a search tries: random ones around where it starts, the same for the same seed.</summary>
/// <param name="start">Where it starts: the first configuration, and the middle of the others.</param>
/// <param name="kept">Names of the command line's options whose settings stay as they are at the start.</param>
/// <param name="inWords">Says what sets options apart from those of the start.</param>
sealed class SearchSpace(TrainingOptions start, IReadOnlyCollection<string> kept, Func<TrainingOptions, string> inWords)
{
    /// <summary>More than a search comes to. Where settings are few, it ends the hunt for one not drawn yet.</summary>
    const int Max = 10_000;

    readonly Setting[] _searched = [.. _settings.Where(setting => !setting.Options.Intersect(kept).Any())];

    static readonly Setting[] _settings =
    [
        new(["--network"], (options, random) =>
            options with { HiddenLayers = Widen(options.HiddenLayers, Pick(random, 0.5, 0.75, 1, 1.5, 2)) }),
        new(["--optimizer", "--weight-decay"], (options, random) => options.Optimizer is Adam
            ? options with { Optimizer = Pick<Optimizer>(random, new Adam(), new AdamW()) }
            : options),
        new(["--weight-decay"], (options, random) => options.Optimizer is AdamW
            ? options with { Optimizer = new AdamW(LogUniform(random, 0.003, 1)) }
            : options),
        new(["--learning-rate"], (options, random) =>
            options with { LearningRate = LogUniform(random, options.LearningRate / 5, options.LearningRate * 5) }),
        new(["--schedule", "--warm-up", "--step-epochs", "--step-factor"], (options, random) => options with
        {
            Schedule = Pick<LearningRateSchedule>(
                random,
                new CosineDecay(), new OneCycle(), new StepDecay(Math.Max(1, options.Epochs * 3 / 10)), new ConstantRate()),
        }),
        new(["--label-smoothing"], (options, random) => options with { LabelSmoothing = Pick(random, 0, 0.05, 0.1) }),
        new(["--augment"], (options, random) => options with
        {
            Augmentation = (options.Augmentation != AugmentationOptions.None ? options : Recipe.Fast.Options)
                .Augmentation.Times(Pick(random, 0, 0.5, 1, 1.5, 2)),
        }),
    ];

    /// <summary>Names of the options whose settings are searched.</summary>
    public IEnumerable<string> Searched => _searched.Select(setting => setting.Options[0]);

    /// <summary>The start, then others, no two alike.</summary>
    public IEnumerable<Configuration> Configurations()
    {
        return Draw()
            .Select(options => new Configuration(inWords(options), options))
            .DistinctBy(configuration => configuration.Settings);

        IEnumerable<TrainingOptions> Draw()
        {
            yield return start;
            var random = new Random(start.Seed);
            for (var i = 0; i < Max; i++)
                yield return _searched.Aggregate(start, (options, setting) => setting.Draw(options, random));
        }
    }

    static LayerSpec[] Widen(IReadOnlyList<LayerSpec> layers, double factor) =>
        [.. layers.Select(layer => layer.WithWidth(width => Math.Max(1, (int)Math.Round(factor * width))))];

    /// <summary>As likely between 0.01 and 0.1 as between 0.1 and 1; with two digits, for people to read and to type.</summary>
    static double LogUniform(Random random, double min, double max)
    {
        var number = min * Math.Pow(max / min, random.NextDouble());
        var unit = (decimal)Math.Pow(10, Math.Floor(Math.Log10(number)) - 1);
        return (double)(Math.Round((decimal)number / unit) * unit);
    }

    static T Pick<T>(Random random, params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];

    /// <summary>What is drawn at once, and names of the options that say it.</summary>
    sealed record Setting(string[] Options, Func<TrainingOptions, Random, TrainingOptions> Draw);
}
