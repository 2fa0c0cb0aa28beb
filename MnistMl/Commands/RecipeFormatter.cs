using System.Globalization;
using MnistMl.Augmentation;
using MnistMl.Model;
using MnistMl.Optimizers;
using MnistMl.Training;

namespace MnistMl.Commands;

/// <summary>The other way round than <see cref="RecipeOptions"/>: what to type for options.</summary>
static class RecipeFormatter
{
    /// <summary>
    /// The words for what differs from a recipe, or for everything. That there is no clipping and no patience goes without
    /// saying, and on the number of threads nothing depends.
    /// </summary>
    public static IReadOnlyList<string> Of(TrainingOptions options, TrainingOptions? recipe = null)
    {
        var words = new List<string>();
        Add(options => ["--network", NetworkParser.Format(options.HiddenLayers)]);
        Add(options => ["--epochs", Text(options.Epochs)]);
        Add(options => ["--batch-size", Text(options.BatchSize)]);
        // Where another optimiser is given, the learning rate is no longer the recipe's.
        Add(options => ["--learning-rate", Text(options.LearningRate)], always: Add(options => Of(options.Optimizer)));
        Add(options => Of(options.Schedule));
        Add(options => ["--label-smoothing", Text(options.LabelSmoothing)]);
        Add(options => options.GradientClipValue is { } clip ? ["--clip-gradient", Text(clip)] : []);
        Add(options => ["--average-decay", Text(options.EmaDecay)]);
        Add(options => options.Patience is { } patience ? ["--patience", Text(patience)] : []);
        Add(options => ["--augment", $"{options.Augmentation}"]);
        // Where nothing is changed, there is nothing to refine.
        Add(options => options.Augmentation == AugmentationOptions.None || options.NoAugmentationShare == recipe?.NoAugmentationShare
            ? [] : ["--refinement", Text(options.NoAugmentationShare)]);
        Add(options => ["--members", Text(options.EnsembleSize)]);
        Add(options => ["--seed", Text(options.Seed)]);
        return words;

        bool Add(Func<TrainingOptions, string[]> wordsOf, bool always = false)
        {
            var differs = always || recipe == null || !wordsOf(options).SequenceEqual(wordsOf(recipe));
            if (differs)
                words.AddRange(wordsOf(options));
            return differs;
        }
    }

    /// <summary>The words as they are typed, in quotes where there are blanks in them.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quoted));

    /// <summary>A word as it is typed: in quotes where a shell would make something else of it.</summary>
    public static string Quoted(string word)
    {
        var plain = OperatingSystem.IsWindows() ? "-_./:,+=@\\" : "-_./:,+=@";
        if (word.Length > 0 && word.All(letter => char.IsLetterOrDigit(letter) || plain.Contains(letter, StringComparison.Ordinal)))
            return word;
        return OperatingSystem.IsWindows() || !word.AsSpan().ContainsAny("$`\"\\!")
            ? $"\"{word}\""
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    /// <summary>What an optimiser is called.</summary>
    public static string WordOf(Optimizer optimizer) => Of(optimizer)[1];

    static string[] Of(Optimizer optimizer) => optimizer switch
    {
        AdamW adamW => ["--optimizer", "adamw", "--weight-decay", Text(adamW.WeightDecay)],
        Adam => ["--optimizer", "adam"],
        RmsProp => ["--optimizer", "rmsprop"],
        Sgd sgd => ["--optimizer", sgd.Nesterov ? "nesterov" : "sgd", "--momentum", Text(sgd.Momentum)],
        _ => throw new ArgumentException($"There are no words for {optimizer}.", nameof(optimizer)),
    };

    static string[] Of(LearningRateSchedule schedule)
    {
        var (word, usual) = schedule switch
        {
            CosineDecay => ("cosine", (LearningRateSchedule)new CosineDecay()),
            ConstantRate => ("constant", new ConstantRate()),
            StepDecay => ("step", new StepDecay()),
            OneCycle => ("one-cycle", new OneCycle()),
            _ => throw new ArgumentException($"There are no words for {schedule}.", nameof(schedule)),
        };
        List<string> words = ["--schedule", word];
        if (schedule.WarmupRatio != usual.WarmupRatio)
            words.AddRange("--warm-up", Text(schedule.WarmupRatio));
        if (schedule is StepDecay step && step != new StepDecay(WarmupRatio: step.WarmupRatio))
            words.AddRange("--step-epochs", Text(step.StepSize), "--step-factor", Text(step.Gamma));
        return [.. words];
    }

    static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
