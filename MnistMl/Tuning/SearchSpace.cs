using MnistMl.Augmentation;
using MnistMl.Optimizers;
using MnistMl.Training;

namespace MnistMl.Tuning;

/// <summary>The configurations that a search tries: random ones around a start, the same for the same seed.</summary>
/// <param name="start">The first configuration, and the middle of the others.</param>
/// <param name="draws">Draw the settings that are searched, one each.</param>
/// <param name="settingsOf">Writes the settings in which options differ from the start.</param>
sealed class SearchSpace(
    TrainingOptions start, IReadOnlyList<Func<TrainingOptions, Random, TrainingOptions>> draws,
    Func<TrainingOptions, string> settingsOf)
{
    /// <summary>More draws than any search needs. In a small space, most of them repeat.</summary>
    const int Max = 10_000;

    /// <summary>The start, then others, all different.</summary>
    public IEnumerable<Configuration> Configurations()
    {
        return Draw()
            .Select(options => new Configuration(settingsOf(options), options))
            .DistinctBy(configuration => configuration.Settings);

        IEnumerable<TrainingOptions> Draw()
        {
            yield return start;
            var random = new Random(start.Seed);
            for (var i = 0; i < Max; i++)
                yield return draws.Aggregate(start, (options, draw) => draw(options, random));
        }
    }

    /// <summary>Makes all layers wider or narrower by the same factor.</summary>
    public static TrainingOptions DrawWidths(TrainingOptions options, Random random)
    {
        var factor = Pick(random, 0.5, 0.75, 1, 1.5, 2);
        return options with
        {
            HiddenLayers = [.. options.HiddenLayers.Select(layer => layer.WithWidth(Scaled))],
        };

        int Scaled(int width) => Math.Max(1, (int)Math.Round(factor * width));
    }

    /// <summary>Chooses between Adam and AdamW, if the optimizer is one of them.</summary>
    public static TrainingOptions DrawOptimizer(TrainingOptions options, Random random) => options.Optimizer is Adam
        ? options with { Optimizer = Pick<Optimizer>(random, new Adam(), new AdamW()) }
        : options;

    /// <summary>Draws the weight decay of AdamW.</summary>
    public static TrainingOptions DrawWeightDecay(TrainingOptions options, Random random) => options.Optimizer is AdamW
        ? options with { Optimizer = new AdamW(LogUniform(random, 0.003, 1)) }
        : options;

    /// <summary>Draws a learning rate between a fifth and five times the current one.</summary>
    public static TrainingOptions DrawLearningRate(TrainingOptions options, Random random) =>
        options with { LearningRate = LogUniform(random, options.LearningRate / 5, options.LearningRate * 5) };

    /// <summary>Chooses a schedule.</summary>
    public static TrainingOptions DrawSchedule(TrainingOptions options, Random random) => options with
    {
        Schedule = Pick<LearningRateSchedule>(
            random,
            new CosineDecay(), new OneCycle(), new StepDecay(Math.Max(1, options.Epochs * 3 / 10)), new ConstantRate()),
    };

    /// <summary>Chooses the label smoothing.</summary>
    public static TrainingOptions DrawLabelSmoothing(TrainingOptions options, Random random) =>
        options with { LabelSmoothing = Pick(random, 0, 0.05, 0.1) };

    /// <summary>Makes the augmentation stronger or weaker: if there is none, that of the default recipe.</summary>
    public static TrainingOptions DrawAugmentation(TrainingOptions options, Random random) => options with
    {
        Augmentation = (options.Augmentation != AugmentationOptions.None ? options : Recipe.Fast.Options)
            .Augmentation.Times(Pick(random, 0, 0.5, 1, 1.5, 2)),
    };

    /// <summary>Draws a number whose logarithm is uniform, with two significant digits.</summary>
    static double LogUniform(Random random, double min, double max)
    {
        var number = min * Math.Pow(max / min, random.NextDouble());
        var unit = (decimal)Math.Pow(10, Math.Floor(Math.Log10(number)) - 1);
        return (double)(Math.Round((decimal)number / unit) * unit);
    }

    static T Pick<T>(Random random, params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];
}
