using System.Diagnostics;
using MnistMl.Augmentation;
using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Optimizers;
using MnistMl.Training;

namespace MnistMl.Benchmarks;

/// <summary>The training time to a test accuracy, compared with PyTorch and libtorch.</summary>
static class ConvergenceBenchmark
{
    const double RecipeAccuracy = 0.9779, ExampleAccuracy = 0.99;
    const int MaxEpochsPerEpoch = 3;

    // Few, because an epoch of the example takes a minute.
    const int ExampleEpochs = 14, MaxExampleRounds = 1;

    // The fewest epochs, and their learning rate, that passed the accuracy on validation rows with nearly every seed.
    const int ScheduledEpochs = 5;
    const double ScheduledRate = 0.003;

    /// <summary>The fastest tried that had a validation accuracy above 99.1 % with each of two seeds.</summary>
    static readonly TrainingOptions _quick = new()
    {
        HiddenLayers = NetworkParser.Parse("conv 32 5x5 /2, conv 32 5x5 /2, dense 128"),
        Epochs = 4,
        Optimizer = new AdamW(),
        LearningRate = 0.006,
        Schedule = new OneCycle(),
        Augmentation = AugmentationOptions.Parse("shift 1"),
    };

    public static void Run(BenchmarkOptions options)
    {
        var (train, test) = Benchmarks.ReadMnist();
        PassRecipe(options, train, test);
        PassExample(options, train, test);
    }

    static void PassExample(BenchmarkOptions options, Dataset train, Dataset test)
    {
        const double Accuracy = ExampleAccuracy;
        Benchmarks.Print($"");
        Benchmarks.Print($"## Time to {Accuracy:P0} test accuracy");
        Benchmarks.Print($"");
        Benchmarks.Print($"""
            With any network and any training options: training time to the end of the first epoch with a test
            accuracy above {Accuracy:P0}. MnistMl's network and options were chosen by validation accuracy. PyTorch's
            are those of its basic MNIST example: conv 32 3x3, conv 64 3x3, max 2x2, dropout 0.25, dense 128, dropout
            0.5, Adadelta. Those have fewer rounds, because their epochs take long.
            """);
        Benchmarks.Print($"");
        var own = new List<Passing>();
        Contender[] peers = [PythonContender.PyTorchExample(until: Accuracy), LibTorchContender.Example(until: Accuracy)];
        var others = peers.Select(_ => new List<Passing>()).ToArray();
        for (var round = 1; round <= options.Rounds; round++)
        {
            own.Add(Train(train, test, _quick with { Seed = round }, Accuracy));
            Benchmarks.Progress($"  {Accuracy:P0} passed, round {round}: MnistMl {own[^1]}");
            foreach (var (peer, passings) in round <= MaxExampleRounds ? peers.Zip(others) : [])
            {
                try
                {
                    passings.Add(Passing.Find(peer.Train(new Work("128", ExampleEpochs), seed: round).Epochs, Accuracy));
                    Benchmarks.Progress($"    {peer.Name} {passings[^1]}");
                }
                catch (MnistMlException failure)
                {
                    Benchmarks.Progress($"    {peer.Name}: {failure.Message}");
                }
            }
        }
        PrintHead();
        var network = NetworkParser.Format(_quick.HiddenLayers);
        Print($"MnistMl, {network}, {_quick.Epochs} epochs", $"{_quick.NumberOfThreads}", own, own);
        foreach (var (peer, passings) in peers.Zip(others).Where(pair => pair.Second.Count > 0))
            Print($"{peer.Name}", peer.Threads, passings, own);
    }

