using System.Globalization;
using System.Text.Json;

namespace MnistMl.Benchmarks;

/// <summary>
/// A training that contenders are compared on: MNIST's 60,000 training images in batches of 64, Adam with a learning
/// rate of 0.001.
/// </summary>
/// <param name="Hidden">Widths of the hidden layers, separated by commas, or the layers in words.</param>
/// <param name="Epochs">Number of epochs.</param>
/// <param name="Inverted">Whether a pixel x is replaced by 255 − x, so that few pixels are zero.</param>
sealed record Work(string Hidden, int Epochs, bool Inverted = false)
{
    public string Network => Hidden.Contains(' ') ? Hidden : $"784-{Hidden.Replace(',', '-')}-10";
}

/// <summary>The result of a training.</summary>
/// <param name="Version">The contender's version.</param>
/// <param name="Seconds">Training time, without reading the data and testing.</param>
/// <param name="Accuracy">Accuracy on the 10,000 test images, 0 to 1.</param>
/// <param name="Epochs">Time and test accuracy after each epoch; empty if the contender does not report them.</param>
sealed record TrainingTime(
    string Version, double Seconds, double Accuracy, IReadOnlyList<(double Seconds, double Accuracy)> Epochs);

/// <summary>A program that trains networks, in its own process and with a fixed number of threads.</summary>
abstract class Contender(string name, int threads)
{
    const double NearlyAsFast = 1.5;

    static readonly TimeSpan _limit = TimeSpan.FromMinutes(20), _trialLimit = TimeSpan.FromMinutes(2);

    public string Name => name;

    /// <summary>The number of threads, as text for the report.</summary>
    public virtual string Threads => Text(threads);

    /// <summary>The numbers of threads to try on this machine: powers of two, and the number of cores.</summary>
    public static IEnumerable<int> ThreadCounts => Enumerable.Range(0, 10)
        .Select(exponent => 1 << exponent)
        .TakeWhile(count => count < Environment.ProcessorCount)
        .Append(Environment.ProcessorCount);

    /// <summary>Trains once.</summary>
    /// <exception cref="MnistMlException">The program failed or took too long.</exception>
    public TrainingTime Train(Work work, int seed) => Train(work, seed, _limit);

    TrainingTime Train(Work work, int seed, TimeSpan limit)
    {
        var (program, arguments) = CommandLine(work, Text(seed), Text(threads));
        using var result = JsonDocument.Parse(ChildProcess.Run(program, arguments, limit).Output);
        return Read(result.RootElement);
    }

    /// <summary>
    /// The fastest of several settings of a program, by the time of one epoch. Prints the times of all; or why there is
    /// none, where the program does not run with any of them.
    /// </summary>
    public static IReadOnlyList<Contender> Fastest(Work work, IEnumerable<Contender> settings)
    {
        var failure = "";
        var trials = settings.Select(setting => (Setting: setting, Seconds: setting.TryEpoch(work, out failure))).ToArray();
        var near = NearlyAsFast * trials.Min(trial => trial.Seconds);
        if (double.IsInfinity(near))
        {
            Benchmarks.Print($"- {trials[0].Setting.Name} is left out: {failure}");
            return [];
        }
        foreach (ref var trial in trials.AsSpan())
        {
            // A second trial if the setting may be the fastest and was slower by chance only.
            if (trial.Seconds < near)
                trial.Seconds = Math.Min(trial.Seconds, trial.Setting.TryEpoch(work, out _));
        }
        var times = string.Join(", ", trials.Select(trial => double.IsFinite(trial.Seconds)
            ? FormattableString.Invariant($"{trial.Setting.Threads}: {trial.Seconds:F2} s")
            : $"{trial.Setting.Threads}: failed"));
        Benchmarks.Print($"- {trials[0].Setting.Name}, one epoch of {work.Network}, by threads: {times}");
        return [trials.MinBy(trial => trial.Seconds).Setting];
    }

    double TryEpoch(Work work, out string reason)
    {
        reason = "";
        try
        {
            var seconds = Train(work with { Epochs = 1 }, seed: 1, _trialLimit).Seconds;
            Benchmarks.Progress($"  trial of {work.Network}: {this}: {seconds:F2} s an epoch");
            return seconds;
        }
        catch (MnistMlException failure)
        {
            // A script's exception is the last of many lines.
            reason = failure.Message.TrimEnd().Split('\n')[^1];
            Benchmarks.Progress($"  trial of {work.Network}: {this}: {reason}");
            return double.PositiveInfinity;
        }
    }

    public override string ToString() => $"{Name}, threads: {Threads}";

    protected abstract (string Program, IEnumerable<string> Arguments) CommandLine(
        Work work, string seed, string threads);

    protected abstract TrainingTime Read(JsonElement result);

    protected static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>MnistMl's <c>train</c> command.</summary>
/// <param name="threads">Number of threads.</param>
/// <param name="folder">The folder of the inverted data; the model is saved there, too.</param>
sealed class MnistMlContender(int threads, TemporaryFolder folder) : Contender("MnistMl", threads)
{
    public static string Program { get; } = ChildProcess.PathOf("MnistMl");

    protected override (string, IEnumerable<string>) CommandLine(Work work, string seed, string threads) => (Program,
    [
        "train", "--json", "--quiet", "--recipe", "baseline", "--network", work.Hidden, "--epochs", Text(work.Epochs),
        "--batch-size", "64", "--seed", seed, "--threads", threads,
        "--data", work.Inverted ? folder.Path(InvertedData.FileName) : Commands.BundledData.Find(),
        "--output", folder.Path("mnist.zip"),
    ]);

