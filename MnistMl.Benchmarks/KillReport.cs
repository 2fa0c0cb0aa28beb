using System.Diagnostics;
using System.Globalization;
using MnistMl.Files;
using MnistMl.Training;

namespace MnistMl.Benchmarks;

/// <summary>
/// Kills trainings at random moments, of training, of writing a checkpoint or of saving, and resumes each until it ends: the model
/// must be the same file as that of a training which nobody disturbs.
/// </summary>
static class KillReport
{
    static readonly (string Name, string[] Arguments)[] _trainings =
    [
        ("two dense networks, averaged weights", ["--network", "32,16", "--epochs", "3", "--ensemble", "2", "--train-rows", "20000", "--ema-decay", "0.99"]),
        ("convolutions with batch normalization, augmentation, averaged weights",
            ["--network", "conv 6 5x5 /2 bn, max 2x2, 16", "--epochs", "2", "--train-rows", "4000", "--augment", "shift 1, rotate 10", "--ema-decay", "0.99"]),
        ("early stopping, dropout, a run folder", ["--network", "32, dropout 0.2", "--epochs", "30", "--patience", "2", "--train-rows", "6000", "--validation-rows", "500", "--run-folder", "RUNS"]),
    ];

    /// <summary>Kills for the command line: <c>kill [COUNT]</c>, as many of each training.</summary>
    public static int Run(string[] arguments)
    {
        var count = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 200;
        Console.WriteLine("| training | runs | kills | resumed | files that cannot be read | other models | time |\n|---|---:|---:|---:|---:|---:|---:|");
        var failed = 0;
        foreach (var (name, training) in _trainings)
            failed += Kill(name, training, (count + _trainings.Length - 1) / _trainings.Length);
        return failed == 0 ? 0 : 1;
    }

    static int Kill(string name, string[] training, int count)
    {
        using var folder = new TemporaryFolder();
        training = [.. training.Select(argument => argument == "RUNS" ? folder.Path("runs") : argument)];
        var (whole, clock) = (folder.Path("whole.zip"), Stopwatch.StartNew());
        End(Start(training, whole, checkpointEvery: 60, resume: false));
        var (seconds, expected, random) = (clock.Elapsed.TotalSeconds, File.ReadAllBytes(whole), new Random(1));

        var (kills, resumed, damaged, different, runs) = (0, 0, 0, 0, 0);
        while (kills < count)
        {
            runs++;
            var path = folder.Path("killed.zip");
            while (!File.Exists(path))
            {
                var resume = Checkpoint.Exists($"{path}.checkpoint");
                resumed += resume ? 1 : 0;
                using var process = Start(training, path, checkpointEvery: 0, resume);
                if (!process.WaitForExit(TimeSpan.FromSeconds(random.NextDouble() * seconds)))
                {
                    process.Kill();
                    kills++;
                }
                End(process, mayFail: true);
                damaged += Checkpoint.Exists($"{path}.checkpoint") && !IsReadable(() => Checkpoint.Read($"{path}.checkpoint")) ? 1 : 0;
            }
            damaged += IsReadable(() => ModelFile.Read(path)) ? 0 : 1;
            different += File.ReadAllBytes(path).AsSpan().SequenceEqual(expected) ? 0 : 1;
            File.Delete(path);
            Checkpoint.Delete($"{path}.checkpoint");
        }
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {name} | {runs} | {kills} | {resumed} | {damaged} | {different} | {clock.Elapsed.TotalMinutes:F1} min |"));
        return damaged + different;
    }

    static Process Start(string[] training, string output, int checkpointEvery, bool resume)
    {
        var program = ChildProcess.PathOf("MnistMl");
        string[] arguments =
        [
            "train", "--quiet", .. training, "--output", output, "--checkpoint-interval", $"{checkpointEvery}", .. resume ? ["--resume"] : (string[])[],
        ];
        return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    static void End(Process process, bool mayFail = false)
    {
        process.WaitForExit();
        if (!mayFail && process.ExitCode != 0)
            throw new MnistMlException($"The training failed: {process.StandardError.ReadToEnd()}");
    }

    static bool IsReadable(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (MnistMlException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return false;
        }
    }
}