    static void PassRecipe(BenchmarkOptions options, Dataset train, Dataset test)
    {
        const double Accuracy = RecipeAccuracy;
        Benchmarks.Print($"## Time to {Accuracy:P2} test accuracy");
        Benchmarks.Print($"");
        Benchmarks.Print($"""
            784-128-64-10 in batches of 64: training time to the end of the first epoch with an accuracy above
            {Accuracy:P2} on the 10,000 test images. No option and no network was chosen by test accuracy; the
            schedule was chosen by validation accuracy.
            """);
        Benchmarks.Print($"");
        var work = new Work("128,64", MaxEpochsPerEpoch * options.Epochs);
        Contender[] peers =
        [
            .. Contender.Fastest(work, PythonContender.PyTorch(until: Accuracy)),
            .. Contender.Fastest(work, LibTorchContender.All(until: Accuracy)),
        ];
        var plain = new TrainingOptions
        {
            HiddenLayers = [128, 64],
            Epochs = work.Epochs,
            BatchSize = 64,
            LearningRate = 0.001,
            Schedule = new ConstantRate(),
        };
        var scheduled = plain with
        {
            Epochs = ScheduledEpochs,
            LearningRate = ScheduledRate,
            Schedule = new CosineDecay(),
        };

        var (plains, scheduleds) = (new List<Passing>(), new List<Passing>());
        var others = peers.Select(_ => new List<Passing>()).ToArray();
        for (var round = 1; round <= options.Rounds; round++)
        {
            scheduleds.Add(Train(train, test, scheduled with { Seed = round }, Accuracy));
            plains.Add(Train(train, test, plain with { Seed = round }, Accuracy));
            Benchmarks.Progress($"  {Accuracy:P2} passed, round {round} of {options.Rounds}:");
            Benchmarks.Progress($"    MnistMl {scheduleds[^1]}; at a constant learning rate {plains[^1]}");
            foreach (var (peer, passings) in peers.Zip(others))
            {
                passings.Add(Passing.Find(peer.Train(work, seed: round).Epochs, Accuracy));
                Benchmarks.Progress($"    {peer.Name} {passings[^1]}");
            }
        }

        PrintHead();
        var threads = $"{plain.NumberOfThreads}";
        Print(
            $"MnistMl, cosine decay over {ScheduledEpochs} epochs from {ScheduledRate}",
            threads, scheduleds, scheduleds);
        Print($"MnistMl, constant learning rate 0.001", threads, plains, scheduleds);
        foreach (var (peer, passings) in peers.Zip(others))
            Print($"{peer.Name}, constant learning rate 0.001", peer.Threads, passings, scheduleds);
    }

    /// <summary>
    /// Trains twice. The first training gives the times, without the time for tests. The second gives the accuracies:
    /// the same seed gives the same network.
    /// </summary>
    static Passing Train(Dataset train, Dataset test, TrainingOptions options, double accuracy)
    {
        var times = new EpochClock();
        Trainer.Train(train, null, options, times);
        var history = Trainer.Train(train, test, options).History;
        return Passing.Find(times.Seconds.Zip(history.Select(epoch => epoch.ValidationAccuracy!.Value)), accuracy);
    }

    static void PrintHead()
    {
        Benchmarks.Print($"");
        Benchmarks.Print($"| | threads | median, s | relative | epochs, median | seeds that passed |");
        Benchmarks.Print($"|---|---:|---:|---:|---:|---:|");
    }

    static void Print(
        FormattableString name, string threads, IReadOnlyList<Passing> passings, IReadOnlyList<Passing> own)
    {
        var (seconds, ownSeconds) = (MedianSeconds(passings), MedianSeconds(own));
        var epochs = passings.Select(passing => passing.Epochs).Median();
        var passed = passings.Count(passing => double.IsFinite(passing.Seconds));
        var row = double.IsFinite(seconds)
            ? FormattableString.Invariant($"{seconds:F2} | {seconds / ownSeconds:F2} × | {epochs:0.#}")
            : "not passed | | ";
        Benchmarks.Print($"| {FormattableString.Invariant(name)} | {threads} | {row} | {passed} of {passings.Count} |");
    }

    static double MedianSeconds(IEnumerable<Passing> passings) => passings.Select(passing => passing.Seconds).Median();

    /// <summary>When the accuracy was first exceeded; infinity if never.</summary>
    readonly record struct Passing(double Seconds, double Epochs)
    {
        public static Passing Find(IEnumerable<(double Seconds, double Accuracy)> history, double min)
        {
            foreach (var (i, (seconds, accuracy)) in history.Index())
            {
                if (accuracy > min)
                    return new(seconds, i + 1);
            }
            return new(double.PositiveInfinity, double.PositiveInfinity);
        }

        public override string ToString() =>
            double.IsFinite(Seconds) ? FormattableString.Invariant($"after {Epochs} epochs, {Seconds:F2} s") : "never";
    }

    sealed class EpochClock : IProgress<TrainingProgress>
    {
        readonly Stopwatch _clock = Stopwatch.StartNew();

        public List<double> Seconds { get; } = [];

        public void Report(TrainingProgress value)
        {
            if (value.Completed != null)
                Seconds.Add(_clock.Elapsed.TotalSeconds);
        }
    }
}
