using System.CommandLine;
using MnistMl.Augmentation;
using MnistMl.Commands;
using MnistMl.Optimizers;
using MnistMl.Training;
using MnistMl.Tuning;

namespace MnistMl.Tests.Commands;

public sealed class RecipeFormatterTests
{
    public static TheoryData<string> Recipes => [.. Recipe.All.Select(recipe => recipe.Name)];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Words_are_read_as_the_options_they_were_made_from(string name)
    {
        var recipe = Recipe.All.Single(recipe => recipe.Name == name).Options;
        TrainingOptions[] others =
        [
            recipe with { Optimizer = new Sgd(0.8, Nesterov: true), LearningRate = 0.1 },
            recipe with { Optimizer = new Sgd(), LearningRate = 0.05, Seed = -3, BatchSize = 16, Epochs = 3 },
            recipe with { Optimizer = new RmsProp(), LearningRate = 1e-9, GradientClipValue = 0.5, EmaDecay = 0.99, Patience = 2 },
            recipe with { Schedule = new StepDecay(2, 0.5, 0.1), HiddenLayers = [] },
            recipe with { EnsembleSize = 1 },
            recipe with { EnsembleSize = 2 },
            recipe with { Augmentation = new() { Shift = 1 }, NoAugmentationShare = 0.45 },
            recipe with { Schedule = new CosineDecay(0), Augmentation = AugmentationOptions.None },
        ];
        var drawn = new SearchSpace(recipe, [], options => RecipeFormatter.Join(RecipeFormatter.Of(options))).Configurations().Take(100);
        foreach (var options in drawn.Select(configuration => configuration.Options).Concat(others))
        {
            AssertRead(options, ["--recipe", name, .. RecipeFormatter.Of(options, recipe)]);
            AssertRead(options, ["--recipe", name, .. RecipeFormatter.Of(options)]);
        }
        Assert.Empty(RecipeFormatter.Of(recipe, recipe));
    }

    [Fact]
    public void Words_with_blanks_are_typed_in_quotes() =>
        Assert.Equal("--network \"conv 8 5x5, dense 9\" --epochs 3", RecipeFormatter.Join(["--network", "conv 8 5x5, dense 9", "--epochs", "3"]));

    [Theory]
    [InlineData("mnist.zip", "mnist.zip")]
    [InlineData("größe/a-1,b.zip", "größe/a-1,b.zip")]
    [InlineData("", "\"\"")]
    [InlineData("a b.zip", "\"a b.zip\"")]
    [InlineData("a&b.zip", "\"a&b.zip\"")]
    [InlineData("it's a.zip", "\"it's a.zip\"")]
    public void What_a_shell_would_take_apart_is_quoted(string word, string expected) => Assert.Equal(expected, RecipeFormatter.Quoted(word));

    [Theory]
    [InlineData("a $b.zip", "'a $b.zip'")]
    [InlineData("a\\b.zip", "'a\\b.zip'")]
    [InlineData("it's $5!.zip", "'it'\\''s $5!.zip'")]
    public void What_a_shell_knows_within_quotes_too_is_in_others(string word, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows' shell knows one kind of quotes.");
        Assert.Equal(expected, RecipeFormatter.Quoted(word));
    }

    static void AssertRead(TrainingOptions options, string[] words)
    {
        var command = new Command("train");
        RecipeOptions.AddTo(command);
        var parsed = command.Parse(words);
        Assert.Empty(parsed.Errors);
        var read = RecipeOptions.Parse(parsed);
        Assert.Equal(options.HiddenLayers, read.HiddenLayers);
        // Records are equal only where they hold the same list, and where they hold the learning rate themselves.
        Assert.Equal(Comparable(options), Comparable(read));

        TrainingOptions Comparable(TrainingOptions each) => each with { HiddenLayers = options.HiddenLayers, LearningRate = each.LearningRate };
    }
}
