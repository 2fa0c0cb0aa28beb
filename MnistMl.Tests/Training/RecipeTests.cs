using System.Globalization;
using System.Text.RegularExpressions;
using MnistMl.Augmentation;
using MnistMl.Model;
using MnistMl.Optimizers;
using MnistMl.Training;

namespace MnistMl.Tests.Training;

/// <summary>The recipes, every figure of them, and what is said of them.</summary>
public sealed partial class RecipeTests
{
    static readonly TrainingOptions _baseline = new()
    {
        HiddenLayers = [new Dense(128), new Dense(64)],
        Epochs = 10,
        BatchSize = 64,
        Optimizer = new Adam(),
        LearningRate = 0.001,
        Schedule = new ConstantRate(WarmupRatio: 0),
        LabelSmoothing = 0,
        GradientClipValue = null,
        EmaDecay = 0,
        Patience = null,
        Augmentation = new(),
        NoAugmentationShare = 0,
        Distillation = null,
        EnsembleSize = 1,
        Seed = 1,
        NumberOfThreads = Math.Min(4, Environment.ProcessorCount),
    };

    static readonly TrainingOptions _fast = _baseline with
    {
        HiddenLayers = [new Dense(192), new Dense(96)],
        Optimizer = new AdamW(WeightDecay: 0.1),
        LearningRate = 0.003,
        Schedule = new CosineDecay(WarmupRatio: 0.02),
        Augmentation = new()
        {
            Rotation = 10,
            Shift = 1,
            Scale = 0.25,
            Shear = 0.3,
            Elastic = 20,
            ElasticSigma = 4,
            Thinning = 1,
            ThinningProbability = 0.15,
            Thickening = 1.5,
            ThickeningProbability = 0.15,
            StretchProbability = 0.15,
            FlagProbability = 0.1,
            Contrast = 0.8,
            ContrastProbability = 0.1,
        },
        NoAugmentationShare = 0.1,
    };

    static readonly TrainingOptions _accurate = _fast with
    {
        HiddenLayers =
        [
            new Conv2D(32, 3, 3, BatchNorm: true),
            new Conv2D(32, 3, 3, Stride: 2, BatchNorm: true),
            new Conv2D(64, 3, 3, BatchNorm: true),
            new Conv2D(64, 3, 3, BatchNorm: true),
            new Conv2D(64, 3, 3, Stride: 2, Padding: 1, BatchNorm: true),
            new Dropout(0.3),
            new Dense(128),
            new Dropout(0.3),
        ],
        Epochs = 30,
        Optimizer = new AdamW(WeightDecay: 0.05),
        LearningRate = 0.002,
        EmaDecay = 0.9995,
        Augmentation = new()
        {
            Rotation = 15,
            Shift = 3,
            Scale = 0.2,
            Shear = 0.25,
            Elastic = 20,
            ElasticSigma = 4,
            Thinning = 1.2,
            ThinningProbability = 0.25,
            Thickening = 1.5,
            ThickeningProbability = 0.2,
            StretchProbability = 0.2,
            FlagProbability = 0.1,
            Blur = 1.5,
            BlurProbability = 0.15,
            Contrast = 0.8,
            ContrastProbability = 0.15,
        },
        NoAugmentationShare = 0,
    };

    static readonly TrainingOptions _best = _accurate with
    {
        HiddenLayers =
        [
            new Conv2D(16, 3, 3, BatchNorm: true),
            new Conv2D(24, 3, 3, Stride: 2, BatchNorm: true),
            new Conv2D(48, 3, 3, BatchNorm: true),
            new Conv2D(48, 3, 3, BatchNorm: true),
            new Conv2D(48, 3, 3, Stride: 2, Padding: 1, BatchNorm: true),
            new Dropout(0.2),
            new Dense(128),
            new Dropout(0.3),
        ],
        Epochs = 100,
        NoAugmentationShare = 0.1,
        EnsembleSize = 3,
    };

    public static TheoryData<string> Names => [.. Recipe.All.Select(recipe => recipe.Name)];

    [Fact]
    public void There_are_four() => Assert.Equal(["baseline", "fast", "accurate", "best"], Recipe.All.Select(recipe => recipe.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_option_is_as_it_was_chosen(string name)
    {
        var expected = name switch { "baseline" => _baseline, "fast" => _fast, "accurate" => _accurate, _ => _best };
        var actual = Recipe.All.Single(recipe => recipe.Name == name).Options;

        foreach (var option in typeof(TrainingOptions).GetProperties())
        {
            var (wanted, found) = (option.GetValue(expected), option.GetValue(actual));
            if (wanted is IEnumerable<LayerSpec> layers)
                Assert.Equal(layers, Assert.IsAssignableFrom<IEnumerable<LayerSpec>>(found));
            else
                Assert.True(Equals(wanted, found), $"{option.Name} is {found}, not {wanted}.");
        }
    }

    /// <summary>A row of the table that is said to be "the same" has of the row above what it does not say itself.</summary>
    [Fact]
    public void The_table_of_the_recipes_has_their_figures()
    {
        var lines = RepositoryFile.Read("docs/training.md").Split('\n')
            .SkipWhile(line => line != "## Recipes").Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Take(Recipe.All.Count).ToArray();
        string optimizer = "", schedule = "";
        double rate = 0;
        foreach (var (recipe, line) in Recipe.All.Zip(lines))
        {
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            var (name, network, training) = (cells[1], cells[2], cells[3]);
            var options = recipe.Options;
            if (OptimizerAndRate().Match(training) is { Success: true } said)
            {
                optimizer = said.Groups["optimizer"].Value;
                schedule = said.Groups["constant"].Success ? "ConstantRate" : "CosineDecay";
                rate = double.Parse(said.Groups["rate"].Value, CultureInfo.InvariantCulture);
            }
            else
            {
                Assert.StartsWith("the same, ", training, StringComparison.Ordinal);
            }

            Assert.StartsWith($"`{recipe.Name}`", name, StringComparison.Ordinal);
            Assert.Equal(options.HiddenLayers, NetworkParser.Parse(network));
            Assert.Equal(options.Optimizer.GetType().Name, optimizer);
            Assert.Equal(options.Schedule.GetType().Name, schedule);
            Assert.Equal(options.LearningRate, rate);
            Assert.Equal(options.Epochs, int.Parse(NumberOfEpochs().Match(training).Groups[1].Value, CultureInfo.InvariantCulture));
            Assert.Equal(options.Augmentation != AugmentationOptions.None, training.Contains("augmented", StringComparison.Ordinal));
            Assert.Equal(options.NoAugmentationShare == 0.1, training.Contains("the last tenth", StringComparison.Ordinal));
            Assert.Equal(options.EnsembleSize == 3, training.Contains("three networks", StringComparison.Ordinal));
        }
    }

    [GeneratedRegex(@"^(?<optimizer>\w+)(?:(?<constant> at a constant)|, cosine from) (?<rate>[0-9.]*[0-9])")]
    private static partial Regex OptimizerAndRate();

    [GeneratedRegex(@"\b(\d+) epochs\b")]
    private static partial Regex NumberOfEpochs();
}
