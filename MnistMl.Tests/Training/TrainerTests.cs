using MnistMl.Augmentation;
using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Numerics;
using MnistMl.Optimizers;
using MnistMl.Tests.Inference;
using MnistMl.Tests.Model;
using MnistMl.Training;

namespace MnistMl.Tests.Training;

public sealed class TrainerTests
{
    static readonly TrainingOptions _small = new() { HiddenLayers = [37, 20] };

    /// <summary>Ways to train that between them take every way through a step.</summary>
    static readonly TrainingOptions[] _recipes =
    [
        _small,
        _small with { Optimizer = new AdamW(), Schedule = new OneCycle(), LabelSmoothing = 0.1, EmaDecay = 0.99 },
        _small with { Optimizer = new RmsProp(), Schedule = new StepDecay(), GradientClipValue = 0.01 },
        _small with { Optimizer = new Sgd(), Schedule = new ConstantRate() },
        _small with { Optimizer = new Sgd(Nesterov: true) },
        _small with { Optimizer = new Sgd(Momentum: 0), LearningRate = 0.3 },
        new() { HiddenLayers = NetworkParser.Parse("conv 8 3x3 +1, average 2x2, conv 20 2x2, 16") },
        _small with { Augmentation = new() { Rotation = 10, Elastic = 20 }, NoAugmentationShare = 0.5 },
        new() { HiddenLayers = NetworkParser.Parse("conv 4 3x3 norm, conv 20 2x2 /2 +1 norm, 8"), EmaDecay = 0.9 },
        new() { HiddenLayers = NetworkParser.Parse("dense 70, dropout 0.3, dense 24, dropout 0.1") },
        new() { HiddenLayers = NetworkParser.Parse("conv 6 3x3 norm, dropout 0.1, average 2x2, dropout 0.1, 16, dropout 0.2") },
    ];

    public static TheoryData<int, bool> RecipesAndSparsity =>
        new(Enumerable.Range(0, _recipes.Length).SelectMany(recipe => ((int, bool)[])[(recipe, true), (recipe, false)]));

    static readonly Dataset _xor = new(
        new byte[] { 0, 0, 0, 255, 255, 0, 255, 255 }, new[] { 0, 1, 1, 0 }, 2, ["same", "different"]);

    [Fact]
    public void It_learns_exclusive_or()
    {
        var options = new TrainingOptions { HiddenLayers = [8], Epochs = 300, BatchSize = 4, LearningRate = 0.03 };

        var result = Trainer.Train(_xor, null, options);

        Assert.Equal([0, 1, 1, 0], Predict(result.Network, _xor));
        Assert.Equal(300, result.History.Count);
        Assert.True(result.History[^1].TrainLoss < 0.05, $"loss {result.History[^1].TrainLoss}");
        Assert.False(result.IsCancelled);
    }

    [Fact]
    public void It_learns_digits_from_2000_rows()
    {
        var mnist = DatasetFile.Read(BundledData.Find());

        var result = Trainer.Train(mnist.Slice(0, 2000), mnist.Slice(2000, 1000), new TrainingOptions { HiddenLayers = [64] });

        // A linear classifier reaches 86 %, nearest neighbours 91 %.
        Assert.InRange(result.History[^1].ValidationAccuracy!.Value, 0.9, 0.95);
        Assert.True(result.History[^1].TrainLoss < result.History[0].TrainLoss / 5);
    }

