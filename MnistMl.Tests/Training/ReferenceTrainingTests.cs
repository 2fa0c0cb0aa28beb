using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Optimizers;
using MnistMl.Tests.Model;
using MnistMl.Tests.Training.Reference;
using MnistMl.Training;

namespace MnistMl.Tests.Training;

/// <summary>The engine's training against <see cref="ReferenceTraining"/>: all weights, biases, statistics and averages.</summary>
public sealed class ReferenceTrainingTests
{
    const int BatchSize = 12;

    /// <summary>Two whole batches and a short one: 12, 12 and 5 rows.</summary>
    const int Rows = 29;

    const int Features = 36;

    /// <summary>
    /// Of a number, or of 1 where it is smaller. A float is within 6e-8 of what it stands for, and the five to twelve steps of a
    /// test leave a rounding each in a weight. Those of gradients count for less, by the learning rate, but where Adam or
    /// RMSprop divide a gradient that is nearly zero, and all of it error, by its own size. The largest difference seen is
    /// 7e-7, with any kernels.
    /// </summary>
    const double Tolerance = 2e-6;

    static readonly string[] _classNames = ["a", "b", "c"];

    static readonly Dictionary<string, Optimizer> _optimizers = new()
    {
        ["adam"] = new Adam(),
        ["adamw"] = new AdamW(WeightDecay: 5),
        ["rmsprop"] = new RmsProp(),
        ["sgd"] = new Sgd(Momentum: 0),
        ["momentum"] = new Sgd(0.8),
        ["nesterov"] = new Sgd(0.8, Nesterov: true),
    };

    public static TheoryData<string, bool, string> NetworksAndOptimizers => new(
        from network in (IEnumerable<(string, bool)>)
        [
            ("none", true), ("none", false),
            ("7", true), ("7", false),
            // Two groups of outputs, and a dense layer that is not split.
            ("70, 5, 9", true),
            ("11, dropout 0.4, 6, dropout 0.25", true), ("11, dropout 0.4, 6, dropout 0.25", false),
            ("conv 3 3x3 /2 +1, 5", false),
            ("conv 3 3x2, conv 4 2x3 +1", true),
            ("conv 2 3x3 +1, average 2x2 /2, conv 3 2x2", false),
            ("conv 3 3x3 +1, average 3x2 /1, 4", false),
            ("conv 3 3x3, max 2x2 /2, 5", false),
            ("conv 3 2x2, max 3x2 /1, conv 2 2x2", false),
            ("conv 3 3x3 norm, conv 4 3x3 /2 +1 norm, 4", false),
            ("conv 3 3x3 norm, dropout 0.25, max 2x2 /2, dropout 0.4, 5, dropout 0.25", false),
            ("conv 3 3x3, dropout 0.4, average 2x2 /2, dropout 0.25", false),
        ]
        from optimizer in _optimizers.Keys
        select (network.Item1, network.Item2, optimizer));

    [Theory]
    [MemberData(nameof(NetworksAndOptimizers))]
    public void Every_layer_and_optimizer(string network, bool sparse, string optimizer) =>
        AssertSame(Images(Rows, sparse), Options(network, optimizer));

    /// <summary>A sparse layer takes 64 rows of a batch at a time.</summary>
    [Theory]
    [InlineData("none", "adam")]
    [InlineData("70, 5", "adamw")]
    [InlineData("7", "nesterov")]
    public void A_sparse_layer_and_many_rows(string network, string optimizer) =>
        AssertSame(Images(153, sparse: true), Options(network, optimizer) with { BatchSize = 70 });

    [Theory]
    [InlineData("7", true)]
    [InlineData("conv 3 3x3 norm, 5", false)]
    public void Batches_of_one_row_and_of_all_rows(string network, bool sparse)
    {
        foreach (var batchSize in (int[])[1, Rows, 100])
            AssertSame(Images(Rows, sparse), Options(network, "momentum") with { BatchSize = batchSize, LearningRate = 0.01 });
    }

