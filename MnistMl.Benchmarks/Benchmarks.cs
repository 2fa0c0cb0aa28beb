using MnistMl.Commands;
using MnistMl.Data;

namespace MnistMl.Benchmarks;

/// <summary>
/// The commands that measure. Each prints what it measured as Markdown; progress goes to standard error.
/// </summary>
static class Benchmarks
{
    const int Failed = 1, WrongUsage = 2, TrainRows = TrainCommand.DefaultTrainRows;

    /// <summary>Those that the report is made of, in its order.</summary>
    public static IReadOnlyList<(string Name, Action<BenchmarkOptions> Run)> InReport { get; } =
    [
        ("peers", PeerBenchmark.Run),
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
        (GrowthBenchmark.Part, GrowthBenchmark.RunPart),
    ];

    const string Usage = """
        Measures MnistMl on this machine; it should have nothing else to do.

          dotnet run --project MnistMl.Benchmarks -- COMMAND [--rounds N] [--epochs N]

        peers         training, side by side with PyTorch and scikit-learn
        convergence   the time until a test accuracy is passed, side by side with PyTorch
        process       training as a whole process: its time and its memory
        scoring       rows scored in a second, and the time for one row
        reading       reading the data against inflating it alone
        growth        time and memory with more rows and more epochs
        all           all of these, written to docs/lab/benchmarks.md
        recipes       the runs in docs/runs as a table and a picture, written to docs/recipes.md
        kernels       the inner loops, one by one
        convolutions  convolutions of several shapes against what the processor can do
        augmentation  changing one row at random
        profile       the parts of a training step

        --rounds N    how often each contender runs [default: 5]
        --epochs N    epochs of each training [default: 10]; fewer only to try the benchmark out
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

    /// <summary>Tells whoever waits how far the measuring has come.</summary>
    public static void Progress(FormattableString line) => Console.Error.WriteLine(FormattableString.Invariant(line));

    /// <summary>Prints a line of the report.</summary>
    public static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));

    /// <summary>The bundled data: MNIST's training rows and its test rows.</summary>
    public static (Dataset Train, Dataset Test) ReadMnist()
    {
        var rows = DatasetFile.Read(BundledData.Find());
        return (rows.Slice(0, TrainRows), rows.Slice(TrainRows, rows.RowCount - TrainRows));
    }
}