    [Theory]
    [MemberData(nameof(RecipesAndSparsity))]
    public void A_step_allocates_nothing(int recipe, bool sparse)
    {
        const int Rows = 400;
        var data = Blobs(Rows, featureCount: 36, classCount: 3, sparse);
        var options = _recipes[recipe] with { BatchSize = 1, NumberOfThreads = 1 };

        // The first run of all also makes what stays.
        Allocated(1);
        var more = Allocated(20) - Allocated(10);

        Assert.InRange((double)more / (10 * Rows), -5, 5);

        // An epoch allocates a little, for its order and its summary; on one thread all of it is this one's.
        long Allocated(int epochs)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Trainer.Train(data, null, options with { Epochs = epochs });
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Theory]
    [MemberData(nameof(RecipesAndSparsity))]
    public void The_same_seed_gives_the_same_weights_for_any_number_of_threads(int recipe, bool sparse)
    {
        var data = Blobs(rows: 333, featureCount: 49, classCount: 5, sparse);
        var (train, validation) = (data.Slice(0, 300), data.Slice(300, 33));
        var options = _recipes[recipe] with { Epochs = 3, BatchSize = 32, Patience = 3 };

        var one = Train(options with { NumberOfThreads = 1 });

        Assert.Equal(one, Train(options with { NumberOfThreads = 1 }));
        Assert.Equal(one, Train(options with { NumberOfThreads = 2 }));
        Assert.Equal(one, Train(options with { NumberOfThreads = 3 }));
        Assert.NotEqual(one, Train(options with { Seed = 2 }));

        float[] Train(TrainingOptions options) => Weights(Trainer.Train(train, validation, options));
    }

    [Theory]
    [InlineData("133, dropout 0.2, 20", 5, 32)]
    [InlineData("260", 5, 130)]
    [InlineData("300, 70", 5, 65)]
    [InlineData("none", 70, 32)]
    public void So_it_does_of_any_width(string network, int classCount, int batchSize)
    {
        var data = Blobs(rows: 300, featureCount: 49, classCount, sparse: true);
        var options = new TrainingOptions { HiddenLayers = NetworkParser.Parse(network), Epochs = 2, BatchSize = batchSize };

        var one = Train(threads: 1);

        foreach (var threads in (int[])[2, 3, 4, 8])
            Assert.Equal(one, Train(threads));

        float[] Train(int threads) => Weights(Trainer.Train(data, null, options with { NumberOfThreads = threads }));
    }

    [Theory]
    [MemberData(nameof(RecipesAndSparsity))]
    public void It_learns_however_it_is_told_to(int recipe, bool sparse)
    {
        var data = Blobs(rows: 400, featureCount: 49, classCount: 5, sparse);
        var options = _recipes[recipe] with { Epochs = 15, BatchSize = 16 };

        var result = Trainer.Train(data.Slice(0, 300), data.Slice(300, 100), options);

        // One in five is chance.
        Assert.InRange(result.History[^1].ValidationAccuracy!.Value, 0.95, 1);
    }

    [Fact]
    public void Each_option_makes_a_difference()
    {
        var data = Blobs(rows: 200, featureCount: 30, classCount: 3, sparse: true);
        var options = new TrainingOptions { HiddenLayers = [16], Epochs = 4, LearningRate = 0.01 };
        TrainingOptions[] others =
        [
            options with { Optimizer = new Adam() }, options with { Optimizer = new RmsProp() },
            options with { Optimizer = new Sgd() }, options with { Optimizer = new Sgd(Nesterov: true) },
            options with { Optimizer = new Sgd(0) }, options with { Schedule = new ConstantRate() },
            options with { Schedule = new StepDecay() }, options with { Schedule = new OneCycle() },
            options with { Schedule = new CosineDecay(0.5) }, options with { LabelSmoothing = 0.01 },
            options with { GradientClipValue = 1e-3 }, options with { EmaDecay = 0.9 },
            options with { HiddenLayers = [16, new Dropout(0.1)] },
        ];

        var networks = others.Append(options).Select(each => Weights(Trainer.Train(data, null, each)));

        Assert.Equal(others.Length + 1, networks.Select(weights => string.Join(' ', weights)).Distinct().Count());
    }

