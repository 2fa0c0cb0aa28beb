using System.CommandLine;
using System.Globalization;
using MnistMl.Augmentation;
using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Optimizers;
using MnistMl.Training;
using MnistMl.Tuning;

namespace MnistMl.Tests.Tuning;

public sealed class SearchSpaceTests
{
    static readonly TrainingOptions _start = Recipe.Fast.Options with
    {
        HiddenLayers = NetworkParser.Parse("conv 10 3x3, average 2x2, dense 1"),
        LearningRate = 0.002,
    };

    static readonly Dataset _images = new(new byte[4], (int[])[0], 4, ["0"]);

    [Fact]
    public void The_same_seed_gives_the_same_and_another_seed_others()
    {
        var first = Draw(_start);
        Assert.Equal(first.Select(Settings), Draw(_start).Select(Settings));
        Assert.NotEqual(first.Select(Settings), Draw(_start with { Seed = 2 }).Select(Settings));
        Assert.Equal(first.Length, first.Select(Settings).Distinct().Count());
        Assert.Equal("", first[0].Settings);
        Assert.Equal(_start, first[0].Options);

        static string Settings(Configuration configuration) => configuration.Settings;
    }

    [Fact]
    public void Settings_lie_around_the_start()
    {
        var options = Draw(_start).Select(configuration => configuration.Options).ToArray();
        Assert.All(options, each =>
        {
            each.Validate();
            Assert.InRange(each.LearningRate, 0.0004, 0.01);
            Assert.Equal(new AveragePooling2D(2, 2, 2), each.HiddenLayers[1]);
            Assert.Equal(_start.Epochs, each.Epochs);
        });
        Assert.Equal([5, 8, 10, 15, 20], Sorted(options, each => ((Conv2D)each.HiddenLayers[0]).Channels));
        Assert.Equal([1, 2], Sorted(options, each => ((Dense)each.HiddenLayers[2]).Width));
        Assert.Equal([0, 5, 10, 15, 20], Sorted(options, each => each.Augmentation.Rotation));
        Assert.Equal([0, 0.05, 0.1], Sorted(options, each => each.LabelSmoothing));
        Assert.Equal(["Adam", "AdamW"], Sorted(options, each => each.Optimizer.GetType().Name));
        Assert.Equal(["ConstantRate", "CosineDecay", "OneCycle", "StepDecay"], Sorted(options, each => each.Schedule.GetType().Name));
        Assert.InRange(options.Count(each => each.LearningRate < 0.002) / (double)options.Length, 0.4, 0.6);
        Assert.All(options.Select(each => each.Optimizer).OfType<AdamW>(), adamW => Assert.InRange(adamW.WeightDecay, 0.003, 1));
    }

    [Fact]
    public void Drawn_numbers_have_two_significant_digits() =>
        Assert.All(Draw(_start).Skip(1).Select(each => each.Options.LearningRate), rate => Assert.Equal(
            double.Parse(rate.ToString("E1", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), rate));

    [Fact]
    public void A_step_schedule_of_few_epochs_has_steps_of_at_least_one() =>
        Assert.Contains(new StepDecay(1), Draw(_start with { Epochs = 3 }).Select(each => each.Options.Schedule));

    [Fact]
    public void What_is_given_is_kept()
    {
        var start = _start with { Optimizer = new AdamW(0.5), Schedule = new OneCycle(0.2) };
        var options = Draw(
            start, "--warmup-ratio 0.2 --network 9 --augment none --weight-decay 0.5 --optimizer adamw").Select(each => each.Options);
        Assert.All(options, each => Assert.Equal(
            start with { LearningRate = each.LearningRate, LabelSmoothing = each.LabelSmoothing }, each));
    }

    [Fact]
    public void With_the_weight_decay_the_optimiser_is_kept_that_has_one() =>
        Assert.All(
            Draw(_start with { Optimizer = new AdamW(0.5) }, "--weight-decay 0.5").Select(each => each.Options),
            each => Assert.Equal(new AdamW(0.5), each.Optimizer));

    [Fact]
    public void Of_few_settings_each_is_drawn_once()
    {
        const string kept = "--network 9 --optimizer adamw --weight-decay 0.1 --learning-rate 1 --schedule step --augment none";
        Assert.Equal(3, Configurations(_start, kept).Count());
        Assert.Single(Configurations(_start, kept + " --label-smoothing 0"));
    }

    [Fact]
    public void Images_that_are_not_changed_at_the_start_may_be_changed_as_by_default() =>
        Assert.Equal(
            [0, 5, 10, 15, 20],
            Sorted(Draw(Recipe.Baseline.Options).Select(each => each.Options), options => options.Augmentation.Rotation));

    [Fact]
    public void Fewer_epochs_have_the_falls_in_the_same_parts()
    {
        var configuration = new Configuration("", _start with { Epochs = 12, Schedule = new StepDecay(6) });
        Assert.Equal((6, new StepDecay(3)), (configuration.For(6).Epochs, configuration.For(6).Schedule));
        Assert.Equal(new StepDecay(1), configuration.For(1).Schedule);
        Assert.Equal(configuration.Options, configuration.For(12));
    }

    [Fact]
    public void Changes_are_made_stronger_and_weaker()
    {
        var changes = AugmentationOptions.Parse("rotate 100, elastic 20 5, erase 0.4 0.3");
        Assert.Equal(AugmentationOptions.None, changes.Times(0));
        Assert.Equal("rotate 50, elastic 10 5, erase 0.2 0.3", $"{changes.Times(0.5)}");
        Assert.Equal("rotate 180, elastic 60 5, erase 1 0.3", $"{changes.Times(3)}");
    }

    static T[] Sorted<T>(IEnumerable<TrainingOptions> options, Func<TrainingOptions, T> setting) => [.. options.Select(setting).Distinct().Order()];

    static Configuration[] Draw(TrainingOptions start, string given = "") => [.. Configurations(start, given).Take(300)];

    static IEnumerable<Configuration> Configurations(TrainingOptions start, string given)
    {
        var command = new Command("tune");
        TrainingArguments.AddTo(command, TrainingBindings.All);
        var searched = TrainingArguments.Searched(command.Parse(given), _images);
        return new SearchSpace(
            start, [.. searched.Select(binding => binding.Draw!)], options => Shell.Join(TrainingArguments.Write(options, start)))
            .Configurations();
    }
}
