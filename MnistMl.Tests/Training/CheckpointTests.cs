using System.Security.Cryptography;
using MnistMl.Augmentation;
using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Optimizers;
using MnistMl.Tests.Data;
using MnistMl.Tests.Model;
using MnistMl.Training;

namespace MnistMl.Tests.Training;

/// <summary>Trainings that are interrupted after every step, and go on to the bits of one that is not.</summary>
public sealed class CheckpointTests : IDisposable
{
    const int Side = 6, Rows = 29, BatchSize = 12;

    static readonly CancellationToken _cancelled = new(canceled: true);

    static readonly Optimizer[] _optimizers =
        [new Adam(), new AdamW(WeightDecay: 5), new RmsProp(), new Sgd(Momentum: 0), new Sgd(0.8), new Sgd(0.8, Nesterov: true)];

    readonly TemporaryFolder _folder = new();

    string File => Path.Join(_folder.Path, "training.checkpoint");

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, bool, int> NetworksAndOptimizers => new(
        from network in (IEnumerable<(string, bool)>)
        [
            ("none", true), ("none", false), ("70, dropout 0.4, 5, 9", true), ("7, dropout 0.4", false), ("conv 3 3x3 /2 +1, 5", false),
            ("conv 2 3x3 +1, average 2x2 /2, conv 3 2x2", false), ("conv 3 3x3 norm, dropout 0.25, max 2x2 /2, dropout 0.4, 5", false),
        ]
        from optimizer in Enumerable.Range(0, _optimizers.Length)
        select (network.Item1, network.Item2, optimizer));

    [Theory]
    [MemberData(nameof(NetworksAndOptimizers))]
    public void Every_layer_and_optimizer_goes_on_to_the_same_bits(string network, bool sparse, int optimizer) =>
        AssertSameBits(Images(sparse), null, new()
        {
            HiddenLayers = NetworkParser.Parse(network),
            Epochs = 2,
            BatchSize = BatchSize,
            Optimizer = _optimizers[optimizer],
            LearningRate = 0.01,
            EmaDecay = 0.9,
        });

    [Fact]
    public void What_a_training_has_besides_weights_goes_on_too()
    {
        var (train, validation) = (Images(sparse: true), Images(sparse: true, seed: 2));
        TrainingOptions options = new() { HiddenLayers = [8], Epochs = 5, BatchSize = BatchSize, LearningRate = 0.02 };
        var teacher = Trainer.Train(train, null, options with { Seed = 9 }).Network;

        AssertSameBits(train, validation, options with { EnsembleSize = 3, EmaDecay = 0.9, LabelSmoothing = 0.1, GradientClipValue = 0.01 });
        AssertSameBits(train, validation, options with { Epochs = 12, Patience = 2, LearningRate = 0.5, Schedule = new ConstantRate() });
        AssertSameBits(train, validation, options with { Augmentation = AugmentationOptions.Parse("shift 1, rotate 10"), NoAugmentationShare = 0.4 });
        AssertSameBits(train, validation, options with { Schedule = new OneCycle(), ClassWeights = ClassWeights.Balanced, Distillation = new([teacher]) });
    }

    [Fact]
    public void A_training_that_writes_many_checkpoints_gives_the_same_bits_and_goes_on_from_the_last()
    {
        var rows = Images(sparse: true);
        TrainingOptions options = new() { HiddenLayers = [8], Epochs = 3, BatchSize = BatchSize, CheckpointPath = File, CheckpointInterval = TimeSpan.Zero };

        var written = Trainer.Train(rows, null, options);
        var resumed = Trainer.Train(rows, null, options with { Resume = true }, cancellation: _cancelled);

        AssertSame(Trainer.Train(rows, null, options with { CheckpointPath = null }), written);
        AssertSame(written, resumed);
    }