    [Theory]
    [InlineData("16, 8", true)]
    [InlineData("16, 8", false)]
    [InlineData("conv 4 3x3, conv 4 2x2, 8", false)]
    [InlineData("conv 4 3x3 norm, conv 4 2x2 norm, 8", false)]
    public void The_average_is_what_is_validated_and_kept_and_training_goes_on_without_it(string network, bool sparse)
    {
        var data = Blobs(rows: 200, featureCount: 36, classCount: 3, sparse);
        var (train, validation) = (data.Slice(0, 150), data.Slice(150, 50));
        var options = new TrainingOptions { HiddenLayers = NetworkParser.Parse(network), Epochs = 3, BatchSize = 16, LearningRate = 0.001, Calibrate = false };

        var without = Trainer.Train(train, validation, options);
        var with = Trainer.Train(train, validation, options with { EmaDecay = 0.999 });
        var unseen = Trainer.Train(train, null, options with { EmaDecay = 0.999 });

        Assert.Equal(without.History.Select(epoch => epoch.TrainLoss), with.History.Select(epoch => epoch.TrainLoss));
        Assert.NotEqual(Weights(without), Weights(with));
        Assert.Equal(Weights(unseen), Weights(with));
        var (loss, _) = Scoring.Measure(with.Network, validation);
        Assert.Equal(loss, with.History[^1].ValidationLoss!.Value, 1e-5);
        Assert.NotEqual(loss, without.History[^1].ValidationLoss!.Value, 1e-3);
    }

    [Fact]
    public void It_stops_early_and_keeps_the_network_that_did_best_on_the_validation_rows()
    {
        // Few rows and many weights: it soon gets worse on rows it has not seen.
        var data = Noise(rows: 120, featureCount: 20);
        var (train, validation) = (data.Slice(0, 60), data.Slice(60, 60));
        var options = new TrainingOptions { HiddenLayers = [32], Epochs = 500, BatchSize = 8, Patience = 4, Calibrate = false };
        foreach (var decay in (double[])[0, 0.9])
        {
            var result = Trainer.Train(train, validation, options with { EmaDecay = decay });

            var best = result.History.MaxBy(epoch => (epoch.ValidationAccuracy, -epoch.ValidationLoss))!;
            Assert.False(result.IsCancelled);
            Assert.Equal(best.Epoch, result.BestEpoch);
            Assert.Equal(best.Epoch + 4, result.History.Count);
            var (loss, accuracy) = Scoring.Measure(result.Network, validation);
            Assert.Equal(best.ValidationAccuracy, accuracy);
            Assert.Equal(best.ValidationLoss!.Value, loss, 1e-5);
        }
    }

    [Fact]
    public void Cancelling_keeps_the_best_network_if_the_best_is_kept()
    {
        var data = Noise(rows: 120, featureCount: 20);
        var (train, validation) = (data.Slice(0, 60), data.Slice(60, 60));
        using var cancellation = new CancellationTokenSource();
        var epochs = new List<EpochSummary>();
        var progress = new Progress(report =>
        {
            if (report.Completed is not { } summary)
                return;
            epochs.Add(summary);
            if (summary.ValidationAccuracy < epochs.Max(epoch => epoch.ValidationAccuracy))
                cancellation.Cancel();
        });
        var options = new TrainingOptions { HiddenLayers = [32], Epochs = 500, BatchSize = 8, Patience = 500, Calibrate = false };

        var result = Trainer.Train(train, validation, options, progress, cancellation.Token);

        Assert.True(result.IsCancelled);
        Assert.InRange(result.BestEpoch!.Value, 1, epochs.Count - 1);
        var (loss, _) = Scoring.Measure(result.Network, validation);
        Assert.Equal(epochs[result.BestEpoch.Value - 1].ValidationLoss!.Value, loss, 1e-5);
    }

    [Fact]
    public void Patience_without_validation_rows_is_refused() =>
        Assert.Contains("validation", Assert.Throws<ArgumentException>(
            () => Trainer.Train(_xor, null, new TrainingOptions { Patience = 1 })).Message, StringComparison.Ordinal);

