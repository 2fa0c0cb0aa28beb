using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using MnistMl.Augmentation;
using MnistMl.Data;
using MnistMl.Files;
using MnistMl.Model;
using MnistMl.Optimizers;
using MnistMl.Training;

namespace MnistMl.Commands;

/// <summary>The options that say what to train, and how.</summary>
static class RecipeOptions
{
    static readonly TrainingOptions _defaults = Recipe.Fast.Options;

    static readonly Option<string> _recipe = CommonOptions.OneOf(new("--recipe")
    {
        Description = "Where all that is not given here is taken from: "
            + string.Join("; ", Recipe.All.Select(recipe => $"{recipe.Name}, {recipe.Description}")) + ".",
        HelpName = "NAME",
        DefaultValueFactory = _ => Recipe.Fast.Name,
    }, [.. Recipe.All.Select(recipe => recipe.Name)]);

    static readonly Option<string> _network = CommonOptions.Network();

    static readonly Option<int> _epochs = CommonOptions.WholeNumber(
        "--epochs", "How often every training row is used.", atLeast: 1, _defaults.Epochs);

    static readonly Option<int> _batchSize = CommonOptions.WholeNumber(
        "--batch-size", "Rows in a mini-batch.", atLeast: 1, _defaults.BatchSize);

    static readonly Option<double> _momentum = CommonOptions.Number(
        "--momentum", "Share of their velocity that sgd and nesterov keep.",
        "a number from 0 to below 1", value => value is >= 0 and < 1, new Sgd().Momentum);

    static readonly Option<double> _weightDecay = CommonOptions.Number(
        "--weight-decay", "Share of the weights, times the learning rate, that adamw takes off them in a step.",
        "a number from 0 on", value => value >= 0, new AdamW().WeightDecay);

    static readonly (string Word, Optimizer Optimizer)[] _optimizers =
    [
        ("adam", new Adam()),
        ("adamw", new AdamW()),
        ("rmsprop", new RmsProp()),
        ("sgd", new Sgd()),
        ("nesterov", new Sgd(Nesterov: true)),
    ];

    static readonly Option<string> _optimizer = CommonOptions.OneOf(new("--optimizer")
    {
        Description = $"How the weights follow from their gradients: {CommonOptions.Listed(_optimizers.Select(entry => entry.Word))}.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "adamw",
    }, [.. _optimizers.Select(optimizer => optimizer.Word)]);

    static readonly Option<double?> _learningRate = CommonOptions.Number(
        "--learning-rate", $"The learning rate, at its highest. [default: {Rate(new Adam())} with adam and adamw, "
        + $"{Rate(new RmsProp())} with rmsprop, else {Rate(new Sgd())}]",
        "a number above 0, such as 0.001", value => value > 0);

    static readonly Option<int> _stepSize = CommonOptions.WholeNumber(
        "--step-epochs", "Epochs between the falls of the schedule step.", atLeast: 1, new StepDecay().StepSize);

    static readonly Option<double> _gamma = CommonOptions.Number(
        "--step-factor", "What each of these falls multiplies the learning rate by.",
        "a number above 0 and at most 1", value => value is > 0 and <= 1, new StepDecay().Gamma);

    static readonly (string Word, Func<ParseResult, LearningRateSchedule> Create)[] _schedules =
    [
        ("cosine", _ => new CosineDecay()),
        ("constant", _ => new ConstantRate()),
        ("step", parsed => new StepDecay(parsed.GetValue(_stepSize), parsed.GetValue(_gamma))),
        ("one-cycle", _ => new OneCycle()),
    ];

    static readonly Option<string> _schedule = CommonOptions.OneOf(new("--schedule")
    {
        Description = $"How the learning rate changes: {CommonOptions.Listed(_schedules.Select(entry => entry.Word))}.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "cosine",
    }, [.. _schedules.Select(schedule => schedule.Word)]);

    static readonly Option<double?> _warmupRatio = CommonOptions.Number(
        "--warm-up", "Share of the steps in which the learning rate rises. [default: "
        + $"{Text(new CosineDecay().WarmupRatio)} with cosine, {Text(new OneCycle().WarmupRatio)} with one-cycle, else 0]",
        "a number from 0 to below 1", value => value is >= 0 and < 1);

    static readonly Option<double> _labelSmoothing = CommonOptions.Number(
        "--label-smoothing", "Share of a row's target that is spread over all classes.",
        "a number from 0 to below 1", value => value is >= 0 and < 1, _defaults.LabelSmoothing);

