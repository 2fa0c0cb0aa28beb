using System.Globalization;
using MnistMl.Commands;
using MnistMl.Files;
using MnistMl.Tests.Data;
using MnistMl.Tests.Model;
using MnistMl.Tests.Saving;

namespace MnistMl.Tests.Commands;

/// <summary>Trainings that are interrupted, killed or diverge, and what is left of them.</summary>
public sealed class ResumeTests : IDisposable
{
    static readonly string[] _training = ["train", "--data", "rows.csv", "--train-rows", "200", "--network", "9,5", "--ensemble", "2", "--batch-size", "7"];

    readonly TemporaryFolder _folder = new();

    public ResumeTests()
    {
        var random = new Random(1);
        var lines = Enumerable.Range(0, 260).Select(row => $"{random.Next(3)},{random.Next(256)},{random.Next(256)},{random.Next(256)},{random.Next(256)}");
        File.WriteAllLines(Inside("rows.csv"), ["class,p1,p2,p3,p4", .. lines]);
    }

    public void Dispose() => _folder.Dispose();

    string Inside(string name) => Path.Join(_folder.Path, name);

    [Fact]
    public async Task What_is_interrupted_and_resumed_is_the_same_model()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no way to send another process Ctrl+C.");
        // A signal may come when the training is over already: then one of twice the length is interrupted.
        string[] training;
        var (epochs, interrupted) = (200, 0);
        do
        {
            File.Delete(Inside("mnist.zip"));
            epochs *= 2;
            training = [.. _training, "--epochs", $"{epochs}"];
            interrupted = await Run([.. training, "--threads", "1"], interruptions: 1);
        }
        while (!File.Exists(Inside("mnist.zip.checkpoint")) && epochs < 100_000);
        Assert.True(File.Exists(Inside("mnist.zip.checkpoint")));
        Assert.Equal(0, RunHere([.. training.Select(argument => argument == "rows.csv" ? Inside(argument) : argument), "--threads", "1", "--output", Inside("whole.zip")]).ExitCode);

        for (var runs = 0; interrupted != 0; runs++)
        {
            Assert.Equal(130, interrupted);
            // A signal may also come when the model is saved, and end the test of it.
            Assert.Equal(!File.Exists(Inside("mnist.zip")), File.Exists(Inside("mnist.zip.checkpoint")));
            if (File.Exists(Inside("mnist.zip")))
                break;
            interrupted = await Run([.. training, "--resume", "--threads", runs % 2 == 0 ? "2" : "1"], interruptions: runs < 2 ? 1 : 0);
        }

        Assert.Equal(await File.ReadAllBytesAsync(Inside("whole.zip"), TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(Inside("mnist.zip"), TestContext.Current.CancellationToken));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*checkpoint*"));
    }

    [Fact]
    public void A_checkpoint_is_not_overwritten_unless_it_is_resumed()
    {
        var (checkpoint, output) = (Inside("c"), Inside("m.zip"));
        File.WriteAllText(checkpoint, "of another training");

        var (exitCode, error) = RunHere("train", "--data", Inside("rows.csv"), "--epochs", "1", "--output", output, "--checkpoint", checkpoint);

        Assert.Equal(1, exitCode);
        Assert.Contains($"{checkpoint} is there from a training that was interrupted. Go on with --resume", error, StringComparison.Ordinal);
        Assert.Contains("is not a checkpoint", RunHere("train", "--data", Inside("rows.csv"), "--output", output, "--checkpoint", checkpoint, "--resume").Error, StringComparison.Ordinal);
        Assert.Contains("There is no checkpoint", RunHere("train", "--data", Inside("rows.csv"), "--output", output, "--resume").Error, StringComparison.Ordinal);
        Assert.Equal("of another training", File.ReadAllText(checkpoint));
    }

    [Fact]
    public void Of_an_ensemble_that_diverges_the_finished_networks_are_saved()
    {
        string[] training = ["train", "--data", Inside("rows.csv"), "--network", "30,30,30", "--augment", "none", "--optimizer", "sgd", "--momentum", "0", "--epochs", "3"];
        // Of two networks, a learning rate at which the second diverges and the first does not.
        var (rate, error) = Enumerable.Range(0, 30).Select(i => (70 + 2 * i).ToString(CultureInfo.InvariantCulture)).Select(rate =>
                (rate, RunHere([.. training, "--learning-rate", rate, "--ensemble", "2", "--output", Inside("m.zip")]).Error))
            .First(run => run.Error.Contains("of network 2", StringComparison.Ordinal));

        Assert.Contains($"The likely cause is a learning rate of {rate}; try a lower one. What was trained before is saved: {Inside("m.partial.zip")}.", error, StringComparison.Ordinal);
        Assert.Equal(0, RunHere([.. training, "--learning-rate", rate, "--output", Inside("one.zip")]).ExitCode);
        Networks.AssertSame(ModelFile.Read(Inside("one.zip")), ModelFile.Read(Inside("m.partial.zip")));
    }