    [Fact]
    public void What_is_behind_a_right_checksum_is_not_taken_on_trust()
    {
        byte[][] contents = [[], [255, 255, 255, 127], [255, 255, 255, 255], [1, 0, 0, 0, 255, 255, 255, 255, 255, 255]];
        foreach (var content in contents)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.StartsWith(
                "The checkpoint 'c' cannot be read: ",
                Assert.Throws<CheckpointException>(() => Checkpoint.Read([.. Checkpoint.Magic, .. SHA256.HashData(content), .. content], "c")).Message, StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
        Assert.Contains("'c' is damaged", Assert.Throws<CheckpointException>(() => Checkpoint.Read(Checkpoint.Magic.ToArray(), "c")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_checkpoint_before_stands_in_for_one_that_is_damaged_or_missing()
    {
        var rows = Images(sparse: true);
        TrainingOptions options = new() { HiddenLayers = [8], Epochs = 3, BatchSize = BatchSize, CheckpointPath = File, CheckpointInterval = TimeSpan.Zero };
        var whole = Trainer.Train(rows, null, options);
        var bytes = System.IO.File.ReadAllBytes(File);

        for (var place = 0; place < bytes.Length; place += Math.Max(1, bytes.Length / 100))
        {
            bytes[place] ^= 1;
            System.IO.File.WriteAllBytes(File, bytes);
            bytes[place] ^= 1;
            AssertSame(whole, Trainer.Train(rows, null, options with { Resume = true, CheckpointInterval = TimeSpan.MaxValue }));
        }
        foreach (var length in (int[])[0, 1, bytes.Length / 2, bytes.Length - 1])
        {
            System.IO.File.WriteAllBytes(File, bytes[..length]);
            AssertSame(whole, Trainer.Train(rows, null, options with { Resume = true, CheckpointInterval = TimeSpan.MaxValue }));
        }
        System.IO.File.Delete(File);
        AssertSame(whole, Trainer.Train(rows, null, options with { Resume = true, CheckpointInterval = TimeSpan.MaxValue }));
    }

    [Fact]
    public void Another_training_is_refused_with_what_differs()
    {
        var (train, validation) = (Images(sparse: true), Images(sparse: true, seed: 2));
        TrainingOptions options = new() { HiddenLayers = [8], Epochs = 3, BatchSize = BatchSize, CheckpointPath = File };
        Assert.True(Trainer.Train(train, validation, options, cancellation: _cancelled).IsCancelled);
        options = options with { Resume = true };

        AssertRefused("the training rows", Images(sparse: true, seed: 3), validation, options);
        AssertRefused("the training rows", train.Slice(0, Rows - 1), validation, options);
        AssertRefused("the training rows", WithLabels([.. train.Labels.ToArray().Reverse()]), validation, options);
        AssertRefused("the validation rows", train, null, options);
        AssertRefused("the network", train, validation, options with { HiddenLayers = [9] });
        AssertRefused("the number of epochs", train, validation, options with { Epochs = 4 });
        AssertRefused("the batch size", train, validation, options with { BatchSize = 11 });
        AssertRefused("the optimizer, the learning rate", train, validation, options with { Optimizer = new Sgd() });
        AssertRefused("the learning rate", train, validation, options with { LearningRate = 0.1 });
        AssertRefused("the schedule", train, validation, options with { Schedule = new CosineDecay(0.3) });
        AssertRefused("the label smoothing", train, validation, options with { LabelSmoothing = 0.1 });
        AssertRefused("the class weights", train, validation, options with { ClassWeights = ClassWeights.Balanced });
        AssertRefused("gradient clipping", train, validation, options with { GradientClipValue = 1 });
        AssertRefused("the EMA decay", train, validation, options with { EmaDecay = 0.5 });
        AssertRefused("early stopping", train, validation, options with { Patience = 1 });
        AssertRefused("the augmentation", train, validation, options with { Augmentation = AugmentationOptions.Parse("shift 1") });
        AssertRefused("the share of epochs without augmentation", train, validation, options with { NoAugmentationShare = 0.5 });
        AssertRefused("the distillation", train, validation, options with { Distillation = new([Networks.Random(1, Side * Side, 3)]) });
        AssertRefused("calibration", train, validation, options with { Calibrate = false });
        AssertRefused("the number of networks", train, validation, options with { EnsembleSize = 2 });
        AssertRefused("the seed", train, validation, options with { Seed = 2 });
        Assert.False(Trainer.Train(train, validation, options).IsCancelled);

        Dataset WithLabels(int[] labels) => new(train.PixelMemory, labels, train.FeatureCount, train.ClassNames, train.Range);
    }

    [Fact]
    public void Another_teacher_is_refused_and_one_that_counts_otherwise()
    {
        var train = Images(sparse: true);
        TrainingOptions options = new() { HiddenLayers = [8], Epochs = 3, BatchSize = BatchSize };
        var (teacher, other) = (Trainer.Train(train, null, options with { Seed = 8 }).Network, Trainer.Train(train, null, options with { Seed = 9 }).Network);
        options = options with { CheckpointPath = File, Distillation = new([teacher]) };
        Assert.True(Trainer.Train(train, null, options, cancellation: _cancelled).IsCancelled);
        options = options with { Resume = true };

        AssertRefused("the distillation", train, null, options with { Distillation = new([other]) });
        AssertRefused("the distillation", train, null, options with { Distillation = options.Distillation with { Temperature = 3 } });
        AssertRefused("the distillation", train, null, options with { Distillation = options.Distillation with { Alpha = 0.3 } });
        Assert.False(Trainer.Train(train, null, options).IsCancelled);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void Of_a_training_that_diverges_the_last_network_of_finite_numbers_is_kept(double emaDecay)
    {
        var train = Images(sparse: true);
        TrainingOptions options = new()
        {
            HiddenLayers = [8],
            Epochs = 3,
            BatchSize = BatchSize,
            LearningRate = 1e30,
            Schedule = new ConstantRate(),
            EmaDecay = emaDecay,
            CheckpointPath = File,
            CheckpointInterval = TimeSpan.Zero,
        };

        var diverged = Assert.Throws<DivergedException>(() => Trainer.Train(train, null, options));
        Assert.StartsWith("Training diverged in epoch 1, step 2: ", diverged.Message, StringComparison.Ordinal);
        var kept = diverged.Network!;

        var last = Checkpoint.Read(File).Current;
        TrainingResult? same = null;
        for (var step = 0; step < (last.Epoch - 1) * ((Rows + BatchSize - 1) / BatchSize) + last.Step; step++)
            same = Trainer.Train(train, null, options with { CheckpointPath = $"{File}.other", Resume = step > 0 }, cancellation: _cancelled);
        Assert.Equal(Networks.Numbers(same!.Network), Networks.Numbers(kept));
        Assert.All(Networks.Numbers(kept), number => Assert.True(float.IsFinite(number)));
    }

    [Fact]
    public void A_checkpoint_is_due_an_interval_after_the_last()
    {
        TrainingOptions options = new() { CheckpointPath = File, CheckpointInterval = TimeSpan.FromMilliseconds(50) };
        var checkpoints = new Checkpoints(TrainingSet.From(Images(sparse: true)), null, options, new());

        Thread.Sleep(60);
        Assert.True(checkpoints.IsDue);
        // At one of them this thread is not kept from looking for so long.
        Assert.Contains(Enumerable.Range(0, 100), _ =>
            checkpoints.TryWrite(new(1, 0, 0, default, [], null, null, [])) == null && !checkpoints.IsDue);
    }

    [Fact]
    public void The_time_before_an_interruption_counts()
    {
        TrainingOptions options = new() { HiddenLayers = [8], Epochs = 2, BatchSize = BatchSize, CheckpointPath = File };
        Trainer.Train(Images(sparse: true), null, options, cancellation: _cancelled);
        (Checkpoint.Read(File) with { Seconds = 1e6 }).Write(File);

        Assert.True(Trainer.Train(Images(sparse: true), null, options with { Resume = true }).Seconds > 1e6);
    }

    [Fact]
    public void What_is_no_checkpoint_is_refused_in_a_sentence()
    {
        TrainingOptions options = new() { HiddenLayers = [8], CheckpointPath = File, Resume = true };

        AssertMessage($"There is no checkpoint '{File}' to resume from.");
        System.IO.File.WriteAllText(File, "no");
        AssertMessage($"'{File}' is not a checkpoint, or one of another version of this program.");
        Trainer.Train(Images(sparse: true), null, options with { Resume = false }, cancellation: _cancelled);
        System.IO.File.Delete($"{File}.previous");
        System.IO.File.WriteAllBytes(File, [.. System.IO.File.ReadAllBytes(File), 0]);
        AssertMessage($"The checkpoint '{File}' is damaged.");
        Assert.Throws<ArgumentException>(() => Trainer.Train(Images(sparse: true), null, options with { CheckpointPath = null }));

        void AssertMessage(string message) =>
            Assert.Equal(message, Assert.ThrowsAny<MnistMlException>(() => Trainer.Train(Images(sparse: true), null, options)).Message);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_is_reported_and_training_goes_on()
    {
        var (rows, failures) = (Images(sparse: true), new List<string?>());
        TrainingOptions options = new() { HiddenLayers = [8], Epochs = 2, BatchSize = BatchSize, CheckpointInterval = TimeSpan.Zero };
        var progress = new Progress(report => failures.Add(report.CheckpointFailure));

        var result = Trainer.Train(rows, null, options with { CheckpointPath = Path.Join(_folder.Path, "missing", "file") }, progress);

        AssertSame(Trainer.Train(rows, null, options), result);
        Assert.All(failures, failure => Assert.StartsWith("The checkpoint cannot be saved as ", failure, StringComparison.Ordinal));
        Assert.Equal(failures[^1], result.CheckpointFailure);
    }

    /// <summary>Interrupts a training after every step, and resumes it each time with another number of threads.</summary>
    void AssertSameBits(Dataset train, Dataset? validation, TrainingOptions options)
    {
        var expected = Trainer.Train(train, validation, options with { NumberOfThreads = 2 });
        var steps = 0;
        TrainingResult actual;
        do
        {
            actual = Trainer.Train(train, validation, options with
            {
                CheckpointPath = File,
                Resume = steps > 0,
                NumberOfThreads = 1 + steps % 3,
            }, cancellation: _cancelled);
            steps++;
        }
        while (actual.IsCancelled);

        AssertSame(expected, actual);
        Assert.True(steps > expected.History.Count * (Rows / BatchSize), $"It was interrupted {steps} times.");
    }

    static void AssertSame(TrainingResult expected, TrainingResult actual)
    {
        Assert.Equal(Networks.Numbers(expected.Network), Networks.Numbers(actual.Network));
        Assert.Equal(expected.BestEpoch, actual.BestEpoch);
        Assert.Equal(expected.History.Select(epoch => epoch with { Seconds = 0 }), actual.History.Select(epoch => epoch with { Seconds = 0 }));
    }

    static void AssertRefused(string what, Dataset train, Dataset? validation, TrainingOptions options)
    {
        var message = Assert.ThrowsAny<MnistMlException>(() => Trainer.Train(train, validation, options)).Message;
        Assert.Contains($" is of another training: {what} differs. ", message, StringComparison.Ordinal);
    }

    static Dataset Images(bool sparse, int seed = 1)
    {
        var random = new Random(seed);
        var pixels = new byte[Rows * Side * Side];
        foreach (ref var pixel in pixels.AsSpan())
            pixel = (byte)(sparse && random.Next(4) > 0 ? 0 : random.Next(256));
        return new(pixels, Enumerable.Range(0, Rows).Select(_ => random.Next(3)).ToArray(), Side * Side, ["a", "b", "c"]);
    }

    sealed class Progress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