    static readonly Option<double?> _gradientClipValue = CommonOptions.Number(
        "--clip-gradient", "Cut off each element of the gradient at this.", "a number above 0", value => value > 0);

    static readonly Option<double> _emaDecay = CommonOptions.Number(
        "--average-decay", "Test and save a moving average of the weights, of this decay, such as 0.999; 0 for none.",
        "a number from 0 to below 1", value => value is >= 0 and < 1, _defaults.EmaDecay);

    static readonly Option<string[]> _teacher = new("--teacher")
    {
        Description = "Learn from what this model says of each row, too: a file that train saved, of the same labels. "
            + "It should not know the rows to validate or test on. Of several, the average is learnt.",
        Arity = ArgumentArity.OneOrMore,
        HelpName = "FILE",
    };

    static readonly Option<double> _alpha = CommonOptions.Number(
        "--teacher-share", "The teachers' share of the loss; a row's class has the rest.",
        "a number above 0 and at most 1", value => value is > 0 and <= 1, Distillation.DefaultAlpha);

    static readonly Option<double> _temperature = CommonOptions.Number(
        "--temperature", "The higher, the more what teachers think unlikely matters.",
        "a number from 1 on", value => value >= 1, Distillation.DefaultTemperature);

    static readonly Option<AugmentationOptions> _augment = CommonOptions.Augment(_defaults.Augmentation);

    static readonly Option<double> _noAugmentationShare = CommonOptions.Number(
        "--refinement", "Share of the epochs, the last, that take the pictures as they are.",
        "a number from 0 to below 1", value => value is >= 0 and < 1, _defaults.NoAugmentationShare);

    static readonly Option<int> _ensembleSize = CommonOptions.WholeNumber(
        "--members", "Train N networks, of seeds that follow each other, and save one that has the mean of their logits.", atLeast: 1, _defaults.EnsembleSize);

    static readonly Option<int> _seed = CommonOptions.WholeNumber(
        "--seed", "Seed of all that is random: the same seed gives the same model.", atLeast: int.MinValue, _defaults.Seed);

    static readonly Option<int> _threads = CommonOptions.WholeNumber(
        "--threads", "Threads to train with; the model does not depend on it.", atLeast: 1, _defaults.NumberOfThreads, TrainingOptions.MaxThreads);

    static readonly Option<int> _patience = CommonOptions.WholeNumber(
        "--patience", "End after N epochs that do no better on the validation rows, and keep the best network.", atLeast: 1);