    [Fact]
    public void The_learning_rate_is_the_optimisers_own_unless_it_is_given()
    {
        Assert.Equal(new Sgd().DefaultLearningRate, new TrainingOptions { Optimizer = new Sgd() }.LearningRate);
        Assert.Equal(0.1, new TrainingOptions { LearningRate = 0.1, Optimizer = new Sgd() }.LearningRate);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Augmentation_makes_other_weights_the_same_for_any_number_of_threads(bool sparse)
    {
        var data = Blobs(rows: 100, featureCount: 49, classCount: 3, sparse);
        var options = new TrainingOptions { HiddenLayers = [20], Epochs = 3, BatchSize = 32, Augmentation = new() { Shift = 1 } };

        var one = Weights(Trainer.Train(data, null, options with { NumberOfThreads = 1 }));

        Assert.Equal(one, Weights(Trainer.Train(data, null, options with { NumberOfThreads = 2 })));
        Assert.Equal(one, Weights(Trainer.Train(data, null, options with { NumberOfThreads = 3 })));
        Assert.NotEqual(one, Weights(Trainer.Train(data, null, options with { Augmentation = AugmentationOptions.None })));
    }

    [Fact]
    public void Moved_images_are_recognised_by_who_has_seen_such()
    {
        var mnist = DatasetFile.Read(BundledData.Find());
        var options = new TrainingOptions { HiddenLayers = [64], Epochs = 20 };

        var plain = Trainer.Train(mnist.Slice(0, 1000), mnist.Slice(2000, 1000), options).History[^1];
        var augmented = Trainer.Train(mnist.Slice(0, 1000), mnist.Slice(2000, 1000), options with { Augmentation = new() { Shift = 2, Rotation = 10 } }).History[^1];

        Assert.True(augmented.TrainLoss > 2 * plain.TrainLoss, "Rows that are never the same cannot be learnt by heart.");
        Assert.True(augmented.ValidationAccuracy > plain.ValidationAccuracy);
    }

    [Fact]
    public void The_last_epochs_train_on_images_as_they_are()
    {
        var data = Blobs(rows: 100, featureCount: 49, classCount: 3, sparse: true);
        // So far away that nothing is left to learn from.
        var options = new TrainingOptions
        {
            HiddenLayers = [20],
            Epochs = 10,
            BatchSize = 4,
            Schedule = new ConstantRate(),
            Augmentation = new() { Shift = 1000 },
            NoAugmentationShare = 0.3,
        };

        var one = Trainer.Train(data, null, options with { NumberOfThreads = 1 });

        Assert.All(one.History.Take(7), epoch => Assert.True(epoch.TrainLoss > 0.9 * Math.Log(3)));
        Assert.True(one.History[^1].TrainLoss < 0.5 * Math.Log(3));
        Assert.True(one.History[7].TrainLoss < 0.9 * Math.Log(3));
        Assert.Equal(Weights(one), Weights(Trainer.Train(data, null, options with { NumberOfThreads = 3 })));
    }

    [Fact]
    public void Only_square_images_are_augmented() =>
        Assert.Contains("square", Assert.Throws<MnistMlException>(
            () => Trainer.Train(_xor, null, new TrainingOptions { Augmentation = new() { Shift = 1 } })).Message, StringComparison.Ordinal);

    [Fact]
    public void Validation_rows_that_do_not_fit_those_to_train_on_are_refused()
    {
        var train = Blobs(rows: 100, featureCount: 16, classCount: 3, sparse: false);
        var options = new TrainingOptions { Epochs = 1 };
        Dataset[] others =
        [
            Blobs(rows: 70, featureCount: 784, classCount: 3, sparse: false), Blobs(rows: 70, featureCount: 15, classCount: 3, sparse: false),
            new(train.PixelMemory, default, train.FeatureCount, []),
        ];
        foreach (var other in others)
            Assert.Equal("validation", Assert.Throws<ArgumentException>(() => Trainer.Train(train, other, options)).ParamName);
        var more = Blobs(rows: 70, featureCount: 16, classCount: 4, sparse: false);
        Assert.Contains("'3'", Assert.Throws<MnistMlException>(() => Trainer.Train(train, more, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validation_rows_may_number_their_classes_in_another_order()
    {
        var train = Blobs(rows: 100, featureCount: 16, classCount: 3, sparse: false);
        var other = train.WithClassNames(["2", "0", "1"]);
        Assert.NotEqual(train.Labels.ToArray(), other.Labels.ToArray());

        var options = new TrainingOptions { Epochs = 5 };
        Assert.Equal(Trainer.Train(train, train, options).History[^1].ValidationLoss, Trainer.Train(train, other, options).History[^1].ValidationLoss);
    }

    [Fact]
    public void Labels_that_no_network_has_are_refused_before_the_training()
    {
        var progress = new Progress(_ => Assert.Fail("It was trained."));
        foreach (var classNames in (string[][])[["a", "a"], ["a", ""]])
        {
            var rows = new Dataset(_xor.PixelMemory, _xor.LabelMemory, _xor.FeatureCount, classNames);
            Assert.Throws<ArgumentException>(() => Trainer.Train(rows, null, new TrainingOptions(), progress));
        }
    }

    [Fact]
    public void A_batch_that_does_not_fit_into_memory_is_refused()
    {
        var rows = new Dataset(new byte[50_000 * 784], new int[50_000], 784, ["a"]);
        var options = new TrainingOptions { HiddenLayers = NetworkParser.Parse("conv 64 3x3"), BatchSize = 50_000, NumberOfThreads = 1 };
        Assert.Contains("A batch of 50000 examples", Assert.Throws<MnistMlException>(() => Trainer.Train(rows, null, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validation_rows_change_nothing_but_the_history_without_calibration()
    {
        var data = Blobs(rows: 200, featureCount: 30, classCount: 3, sparse: true);
        var options = new TrainingOptions { HiddenLayers = [16], Epochs = 2, Calibrate = false };

        var without = Trainer.Train(data.Slice(0, 150), null, options);
        var with = Trainer.Train(data.Slice(0, 150), data.Slice(150, 50), options);

        Assert.Equal(Weights(without), Weights(with));
        Assert.All(without.History, epoch => Assert.Null(epoch.ValidationAccuracy));
        var (loss, accuracy) = Scoring.Measure(with.Network, data.Slice(150, 50));
        Assert.Equal(accuracy, with.History[^1].ValidationAccuracy);
        Assert.Equal(loss, with.History[^1].ValidationLoss!.Value, 1e-5);
    }

    [Fact]
    public void Batches_need_not_fill_the_epoch_nor_rows_the_threads()
    {
        var data = Blobs(rows: 7, featureCount: 3, classCount: 2, sparse: false);
        foreach (var batchSize in (int[])[1, 3, 7, 100])
        {
            var options = new TrainingOptions { HiddenLayers = [1], Epochs = 1, BatchSize = batchSize, NumberOfThreads = 5 };
            Assert.All(Weights(Trainer.Train(data, null, options)), weight => Assert.True(float.IsFinite(weight)));
        }
    }

    [Fact]
    public void Without_hidden_layers_it_is_a_linear_classifier()
    {
        var data = Blobs(rows: 300, featureCount: 20, classCount: 3, sparse: true);
        var result = Trainer.Train(data, null, new TrainingOptions { HiddenLayers = [], Epochs = 30 });
        Assert.Single(result.Network.Layers);
        Assert.True(result.History[^1].TrainAccuracy > 0.95, $"accuracy {result.History[^1].TrainAccuracy}");
    }

    [Fact]
    public void Cancelling_ends_it_after_the_step_and_keeps_the_network()
    {
        var data = Blobs(rows: 500, featureCount: 20, classCount: 3, sparse: true);
        using var cancellation = new CancellationTokenSource();
        var progress = new Progress(report => { if (report.Completed?.Epoch == 2) cancellation.Cancel(); });

        var result = Trainer.Train(data, null, new TrainingOptions { Epochs = 1000 }, progress, cancellation.Token);

        Assert.True(result.IsCancelled);
        Assert.Equal(2, result.History.Count);
        Assert.All(Weights(result), weight => Assert.True(float.IsFinite(weight)));
    }

    [Fact]
    public void Of_several_networks_one_is_made()
    {
        var data = Blobs(rows: 200, featureCount: 20, classCount: 3, sparse: true);
        var options = new TrainingOptions { HiddenLayers = [8], Epochs = 2, Seed = 5 };
        var summaries = new List<EpochSummary>();
        var progress = new Progress(report => { if (report.Completed is { } summary) summaries.Add(summary); });

        var result = Trainer.Train(data, null, options with { EnsembleSize = 3 }, progress);

        var single = Enumerable.Range(5, 3).Select(seed => Trainer.Train(data, null, options with { Seed = seed })).ToArray();
        Networks.AssertSame(Ensemble.Of([.. single.Select(member => member.Network)]), result.Network);
        Assert.Equal(result.History, summaries);
        Assert.Equal([(1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2)], summaries.Select(summary => (summary.NetworkNumber ?? 0, summary.Epoch)));
        Assert.Equal(single.SelectMany(member => member.History).Select(epoch => epoch.TrainLoss), summaries.Select(summary => summary.TrainLoss));
        Assert.All(single[0].History, epoch => Assert.Null(epoch.NetworkNumber));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    public void Cancelling_keeps_the_networks_that_are_finished_or_the_first(int member, int networks)
    {
        var data = Blobs(rows: 200, featureCount: 20, classCount: 3, sparse: true);
        var options = new TrainingOptions { HiddenLayers = [8], Epochs = 2, EnsembleSize = 4 };
        using var cancellation = new CancellationTokenSource();
        var progress = new Progress(report => { if (report is { Completed.Epoch: 1 } && report.NetworkNumber == member) cancellation.Cancel(); });

        var result = Trainer.Train(data, null, options, progress, cancellation.Token);

        Assert.True(result.IsCancelled);
        Assert.Equal(8 * networks, result.Network.Layers[0].Outputs);
        Assert.Equal((member * 2) - 1, result.History.Count);
    }

    [Fact]
    public void Patience_is_for_one_network()
    {
        var data = Blobs(rows: 20, featureCount: 20, classCount: 3, sparse: true);
        Assert.Contains("one network", Assert.Throws<ArgumentException>(
            () => Trainer.Train(data, data, new TrainingOptions { Patience = 1, EnsembleSize = 2 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_ends_each_epoch_with_its_summary()
    {
        var data = Blobs(rows: 100, featureCount: 20, classCount: 3, sparse: true);
        var summaries = new List<EpochSummary>();
        var progress = new Progress(report => { if (report.Completed is { } summary) summaries.Add(summary); });

        var result = Trainer.Train(data, null, new TrainingOptions { Epochs = 4 }, progress);

        Assert.Equal(result.History, summaries);
        Assert.Equal([1, 2, 3, 4], summaries.Select(summary => summary.Epoch));
    }

    [Fact]
    public void A_failing_observer_ends_the_training_with_its_exception()
    {
        var data = Blobs(rows: 100, featureCount: 20, classCount: 3, sparse: true);
        var progress = new Progress(_ => throw new InvalidDataException("observer"));
        Assert.Throws<InvalidDataException>(() => Trainer.Train(data, null, new TrainingOptions { NumberOfThreads = 3 }, progress));
    }

    [Fact]
    public void Divergence_is_reported()
    {
        var data = Blobs(rows: 100, featureCount: 20, classCount: 3, sparse: true);
        var options = new TrainingOptions { LearningRate = 1e30, Schedule = new ConstantRate(), Epochs = 20 };
        Assert.Contains("diverged", Assert.Throws<DivergedException>(() => Trainer.Train(data, null, options)).Message, StringComparison.Ordinal);
        options = options with { LearningRate = 1e-3, Optimizer = new AdamW { WeightDecay = 1e10 } };
        Assert.EndsWith(
            "The likely cause is a weight decay of 10000000000 at a learning rate of 0.001; try a lower one.",
            Assert.Throws<DivergedException>(() => Trainer.Train(data, null, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Divergence_keeps_the_history_of_the_epochs_before()
    {
        var data = Blobs(rows: 60, featureCount: 20, classCount: 3, sparse: true);
        var options = new TrainingOptions { HiddenLayers = [16, 16], LearningRate = 1e30, Schedule = new ConstantRate(), Epochs = 3 };
        Assert.Equal([1], Assert.Throws<DivergedException>(() => Trainer.Train(data, null, options)).History.Select(epoch => epoch.Epoch));
    }

    [Fact]
    public void Divergence_in_the_last_step_is_seen_on_the_validation_rows()
    {
        var data = Blobs(rows: 60, featureCount: 20, classCount: 3, sparse: true);
        var options = new TrainingOptions { HiddenLayers = [16, 16], LearningRate = 1e30, Schedule = new ConstantRate(), Epochs = 1 };
        Assert.True(double.IsFinite(Trainer.Train(data, null, options).History[^1].TrainLoss));
        Assert.Contains("diverged", Assert.Throws<DivergedException>(() => Trainer.Train(data, data, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        foreach (var options in (TrainingOptions[])
            [
                new() { HiddenLayers = [0] }, new() { HiddenLayers = [8, new Dropout(1)] },
                new() { HiddenLayers = [8, new Dropout(-0.1)] }, new() { HiddenLayers = [8, new Dropout(double.NaN)] }, new() { Epochs = 0 }, new() { BatchSize = 0 }, new() { NumberOfThreads = 0 }, new() { NumberOfThreads = 1025 },
                new() { LearningRate = 0 }, new() { LearningRate = double.NaN },
                new() { Optimizer = new Sgd(1) }, new() { Optimizer = new Sgd(-0.1) }, new() { Optimizer = new AdamW(-1) },
                new() { Optimizer = new AdamW(double.NaN) }, new() { Schedule = new CosineDecay(1) },
                new() { Schedule = new ConstantRate(-0.1) }, new() { Schedule = new StepDecay(StepSize: 0) },
                new() { Schedule = new StepDecay(Gamma: 0) }, new() { Schedule = new StepDecay(WarmupRatio: 2) },
                new() { LabelSmoothing = 1 }, new() { LabelSmoothing = -0.1 }, new() { GradientClipValue = 0 },
                new() { GradientClipValue = double.NaN }, new() { EmaDecay = 1 }, new() { EmaDecay = double.NaN }, new() { NoAugmentationShare = 1 }, new() { NoAugmentationShare = double.NaN },
                new() { Patience = 0 },
            ])
        {
            Assert.ThrowsAny<ArgumentException>(() => Trainer.Train(_xor, null, options));
        }
    }

    /// <summary>Rows in which a little of the class shows.</summary>
    static Dataset Noise(int rows, int featureCount)
    {
        var random = new Random(rows + featureCount);
        var targets = Enumerable.Range(0, rows).Select(row => row % 2).ToArray();
        var pixels = targets.SelectMany(target => Enumerable.Range(0, featureCount).Select(_ => (byte)(random.Next(200) + 30 * target)));
        return new Dataset(pixels.ToArray(), targets, featureCount, ["0", "1"]);
    }

    /// <summary>Rows around one random centre a class.</summary>
    static Dataset Blobs(int rows, int featureCount, int classCount, bool sparse)
    {
        var random = new Random(rows + featureCount);
        var centres = Enumerable.Range(0, classCount)
            .Select(_ => Enumerable.Range(0, featureCount).Select(_ => sparse && random.Next(4) > 0 ? 0 : random.Next(60, 200)).ToArray())
            .ToArray();
        var targets = Enumerable.Range(0, rows).Select(row => row % classCount).ToArray();
        var pixels = targets.SelectMany(target => centres[target].Select(x => (byte)(x == 0 ? 0 : x + random.Next(-50, 50)))).ToArray();
        return new Dataset(pixels, targets, featureCount, [.. Enumerable.Range(0, classCount).Select(label => $"{label}")]);
    }

    static float[] Weights(TrainingResult result) => Networks.Numbers(result.Network);

    static float[] Probabilities(TrainedNetwork network, Dataset data) =>
        Scoring.Of(network, data);

    static int[] Predict(TrainedNetwork network, Dataset data) =>
        [.. Probabilities(network, data).Chunk(network.ClassNames.Count).Select(scores => ((ReadOnlySpan<float>)scores).IndexOfMax())];

    sealed class Progress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