    /// <summary>Of the first ten batches they are the mean, and then a tenth of each is new. A short batch counts for less.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Running_statistics_of_batch_normalization(int epochs)
    {
        var options = Options("conv 3 3x3 norm, conv 2 2x2 norm", "sgd") with { BatchSize = 8, Epochs = epochs };
        AssertSame(Images(Rows, sparse: false), options, Images(7, sparse: false, seed: 2));
    }

    [Theory]
    [InlineData("7", true, "nesterov")]
    [InlineData("7", true, "adamw")]
    [InlineData("7, 5", false, "sgd")]
    [InlineData("conv 3 3x3 norm, conv 2 2x2, 4", false, "rmsprop")]
    public void Clipped_gradients(string network, bool sparse, string optimizer) =>
        AssertSame(Images(Rows, sparse), Options(network, optimizer) with { GradientClipValue = 0.01 });

    /// <summary>Clipped to the size of ε, a gradient moves a weight by much less than a larger one does.</summary>
    [Theory]
    [InlineData("adam", true)]
    [InlineData("adam", false)]
    [InlineData("adamw", true)]
    [InlineData("rmsprop", true)]
    public void Gradients_as_small_as_epsilon(string optimizer, bool sparse) =>
        AssertSame(Images(Rows, sparse), Options("7", optimizer) with { GradientClipValue = 2e-8 });

    [Theory]
    [InlineData("7", true, 0.9)]
    [InlineData("7", true, 0.3)]
    [InlineData("7, 5", false, 0.3)]
    [InlineData("conv 3 3x3 norm, dropout 0.25, conv 2 2x2", false, 0.9)]
    [InlineData("conv 3 3x3 norm, conv 2 2x2", false, 0.3)]
    public void The_moving_average_of_weights_and_statistics(string network, bool sparse, double decay)
    {
        var options = Options(network, "adam") with { EmaDecay = decay };
        AssertSame(Images(Rows, sparse), options, Images(7, sparse, seed: 2));
        AssertSame(Images(Rows, sparse), options);
    }

    public static TheoryData<LearningRateSchedule> Schedules =>
    [
        new ConstantRate(WarmupRatio: 0.3), new StepDecay(StepSize: 2, Gamma: 0.5), new StepDecay(StepSize: 1, Gamma: 0.3, WarmupRatio: 0.2),
        new CosineDecay(WarmupRatio: 0), new CosineDecay(WarmupRatio: 0.4), new OneCycle(), new OneCycle(WarmupRatio: 0),
    ];

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Schedules_of_the_learning_rate(LearningRateSchedule schedule) =>
        AssertSame(Images(Rows, sparse: true), Options("7", "momentum") with { Schedule = schedule, Epochs = 4 });

    [Theory]
    [InlineData("7", true)]
    [InlineData("conv 3 3x3 norm, 5", false)]
    public void Smoothed_labels(string network, bool sparse) =>
        AssertSame(Images(Rows, sparse), Options(network, "momentum") with { LabelSmoothing = 0.2 });

    [Theory]
    [InlineData("7", true)]
    [InlineData("conv 3 3x3 norm, 5", false)]
    public void Balanced_classes(string network, bool sparse) =>
        AssertSame(Images(Rows, sparse), Options(network, "momentum") with { ClassWeights = ClassWeights.Balanced });