    protected override TrainingTime Read(JsonElement result) => new(
        typeof(MnistMlContender).Assembly.GetName().Version!.ToString(3),
        result.GetProperty("trainSeconds").GetDouble(), result.GetProperty("microAccuracy").GetDouble(), []);
}

/// <summary>A training loop of its own, with the options and the line of results that all of these have.</summary>
/// <param name="name">The peer's name.</param>
/// <param name="threads">Number of the peer's own threads.</param>
/// <param name="until">Training ends after the epoch that exceeds this test accuracy; null for all epochs.</param>
abstract class PeerContender(string name, int threads, double? until) : Contender(name, threads)
{
    protected IEnumerable<string> Options(Work work, string seed, string threads) =>
    [
        "--hidden", work.Hidden, "--epochs", Text(work.Epochs), "--batch-size", "64", "--learning-rate", "0.001",
        "--seed", seed, "--threads", threads,
        .. work.Inverted ? (string[])["--inverted"] : [],
        .. until is { } accuracy ? (string[])["--until", accuracy.ToString(CultureInfo.InvariantCulture)] : [],
        Commands.BundledData.Find(),
    ];

    protected override TrainingTime Read(JsonElement result) => new(
        result.GetProperty("version").GetString()!,
        result.GetProperty("seconds").GetDouble(),
        result.GetProperty("accuracy").GetDouble(),
        [.. result.GetProperty("history").EnumerateArray()
            .Select(epoch => (epoch[0].GetDouble(), epoch[1].GetDouble()))]);
}

/// <summary>One of the scripts in <c>peers</c>.</summary>
/// <param name="name">The peer's name.</param>
/// <param name="script">The script's file name.</param>
/// <param name="threads">Number of the peer's own threads.</param>
/// <param name="blasThreads">Number of threads of BLAS, its matrix library.</param>
/// <param name="until">Training ends after the epoch that exceeds this test accuracy; null for all epochs.</param>
sealed class PythonContender(string name, string script, int threads, int blasThreads, double? until = null)
    : PeerContender(name, threads, until)
{
    // Debian's Python, which has Debian's packages, even if another Python comes first in the path.
    const string Python = "/usr/bin/python3";

    public override string Threads =>
        base.Threads == Text(blasThreads) ? base.Threads : $"{base.Threads} (BLAS {blasThreads})";

    /// <summary>
    /// PyTorch with different numbers of threads. Its own thread pool and that of BLAS can compete for the cores.
    /// </summary>
    public static IEnumerable<Contender> PyTorch(double? until = null) =>
    [
        PyTorch(1, 1, until),
        .. ThreadCounts.Where(count => count > 1).SelectMany(count => (Contender[])
            [PyTorch(count, 1, until), PyTorch(1, count, until), PyTorch(count, count, until)]),
    ];

    /// <summary>PyTorch's basic MNIST example, a convolutional network. It is fastest with a thread per core.</summary>
    public static Contender PyTorchExample(double until) => new PythonContender(
        "PyTorch's basic example", "pytorch_example.py", Environment.ProcessorCount, Environment.ProcessorCount, until);

    /// <summary>scikit-learn with different numbers of threads.</summary>
    public static IEnumerable<Contender> ScikitLearn() =>
        ThreadCounts.Select(count => new PythonContender("scikit-learn", "sklearn_mlp.py", count, count));

    static PythonContender PyTorch(int threads, int blasThreads, double? until) =>
        new("PyTorch", "pytorch_mlp.py", threads, blasThreads, until);

    protected override (string, IEnumerable<string>) CommandLine(Work work, string seed, string threads) => (Python,
    [
        Path.Join(AppContext.BaseDirectory, "peers", script), "--blas-threads", Text(blasThreads),
        .. Options(work, seed, threads),
    ]);
}

/// <summary>libtorch in C#: <see cref="LibTorchPeer"/>.</summary>
/// <param name="threads">Number of threads.</param>
/// <param name="until">Training ends after the epoch that exceeds this test accuracy; null for all epochs.</param>
/// <param name="isExample">Whether it trains PyTorch's basic example, whatever the work.</param>
sealed class LibTorchContender(int threads, double? until = null, bool isExample = false)
    : PeerContender(isExample ? "the same by libtorch in C#" : "libtorch by TorchSharp", threads, until)
{
    /// <summary>The environment variable that names the dotnet to run it with, where the system's libraries are too old.</summary>
    const string HostVariable = "MNISTML_LIBTORCH_HOST";

    /// <summary>libtorch with different numbers of threads.</summary>
    public static IEnumerable<Contender> All(double? until = null) =>
        ThreadCounts.Select(count => new LibTorchContender(count, until));

    /// <summary>PyTorch's basic MNIST example.</summary>
    public static Contender Example(double until) => new LibTorchContender(Environment.ProcessorCount, until, isExample: true);

    protected override (string, IEnumerable<string>) CommandLine(Work work, string seed, string threads) => (
        Environment.GetEnvironmentVariable(HostVariable) ?? "dotnet",
    [
        typeof(LibTorchPeer).Assembly.Location, LibTorchPeer.Command, .. Options(work, seed, threads),
        .. isExample ? (string[])["--example"] : [],
    ]);
}
