using System.CommandLine;
using MnistMl.Augmentation;
using MnistMl.Commands;
using MnistMl.Model;
using MnistMl.Optimizers;
using MnistMl.Training;

namespace MnistMl.Tests.Commands;

public sealed class RecipeOptionsTests
{
    // Records are equal only where they hold the same list.
    static readonly TrainingOptions _defaults = Recipe.Fast.Options with { HiddenLayers = [], LearningRate = 0.003 };

    public static TheoryData<string, TrainingOptions> Recipes => new()
    {
        { "", _defaults },
        { "--epochs 3 --batch-size 16 --seed -2 --threads 7", _defaults with { Epochs = 3, BatchSize = 16, Seed = -2, NumberOfThreads = 7 } },
        { "--learning-rate 1e-3", _defaults with { LearningRate = 0.001 } },
        { "--optimizer adamw", _defaults with { Optimizer = new AdamW() } },
        { "--optimizer adamw --weight-decay 0.3", _defaults with { Optimizer = new AdamW(0.3) } },
        { "--weight-decay 0.3", _defaults with { Optimizer = new AdamW(0.3) } },
        { "--optimizer rmsprop", _defaults with { Optimizer = new RmsProp(), LearningRate = 0.001 } },
        { "--optimizer sgd", _defaults with { Optimizer = new Sgd(), LearningRate = 0.05 } },
        { "--optimizer nesterov --momentum 0.8", _defaults with { Optimizer = new Sgd(0.8, Nesterov: true), LearningRate = 0.05 } },
        { "--warm-up 0.1", _defaults with { Schedule = new CosineDecay(0.1) } },
        { "--schedule constant", _defaults with { Schedule = new ConstantRate() } },
        { "--schedule one-cycle", _defaults with { Schedule = new OneCycle() } },
        { "--schedule step", _defaults with { Schedule = new StepDecay() } },
        { "--schedule step --step-epochs 5 --step-factor 0.5 --warm-up 0.1", _defaults with { Schedule = new StepDecay(5, 0.5, 0.1) } },
        { "--label-smoothing 0.1", _defaults with { LabelSmoothing = 0.1 } },
        { "--clip-gradient 2", _defaults with { GradientClipValue = 2 } },
        { "--average-decay 0.9", _defaults with { EmaDecay = 0.9 } },
        { "--patience 4", _defaults with { Patience = 4 } },
        { "--members 3", _defaults with { EnsembleSize = 3 } },
        { "--augment none", _defaults with { Augmentation = AugmentationOptions.None } },
        { "--refinement 0.5", _defaults with { NoAugmentationShare = 0.5 } },
        { "--recipe seed --augment \"shift 1\" --refinement 0.5", Recipe.Baseline.Options with { HiddenLayers = [], Augmentation = new() { Shift = 1 }, NoAugmentationShare = 0.5 } },
        { "--recipe seed", Recipe.Baseline.Options with { HiddenLayers = [] } },
        { "--recipe seed --optimizer sgd", Recipe.Baseline.Options with { HiddenLayers = [], Optimizer = new Sgd(), LearningRate = 0.05 } },
        { "--recipe accurate --epochs 3", Recipe.Accurate.Options with { HiddenLayers = [], Epochs = 3 } },
        { "--recipe accurate --optimizer adamw", Recipe.Accurate.Options with { HiddenLayers = [] } },
        { "--recipe accurate --weight-decay 0.3", Recipe.Accurate.Options with { HiddenLayers = [], Optimizer = new AdamW(0.3) } },
        { "--recipe accurate --optimizer adamw --weight-decay 0.3", Recipe.Accurate.Options with { HiddenLayers = [], Optimizer = new AdamW(0.3) } },
        { "--recipe accurate --optimizer adam", Recipe.Accurate.Options with { HiddenLayers = [], Optimizer = new Adam(), LearningRate = 0.003 } },
        { "--recipe seed --optimizer adamw --weight-decay 0.3", Recipe.Baseline.Options with { HiddenLayers = [], Optimizer = new AdamW(0.3), LearningRate = 0.003 } },
    };

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Options_say_how_to_train(string arguments, TrainingOptions expected)
    {
        var parsed = Parse(arguments);
        Assert.Empty(parsed.Errors);
        Assert.Equal(Explicit(expected), Explicit(RecipeOptions.Parse(parsed)) with { HiddenLayers = expected.HiddenLayers });
    }

    [Theory]
    [InlineData("", new[] { 192, 96 })]
    [InlineData("--network none", new int[0])]
    [InlineData("--network 20,30,40", new[] { 20, 30, 40 })]
    public void Hidden_layers_are_widths_or_none(string arguments, int[] expected) =>
        Assert.Equal(expected.Select(width => (LayerSpec)width), RecipeOptions.Parse(Parse(arguments)).HiddenLayers);

    [Theory]
    [InlineData("--optimizer newton", "--optimizer takes adam, adamw, rmsprop, sgd or nesterov, but 'newton' was given.")]
    [InlineData("--temperature 3", "--teacher")]
    [InlineData("--teacher-share 0.5", "--teacher")]
    [InlineData("--teacher a.zip --teacher-share 0", "above 0")]
    [InlineData("--teacher a.zip --temperature 0.5", "from 1 on")]
    [InlineData("--momentum 0.5", "--optimizer sgd or nesterov")]
    [InlineData("--optimizer sgd --momentum 1", "below 1")]
    [InlineData("--optimizer sgd --weight-decay 0.1", "--optimizer adamw")]
    [InlineData("--recipe seed --weight-decay 0.1", "--optimizer adamw")]
    [InlineData("--optimizer adamw --weight-decay Infinity", "'Infinity'")]
    [InlineData("--recipe slow --weight-decay 0.1", "'slow'")]
    [InlineData("--step-epochs 2", "--schedule step")]
    [InlineData("--schedule one-cycle --step-factor 0.5", "--schedule step")]
    [InlineData("--schedule step --step-factor 0", "above 0")]
    [InlineData("--warm-up 1", "--warm-up")]
    [InlineData("--label-smoothing x", "'x'")]
    [InlineData("--clip-gradient 0", "above 0")]
    [InlineData("--average-decay 1", "--average-decay")]
    [InlineData("--patience 0", "from 1 on")]
    [InlineData("--threads 2000", "from 1 to 1024")]
    [InlineData("--refinement 1", "below 1")]
    [InlineData("--recipe seed --refinement 0.3", "--augment none")]
    [InlineData("--augment none --refinement 0.3", "--augment none")]
    public void What_makes_no_sense_is_refused(string arguments, string mention) =>
        Assert.Contains(mention, Assert.Single(Parse(arguments).Errors).Message, StringComparison.Ordinal);

    /// <summary>The same, whether the learning rate was given or is the optimiser's own.</summary>
    static TrainingOptions Explicit(TrainingOptions options) => options with { LearningRate = options.LearningRate };

    static ParseResult Parse(string arguments)
    {
        var command = new Command("train");
        RecipeOptions.AddTo(command);
        return command.Parse(arguments);
    }
}