    [Fact]
    public void A_model_that_cannot_be_saved_where_it_was_to_be_is_saved_elsewhere()
    {
        var output = Inside("m.zip");
        string[] training = ["train", "--data", Inside("rows.csv"), "--epochs", "1"];
        (int ExitCode, string Error) failed;
        using (RecordingDisk.Use((call, _) => call.Action == DiskAction.Write && call.Path.StartsWith(output, StringComparison.Ordinal)))
            failed = RunHere([.. training, "--output", output]);

        Assert.Equal(1, failed.ExitCode);
        Assert.Contains($"The model cannot be saved as '{output}': {RecordingDisk.Failure}", failed.Error, StringComparison.Ordinal);
        var elsewhere = failed.Error.Split(" The model is saved as ")[1].TrimEnd()[..^1];
        try
        {
            Assert.False(File.Exists(output));
            RunHere([.. training, "--output", Inside("whole.zip")]);
            Networks.AssertSame(ModelFile.Read(Inside("whole.zip")), ModelFile.Read(elsewhere));
        }
        finally
        {
            File.Delete(elsewhere);
        }
    }

    [Fact]
    public void A_model_is_saved_though_nothing_can_be_said_of_it()
    {
        using var error = new FullAtTheEnd();

        Assert.Equal(1, CommandLine.Run(
            ["train", "--data", Inside("rows.csv"), "--train-rows", "60", "--validation-rows", "20", "--patience", "1", "--epochs", "2", "--output", Inside("m.zip")],
            TextWriter.Null, error));

        Assert.Contains("The output cannot be written: full", $"{error}", StringComparison.Ordinal);
        Assert.Equal(4, ModelFile.Read(Inside("m.zip")).FeatureCount);
    }

    [Fact]
    public void Of_a_search_whose_disk_is_full_the_trials_so_far_are_shown()
    {
        string[] tune =
        [
            "tune", "--data", Inside("rows.csv"), "--train-rows", "60", "--validation-rows", "20", "--network", "8", "--epochs", "4", "--budget", "1h",
            "--output", Inside("tune.jsonl"),
        ];
        var (written, output, error) = (0, new StringWriter(), new StringWriter());
        // The first line is the search; of the trials, the third finds no room.
        using (RecordingDisk.Use((call, _) => call.Action == DiskAction.Write && call.Path.EndsWith("tune.jsonl", StringComparison.Ordinal) && ++written > 3))
            Assert.Equal(1, CommandLine.Run(tune, output, error));

        Assert.Contains($"The trials cannot be saved in '{Inside("tune.jsonl")}': {RecordingDisk.Failure}", $"{error}", StringComparison.Ordinal);
        Assert.Contains("--network 8", $"{output}", StringComparison.Ordinal);
        Assert.Equal(3, File.ReadAllLines(Inside("tune.jsonl")).Count(line => line.EndsWith('}')));
    }

    /// <summary>Runs the program, and interrupts it some time after it has begun to train.</summary>
    async Task<int> Run(string[] arguments, int interruptions)
    {
        using var process = ProgramProcess.Start(_folder.Path, arguments);
        if (interruptions > 0)
        {
            while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("Epoch", StringComparison.Ordinal))
            {
            }
            InterruptionTests.Send(process.Id, "INT");
        }
        await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    static (int ExitCode, string Error) RunHere(params string[] arguments)
    {
        var error = new StringWriter();
        return (CommandLine.Run(arguments, TextWriter.Null, error), error.ToString());
    }

    /// <summary>Has no room for what is said after training.</summary>
    sealed class FullAtTheEnd : StringWriter
    {
        public override void WriteLine(string? value)
        {
            if (value!.StartsWith("Ended after", StringComparison.Ordinal))
                throw new IOException("full");
            base.WriteLine(value);
        }
    }
}