    /// <summary>Makes a command take the options.</summary>
    public static void AddTo(Command command)
    {
        Option[] options =
        [
            _recipe, _network, _epochs, _batchSize, _optimizer, _momentum, _weightDecay, _learningRate, _schedule, _warmupRatio, _stepSize,
            _gamma, _labelSmoothing, _gradientClipValue, _emaDecay, _patience, _augment, _noAugmentationShare, _teacher, _alpha, _temperature, _ensembleSize, _seed, _threads,
        ];
        foreach (var option in options)
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            ThrowUnless(result, _momentum, _optimizer, "sgd", "nesterov");
            ThrowUnless(result, _weightDecay, _optimizer, "adamw");
            ThrowUnless(result, _stepSize, _schedule, "step");
            ThrowUnless(result, _gamma, _schedule, "step");
            ThrowUnlessAugmented(result, _noAugmentationShare);
            ThrowIfWithout(result, _alpha, _teacher);
            ThrowIfWithout(result, _temperature, _teacher);
        });
    }

    /// <summary>The recipe that all is taken from that the options do not say.</summary>
    public static Recipe RecipeOf(ParseResult parsed) => Recipe.All.Single(recipe => recipe.Name == parsed.GetValue(_recipe));

    /// <summary>What the options say.</summary>
    public static TrainingOptions Parse(ParseResult parsed)
    {
        var recipe = RecipeOf(parsed).Options;
        if (Given(_optimizer, out var optimizer) && optimizer != RecipeFormatter.WordOf(recipe.Optimizer))
        {
            var other = Array.Find(_optimizers, entry => entry.Word == optimizer).Optimizer;
            recipe = recipe with { Optimizer = other, LearningRate = other.DefaultLearningRate };
        }
        var options = recipe with
        {
            HiddenLayers = Given(_network, out var network) ? NetworkParser.Parse(network!) : recipe.HiddenLayers,
            Epochs = Given(_epochs, out var epochs) ? epochs : recipe.Epochs,
            BatchSize = Given(_batchSize, out var batchSize) ? batchSize : recipe.BatchSize,
            Optimizer = recipe.Optimizer switch
            {
                AdamW adamW when Given(_weightDecay, out var weightDecay) => adamW with { WeightDecay = weightDecay },
                Sgd sgd when Given(_momentum, out var momentum) => sgd with { Momentum = momentum },
                _ => recipe.Optimizer,
            },
            Schedule = Given(_schedule, out var schedule)
                ? Array.Find(_schedules, entry => entry.Word == schedule).Create(parsed)
                : recipe.Schedule,
            LabelSmoothing = Given(_labelSmoothing, out var labelSmoothing) ? labelSmoothing : recipe.LabelSmoothing,
            GradientClipValue = parsed.GetValue(_gradientClipValue) ?? recipe.GradientClipValue,
            EmaDecay = Given(_emaDecay, out var averageDecay) ? averageDecay : recipe.EmaDecay,
            Patience = Given(_patience, out var patience) ? patience : recipe.Patience,
            Augmentation = Given(_augment, out var augmentation) ? augmentation! : recipe.Augmentation,
            NoAugmentationShare = Given(_noAugmentationShare, out var refinement) ? refinement : recipe.NoAugmentationShare,
            Distillation = parsed.GetValue(_teacher) is { Length: > 0 } teachers
                ? new Distillation([.. teachers.Select(ModelFile.Read)], parsed.GetValue(_alpha), parsed.GetValue(_temperature))
                : null,
            EnsembleSize = Given(_ensembleSize, out var ensembleSize) ? ensembleSize : recipe.EnsembleSize,
            Seed = parsed.GetValue(_seed),
            NumberOfThreads = parsed.GetValue(_threads),
        };
        if (parsed.GetValue(_warmupRatio) is { } warmup)
            options = options with { Schedule = options.Schedule with { WarmupRatio = warmup } };
        if (parsed.GetValue(_learningRate) is { } learningRate)
            options = options with { LearningRate = learningRate };
        return options;

        bool Given<T>(Option<T> option, out T? value)
        {
            value = parsed.GetValue(option);
            return IsGiven(parsed.GetResult(option));
        }
    }

    /// <summary>The same without a recipe's augmentation where the rows cannot be augmented, unless it was asked for.</summary>
    public static TrainingOptions Suit(TrainingOptions options, ParseResult parsed, Dataset rows) =>
        Augmenter.Takes(rows.FeatureCount) || IsGiven(parsed.GetResult(_augment))
            ? options
            : options with { Augmentation = AugmentationOptions.None };

    static bool IsGiven(OptionResult? result) => result is { Implicit: false };

    /// <summary>An option that would do nothing is a mistake.</summary>
    static void ThrowUnless(CommandResult result, Option option, Option<string> chooser, params string[] words)
    {
        if (IsGiven(result.GetResult(option)) && !words.Contains(WordAfter(result, chooser)))
            result.AddError($"{option.Name} goes with {chooser.Name} {string.Join(" or ", words)}.");
    }

    /// <inheritdoc cref="ThrowUnless"/>
    static void ThrowUnlessAugmented(CommandResult result, Option option)
    {
        var none = $"{AugmentationOptions.None}";
        if (IsGiven(result.GetResult(option)) && WordAfter(result, _augment) == none)
            result.AddError($"{option.Name} does not go with {_augment.Name} {none}.");
    }

    /// <summary>What is given, or else the recipe's.</summary>
    static string WordAfter(CommandResult result, Option option)
    {
        var recipe = Recipe.All.FirstOrDefault(recipe => recipe.Name == Given(_recipe)) ?? Recipe.Fast;
        return Given(option) ?? RecipeFormatter.Of(recipe.Options).SkipWhile(word => word != option.Name).ElementAt(1);

        // Values cannot be asked for here: they may be wrong themselves.
        string? Given(Option option) => result.GetResult(option) is { Tokens: [var token, ..] } ? token.Value : null;
    }

    /// <inheritdoc cref="ThrowUnless"/>
    static void ThrowIfWithout(CommandResult result, Option option, Option other)
    {
        if (IsGiven(result.GetResult(option)) && !IsGiven(result.GetResult(other)))
            result.AddError($"{option.Name} goes with {other.Name}.");
    }

    static string Rate(Optimizer optimizer) => Text(optimizer.DefaultLearningRate);

    static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
