using System.CommandLine;
using MnistMl.Augmentation;
using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Files;
using MnistMl.Model;
using MnistMl.Optimizers;
using MnistMl.Tests.Data;
using MnistMl.Training;
using MnistMl.Tuning;

namespace MnistMl.Tests.Commands;

public sealed class TrainingArgumentsTests
{
    // Made once: options keep every command that they become part of, and are slower for each.
    static readonly Command _command = Create();

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
        { "--warmup-ratio 0.1", _defaults with { Schedule = new CosineDecay(0.1) } },
        { "--schedule constant", _defaults with { Schedule = new ConstantRate() } },
        { "--schedule one-cycle", _defaults with { Schedule = new OneCycle() } },
        { "--schedule step", _defaults with { Schedule = new StepDecay() } },
        { "--schedule step --step-size 5 --gamma 0.5 --warmup-ratio 0.1", _defaults with { Schedule = new StepDecay(5, 0.5, 0.1) } },
        { "--label-smoothing 0.1", _defaults with { LabelSmoothing = 0.1 } },
        { "--clip-value 2", _defaults with { GradientClipValue = 2 } },
        { "--ema-decay 0.9", _defaults with { EmaDecay = 0.9 } },
        { "--patience 4", _defaults with { Patience = 4 } },
        { "--ensemble 3", _defaults with { EnsembleSize = 3 } },
        { "--augment none", _defaults with { Augmentation = AugmentationOptions.None } },
        { "--no-augment-share 0.5", _defaults with { NoAugmentationShare = 0.5 } },
        {
            "--recipe baseline --augment \"shift 1\" --no-augment-share 0.5",
            Recipe.Baseline.Options with { HiddenLayers = [], Augmentation = new() { Shift = 1 }, NoAugmentationShare = 0.5 }
        },
        { "--recipe baseline", Recipe.Baseline.Options with { HiddenLayers = [] } },
        { "--recipe baseline --optimizer sgd", Recipe.Baseline.Options with { HiddenLayers = [], Optimizer = new Sgd(), LearningRate = 0.05 } },
        { "--recipe accurate --epochs 3", Recipe.Accurate.Options with { HiddenLayers = [], Epochs = 3 } },
        { "--recipe accurate --optimizer adamw", Recipe.Accurate.Options with { HiddenLayers = [] } },
        { "--recipe accurate --weight-decay 0.3", Recipe.Accurate.Options with { HiddenLayers = [], Optimizer = new AdamW(0.3) } },
        { "--recipe accurate --optimizer adamw --weight-decay 0.3", Recipe.Accurate.Options with { HiddenLayers = [], Optimizer = new AdamW(0.3) } },
        { "--recipe accurate --optimizer adam", Recipe.Accurate.Options with { HiddenLayers = [], Optimizer = new Adam(), LearningRate = 0.003 } },
        { "--recipe baseline --optimizer adamw --weight-decay 0.3", Recipe.Baseline.Options with { HiddenLayers = [], Optimizer = new AdamW(0.3), LearningRate = 0.003 } },
    };

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Options_say_how_to_train(string arguments, TrainingOptions expected)
    {
        var parsed = Parse(arguments);
        Assert.Empty(parsed.Errors);
        Assert.Equal(Explicit(expected), Explicit(TrainingArguments.Parse(parsed)) with { HiddenLayers = expected.HiddenLayers });
    }

    [Theory]
    [InlineData("", new[] { 192, 96 })]
    [InlineData("--network none", new int[0])]
    [InlineData("--network 20,30,40", new[] { 20, 30, 40 })]
    public void Hidden_layers_are_widths_or_none(string arguments, int[] expected) =>
        Assert.Equal(expected.Select(width => (LayerSpec)width), TrainingArguments.Parse(Parse(arguments)).HiddenLayers);

    [Theory]
    [InlineData("--optimizer newton", "--optimizer: 'newton' is not adam, adamw, rmsprop, sgd or nesterov.")]
    [InlineData("--temperature 3", "--teacher")]
    [InlineData("--alpha 0.5", "--teacher")]
    [InlineData("--teacher a.zip --alpha 0", "above 0")]
    [InlineData("--teacher a.zip --temperature 0.5", "from 1 on")]
    [InlineData("--momentum 0.5", "--optimizer sgd or nesterov")]
    [InlineData("--optimizer sgd --momentum 1", "below 1")]
    [InlineData("--optimizer sgd --weight-decay 0.1", "--optimizer adamw")]
    [InlineData("--recipe baseline --weight-decay 0.1", "--optimizer adamw")]
    [InlineData("--optimizer adamw --weight-decay Infinity", "'Infinity'")]
    [InlineData("--recipe slow --weight-decay 0.1", "'slow'")]
    [InlineData("--step-size 2", "--schedule step")]
    [InlineData("--schedule one-cycle --gamma 0.5", "--schedule step")]
    [InlineData("--schedule step --gamma 0", "above 0")]
    [InlineData("--warmup-ratio 1", "--warmup-ratio")]
    [InlineData("--label-smoothing x", "'x'")]
    [InlineData("--clip-value 0", "above 0")]
    [InlineData("--ema-decay 1", "--ema-decay")]
    [InlineData("--patience 0", "from 1 on")]
    [InlineData("--threads 2000", "from 1 to 1024")]
    [InlineData("--no-augment-share 1", "below 1")]
    [InlineData("--recipe baseline --no-augment-share 0.3", "--augment none")]
    [InlineData("--augment none --no-augment-share 0.3", "--augment none")]
    public void What_makes_no_sense_is_refused(string arguments, string mention) =>
        Assert.Contains(mention, Assert.Single(Parse(arguments).Errors).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("--ensemble", "--members", "2")]
    [InlineData("--ema-decay", "--average-decay", "0.9")]
    [InlineData("--no-augment-share", "--refinement", "0.5")]
    [InlineData("--clip-value", "--clip-gradient", "2")]
    [InlineData("--warmup-ratio", "--warm-up", "0.1")]
    [InlineData("--step-size", "--step-epochs", "5", "--schedule step ")]
    [InlineData("--gamma", "--step-factor", "0.5", "--schedule step ")]
    [InlineData("--alpha", "--teacher-share", "0.5", "--teacher ~ ")]
    public void A_former_name_means_the_same_and_is_not_shown(string name, string former, string value, string before = "")
    {
        using var teacher = new TemporaryFolder();
        before = before.Replace("~", Teacher(teacher.Path), StringComparison.Ordinal);
        var (named, formerly) = (Parse($"{before}{name} {value}"), Parse($"{before}{former} {value}"));
        Assert.Empty(named.Errors.Concat(formerly.Errors));
        Assert.Equal(Values(named), Values(formerly));
        Assert.NotEqual(Values(Parse(before)), Values(formerly));

        var twice = Assert.Single(Parse($"{before}{name} {value} {former} {value}").Errors).Message;
        Assert.Equal($"{name} and {former} are the same option. Give one of them.", twice);
        Assert.Contains($"{name}: ", Assert.Single(Parse($"{before}{former} x").Errors).Message, StringComparison.Ordinal);

        using var help = new StringWriter();
        CommandLine.Run(["train", "--help"], help, TextWriter.Null);
        Assert.Contains($" {name} ", $"{help}", StringComparison.Ordinal);
        Assert.DoesNotContain(former, $"{help}", StringComparison.Ordinal);

        // What cannot be compared itself, in a form that can.
        static object Values(ParseResult parsed)
        {
            var options = TrainingArguments.Parse(parsed);
            return (options with { HiddenLayers = [], Distillation = null }, options.Distillation?.Alpha);
        }
    }

    [Fact]
    public void The_recipe_baseline_has_a_former_name_too()
    {
        Assert.Same(Recipe.Baseline, TrainingArguments.ParseRecipe(Parse("--recipe seed")));
        Assert.Equal(TrainingArguments.Parse(Parse("--recipe baseline")), TrainingArguments.Parse(Parse("--recipe seed")));
    }

    [Fact]
    public void What_the_options_take_can_be_trained_with()
    {
        string[] values = ["-1", "0", "1e-9", "0.5", "0.999999", "1", "2", "1024", "1025", "2000000000", "1e300"];
        var taken = 0;
        foreach (var binding in TrainingBindings.All.Except([TrainingBindings.Network, TrainingBindings.Teacher]))
        {
            foreach (var value in values)
            {
                foreach (var needed in (string[])["", "--optimizer sgd", "--schedule step"])
                {
                    var parsed = Parse($"{needed} {binding.Name} {value}");
                    if (parsed.Errors.Count > 0)
                        continue;
                    TrainingArguments.Parse(parsed).Validate();
                    taken++;
                }
            }
        }
        Assert.InRange(taken, 100, 1000);
    }

    public static TheoryData<string> Names => [.. Recipe.All.Select(recipe => recipe.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Arguments_are_read_as_the_options_they_were_written_from(string name)
    {
        var recipe = Recipe.All.Single(recipe => recipe.Name == name).Options;
        TrainingOptions[] others =
        [
            recipe with { Optimizer = new Sgd(0.8, Nesterov: true), LearningRate = 0.1 },
            recipe with { Optimizer = new Sgd(), LearningRate = 0.05, Seed = -3, BatchSize = 16, Epochs = 3 },
            recipe with
            {
                Optimizer = new RmsProp(), LearningRate = 1e-9, GradientClipValue = 0.5, EmaDecay = 0.99, Patience = 2,
            },
            recipe with { Schedule = new StepDecay(2, 0.5, 0.1), HiddenLayers = [] },
            recipe with { EnsembleSize = 1 },
            recipe with { EnsembleSize = 2 },
            recipe with { Augmentation = new() { Shift = 1 }, NoAugmentationShare = 0.45 },
            recipe with { Schedule = new CosineDecay(0), Augmentation = AugmentationOptions.None },
        ];
        var draws = TrainingBindings.All.Select(binding => binding.Draw).OfType<Func<TrainingOptions, Random, TrainingOptions>>();
        var drawn = new SearchSpace(recipe, [.. draws], options => Shell.Join(TrainingArguments.Write(options)))
            .Configurations().Take(100).Select(configuration => configuration.Options);
        foreach (var options in drawn.Concat(others))
        {
            AssertRead(options, ["--recipe", name, .. TrainingArguments.Write(options, recipe)]);
            AssertRead(options, ["--recipe", name, .. TrainingArguments.Write(options)]);
        }
        Assert.Empty(TrainingArguments.Write(recipe, recipe));
    }

    [Fact]
    public void Only_what_differs_is_written() => Assert.Equal(
        ["--optimizer", "sgd", "--schedule", "step", "--gamma", "0.5"],
        TrainingArguments.Write(
            Recipe.Fast.Options with { Optimizer = new Sgd(), LearningRate = 0.05, Schedule = new StepDecay(Gamma: 0.5) },
            Recipe.Fast.Options));

    static void AssertRead(TrainingOptions options, string[] arguments)
    {
        var parsed = _command.Parse(arguments);
        Assert.Empty(parsed.Errors);
        var read = TrainingArguments.Parse(parsed);
        Assert.Equal(options.HiddenLayers, read.HiddenLayers);
        Assert.Equal(Explicit(options), Explicit(read) with { HiddenLayers = options.HiddenLayers });
    }

    static string Teacher(string folder)
    {
        var path = Path.Join(folder, "teacher.zip");
        ModelFile.Write(new TrainedNetwork([new AffineLayer(1, 2, [1, 2], [0, 0])], ["a", "b"]), path);
        return path;
    }

    /// <summary>The same, whether the learning rate was given or is the optimiser's own.</summary>
    static TrainingOptions Explicit(TrainingOptions options) => options with { LearningRate = options.LearningRate };

    static ParseResult Parse(string arguments) => _command.Parse(arguments);

    static Command Create()
    {
        var command = new Command("train");
        TrainingArguments.AddTo(command, TrainingBindings.All);
        return command;
    }

    [Theory]
    [InlineData(256, "rotate 5", false)]
    [InlineData(257, "rotate 5", true)]
    [InlineData(257, "none", false)]
    public void It_is_warned_of_large_images_that_are_augmented(int side, string augmentation, bool warns)
    {
        using var error = new StringWriter();
        TrainingArguments.WarnOfLargeImages(
            new() { Augmentation = AugmentationOptions.Parse(augmentation) }, new Dataset(new byte[side * side], (int[])[0], side * side, ["a"]), error);
        Assert.Equal(warns ? $"Warning: Images of {side * side:N0} pixels take long to augment. --augment none leaves them as they are.\n" : "", $"{error}".ReplaceLineEndings("\n"));
    }
}
