using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Optimizers;
using MnistMl.Training;

namespace MnistMl.Tests.Torch;

/// <summary>
/// The engine's losses beside libtorch's, from the same initial weights on the same batches: what is wrong in a gradient, an
/// optimizer, a schedule or an average of either shows in the losses that follow.
/// </summary>
public sealed class LossTests(ITestOutputHelper output) : LibTorchTests
{
    const int Steps = 50;

    /// <summary>The greatest difference of two losses, in nats.</summary>
    const double Tolerance = 1e-3;

    static readonly Dataset _mnist = DatasetFile.Read(BundledData.Find()).Slice(0, 2000);

    public static TheoryData<string> Networks =>
    [
        "none", "32", "32,16", "conv 8 5x5 /2, dense 16", "conv 8 3x3 /2 +1, conv 12 3x3 /2, dense 16", "conv 8 5x5, average 2x2, dense 16",
        "conv 8 5x5, max 2x2, dense 16", "conv 8 5x5, max 3x2 /2, conv 8 3x3, average 3x3 /2", "conv 8 5x5 /2 bn, dense 16",
        "conv 8 3x3 /2 bn, conv 12 3x3 /2 +1 bn, average 2x2, dense 16",
    ];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_step_of_every_network_has_the_loss_of_ours(string network) => AssertSameLosses(Options with { HiddenLayers = NetworkParser.Parse(network) });

    public static TheoryData<string> Optimizers => ["adam", "adamw", "rmsprop", "sgd", "nesterov", "plain"];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Every_step_of_every_optimizer_has_the_loss_of_ours(string name)
    {
        Optimizer optimizer = name switch
        {
            "adam" => new Adam(),
            "adamw" => new AdamW(0.5),
            "rmsprop" => new RmsProp(),
            "plain" => new Sgd(Momentum: 0),
            _ => new Sgd(Nesterov: name == "nesterov"),
        };
        AssertSameLosses(Options with { Optimizer = optimizer, LearningRate = optimizer.DefaultLearningRate });
        AssertSameLosses(Options with
        {
            Optimizer = optimizer,
            LearningRate = optimizer.DefaultLearningRate,
            HiddenLayers = NetworkParser.Parse("conv 8 5x5 /2 bn, dense 16"),
        });
    }

    [Fact]
    public void Smoothing_weights_and_clipping_have_the_losses_of_ours()
    {
        AssertSameLosses(Options with { LabelSmoothing = 0.2 });
        AssertSameLosses(Options with { ClassWeights = ClassWeights.Balanced });
        AssertSameLosses(Options with { GradientClipValue = 1e-3 });
        var random = new Random(1);
        var train = TrainingSet.From(_mnist.Slice(0, 200));
        AssertSameLosses(train with { Weights = train.Labels.ToArray().Select(_ => 3 * random.NextSingle()).ToArray() }, Options with { ClassWeights = ClassWeights.Balanced });
    }

    [Fact]
    public void Schedules_averages_and_augmentation_have_the_losses_of_ours()
    {
        AssertSameLosses(Options with { Schedule = new OneCycle() });
        AssertSameLosses(Options with { Schedule = new StepDecay(2) });
        AssertSameLosses(Options with { EmaDecay = 0.9 });
        AssertSameLosses(Options with { EmaDecay = 0.9, HiddenLayers = NetworkParser.Parse("conv 8 5x5 /2 bn, dense 16") });
        AssertSameLosses(Options with { Augmentation = Recipe.Fast.Options.Augmentation, NoAugmentationShare = 0.3 });
    }

    static TrainingOptions Options => new() { HiddenLayers = [24], BatchSize = 64, NumberOfThreads = 1, Seed = 3 };

    /// <summary>Trains by both: first each step an epoch of its own, then epochs of five steps, of which the last has fewer examples.</summary>
    void AssertSameLosses(TrainingOptions options)
    {
        AssertSameLosses(TrainingSet.From(_mnist.Slice(0, options.BatchSize)), options with { Epochs = Steps });
        AssertSameLosses(TrainingSet.From(_mnist.Slice(0, 4 * options.BatchSize + 30)), options with { Epochs = Steps / 5 });
    }

    void AssertSameLosses(TrainingSet train, TrainingOptions options)
    {
        var validation = TrainingSet.From(_mnist.Slice(1000, 300));
        var ours = Trainer.Train(train, validation, options, progress: null, default).History;
        var torchs = Trainer.Train(train, validation, options with { Backend = Backend }, progress: null, default).History;

        Assert.Equal(options.Epochs, torchs.Count);
        var pairs = ours.Zip(torchs).ToArray();
        var (loss, validationLoss) = (
            pairs.Max(pair => Math.Abs(pair.First.TrainLoss - pair.Second.TrainLoss)),
            pairs.Max(pair => Math.Abs(pair.First.ValidationLoss!.Value - pair.Second.ValidationLoss!.Value)));
        output.WriteLine($"{NetworkParser.Format(options.HiddenLayers)}, {options.Optimizer}, {options.Epochs} epochs: loss {ours[0].TrainLoss:F4} to {ours[^1].TrainLoss:F4}, greatest difference {loss:E1}, of validation {validationLoss:E1}");
        Assert.InRange(loss, 0, Tolerance);
        Assert.InRange(validationLoss, 0, Tolerance);
    }
}
