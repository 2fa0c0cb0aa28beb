using MnistMl.Commands;
using MnistMl.Data;

namespace MnistMl.Benchmarks;

/// <summary>
/// The benchmarks. Each prints its results as Markdown; progress goes to standard error.
/// </summary>
static class Benchmarks
{
    const int Failed = 1, WrongUsage = 2, TrainRows = TrainCommand.DefaultTrainRows;

    /// <summary>The benchmarks of the report, in its order.</summary>
    public static IReadOnlyList<(string Name, Action<BenchmarkOptions> Run)> InReport { get; } =
    [
        ("peers", PeerBenchmark.Run),
        ("convolutional", PeerBenchmark.RunConvolutional),
        ("mlnet", _ => MLNetBenchmark.Run()),
        ("convergence", ConvergenceBenchmark.Run),
        ("process", ProcessBenchmark.Run),
        ("scoring", _ => ScoringBenchmark.Run()),
        ("reading", ReadingBenchmark.Run),
        ("growth", GrowthBenchmark.Run),
    ];

    static readonly (string Name, Action<BenchmarkOptions> Run)[] _others =
    [
        ("all", BenchmarkReport.Run),
        ("recipes", _ => RecipeReport.Run()),
        ("kernels", _ => KernelBenchmarks.Run()),
        ("convolutions", _ => ConvolutionBenchmark.Run()),
        ("augmentation", _ => AugmentationBenchmarks.Run()),
        ("photos", _ => PhotoReport.Run()),
        ("likeness", _ => LikenessReport.Run()),
        ("serve", ServeBenchmark.Run),
        ("trainers", TrainersBenchmark.Run),
        (ServeBenchmark.Part, _ => ServeBenchmark.RunPart()),
        (GrowthBenchmark.Part, GrowthBenchmark.RunPart),
    ];

    const string Usage = """
        Benchmarks MnistMl on this machine, which should be idle.

          dotnet run --project MnistMl.Benchmarks -- COMMAND [--rounds N] [--epochs N]

        peers         training time, compared with PyTorch, libtorch and scikit-learn
        convolutional  training time of a convolutional network, compared with libtorch
        mlnet         training time of ML.NET's own trainers on the same data
        convergence   training time to a test accuracy, compared with PyTorch and libtorch
        process       time and memory of the whole train command
        scoring       images per second, and latency of a single image
        reading       reading the data, compared with inflating it
        growth        time and memory by number of rows and of epochs
        all           all of the above, written to docs/lab/benchmarks.md
        recipes       table and plot of the runs in docs/runs, written to docs/recipes.md
        kernels       the inner loops, one by one
        convolutions  convolutions of several shapes, compared with the processor's peak
        augmentation  augmenting one image
        photos        synthetic photographs of validation digits: how many are read, by kind
        likeness      trains the network of MnistMl.Images that tells digits from other drawings, and tests it
        serve         requests a second, latency and memory of the server, beside an endpoint that answers nothing
        trainers      the trainer beside ML.NET's own, on three tables: accuracy, log-loss, time
        robustness [MODEL…] [--test]  models on corrupted validation digits, or test digits
                      [default: baseline and fast, trained for this]
        libtorch [OPTION…]  a training by libtorch alone, as one of peers [--help: its options]
        profile       the parts of a training step
        kill [N]      trainings that are killed N times, and resumed to the same model [default: 200]
        fuzz [N] [READER…]  damaged data files, N for each reader [default: 1,000,000]

        --rounds N    Runs of each contender. [default: 5]
        --epochs N    Epochs of each training. [default: 10]
        """;

    public static int Run(string command, IEnumerable<string> arguments)
    {
        var run = InReport.Concat(_others).FirstOrDefault(benchmark => benchmark.Name == command).Run;
        if (run == null || BenchmarkOptions.Parse(arguments) is not { } options)
        {
            Console.Error.WriteLine(Usage);
            return WrongUsage;
        }
        try
        {
            run(options);
            return 0;
        }
        catch (MnistMlException failure)
        {
            Console.Error.WriteLine($"Error: {failure.Message}");
            return Failed;
        }
    }

    /// <summary>Of MNIST's training images, those that networks are trained on which are judged by the other 10,000.</summary>
    public const int RowsBeforeValidation = 50_000;

    /// <summary>Prints a line of progress to standard error.</summary>
    public static void Progress(FormattableString line) => Console.Error.WriteLine(FormattableString.Invariant(line));

    /// <summary>Prints a line of the report.</summary>
    public static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));

    /// <summary>MNIST's training set and test set, from the bundled file.</summary>
    public static (Dataset Train, Dataset Test) ReadMnist() => ReadMnist(BundledData.Find());

    /// <summary>MNIST's training set and test set, from a file that has both.</summary>
    public static (Dataset Train, Dataset Test) ReadMnist(string path)
    {
        var all = DatasetFile.Read(path);
        return (all.Slice(0, TrainRows), all.Slice(TrainRows, all.RowCount - TrainRows));
    }
}