    /// <summary>Some examples count for nothing, some for a third, some for two; of each class, too.</summary>
    [Theory]
    [InlineData("7", true, ClassWeights.Uniform)]
    [InlineData("conv 3 3x3 norm, 5", false, ClassWeights.Balanced)]
    public void Weights_of_examples(string network, bool sparse, ClassWeights classWeights) => AssertSame(
        Images(Rows, sparse), Options(network, "momentum") with { ClassWeights = classWeights },
        weights: [.. Enumerable.Range(0, Rows).Select(row => row % 4 == 0 ? 0 : row % 4 == 1 ? 1 / 3f : row % 4 == 2 ? 2 : 1)]);

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(0.7, 3, 0.2)]
    public void Distillation_of_teachers_with_classes_in_another_order(double share, double temperature, double smoothing)
    {
        var (one, other) = (Networks.Random(1, Features, 5, 3), Networks.Random(2, Features, 3));
        var options = Options("7", "momentum") with
        {
            Distillation = new([Named(one, ["a", "b", "c"]), Named(other, ["c", "a", "b"])], share, temperature),
            LabelSmoothing = smoothing,
            ClassWeights = smoothing > 0 ? ClassWeights.Balanced : ClassWeights.Uniform,
        };
        AssertSame(Images(Rows, sparse: true), options);

        static TrainedNetwork Named(TrainedNetwork network, string[] classNames) => new(network.Layers, classNames);
    }

    [Theory]
    [InlineData("70, dropout 0.25, 9, dropout 0.25", true)]
    [InlineData("conv 3 3x3 /1 +1 norm, dropout 0.25, max 2x2 /2, conv 4 2x2 norm, average 2x2 /1, 5, dropout 0.25", false)]
    public void All_together_on_three_threads(string network, bool sparse)
    {
        var options = Options(network, "adamw") with
        {
            NumberOfThreads = 3,
            Epochs = 3,
            Schedule = new OneCycle(),
            LabelSmoothing = 0.1,
            GradientClipValue = 0.05,
            EmaDecay = 0.3,
            Distillation = new([new(Networks.Random(1, Features, 5, 3).Layers, _classNames)]),
        };
        AssertSame(Images(Rows, sparse), options, Images(7, sparse, seed: 2));
    }

    static TrainingOptions Options(string network, string optimizer) => new()
    {
        HiddenLayers = NetworkParser.Parse(network),
        Optimizer = _optimizers[optimizer],
        LearningRate = _optimizers[optimizer] switch { Adam => 0.01, RmsProp => 0.002, _ => 0.1 },
        Schedule = new ConstantRate(),
        Epochs = 2,
        Calibrate = false,
        BatchSize = BatchSize,
        // One with which no gradient nearly cancels out: RMSprop and Adam divide by it, and would magnify its rounding.
        Seed = 2,
        NumberOfThreads = 1,
    };

    static void AssertSame(Dataset train, TrainingOptions options, Dataset? validation = null, float[]? weights = null)
    {
        var expected = ReferenceTraining.Run(train, validation, options, weights);

        var result = Trainer.Train(
            TrainingSet.From(train) with { Weights = weights }, validation == null ? null : TrainingSet.From(validation), options,
            progress: null, CancellationToken.None);

        var expectedLayers = expected.ToTrained().ToArray();
        var layers = result.Network.AllParameters.Where(layer => layer.Biases.Length > 0).ToArray();
        Assert.Equal(expectedLayers.Length, layers.Length);
        for (var i = 0; i < layers.Length; i++)
        {
            // Those of the first layer take pixels, which the reference divides by 255.
            var scale = i == 0 ? 255.0 : 1;
            AssertNear($"Weights of layer {i + 1}", expectedLayers[i].Weights, [.. layers[i].Weights.Select(weight => weight * scale)]);
            AssertNear($"Biases of layer {i + 1}", expectedLayers[i].Biases, [.. layers[i].Biases.Select(bias => (double)bias)]);
        }
        AssertNear("Training losses", [.. expected.History.Select(epoch => epoch.TrainLoss)], [.. result.History.Select(epoch => epoch.TrainLoss)]);
        if (validation != null)
        {
            AssertNear(
                "Validation losses", [.. expected.History.Select(epoch => epoch.ValidationLoss!.Value)],
                [.. result.History.Select(epoch => epoch.ValidationLoss!.Value)]);
        }
    }

    static void AssertNear(string name, double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var difference = Math.Abs(expected[i] - actual[i]) / Math.Max(1, Math.Abs(expected[i]));
            Assert.True(difference <= Tolerance, $"{name}, number {i}: {expected[i]} expected, but {actual[i]} found.");
        }
    }

    /// <summary>Random images of 6×6 pixels in three classes.</summary>
    static Dataset Images(int rows, bool sparse, int seed = 1)
    {
        var random = new Random(seed);
        var (pixels, labels) = (new byte[rows * Features], new int[rows]);
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = random.NextDouble() < (sparse ? 0.3 : 0.8) ? (byte)random.Next(1, 256) : (byte)0;
        for (var i = 0; i < rows; i++)
            labels[i] = random.Next(_classNames.Length);
        return new(pixels, labels, Features, _classNames);
    }
}
