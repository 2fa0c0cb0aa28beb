using System.Diagnostics;
using System.Text.RegularExpressions;
using MnistMl.Commands;
using MnistMl.Files;
using MnistMl.Tests.Data;

namespace MnistMl.Tests.Commands;

/// <summary>The program of a user who may not do everything. Only root can start one: otherwise these are skipped.</summary>
public sealed class OtherUserTests : IDisposable
{
    /// <summary>That of nobody, who owns nothing.</summary>
    const string User = "65534";

    /// <summary>What root alone may do with a folder.</summary>
    const UnixFileMode Closed = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    readonly TemporaryFolder _folder = new();

    public OtherUserTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root" && File.Exists("/usr/bin/setpriv") && File.Exists("/usr/bin/prlimit"),
            "Only root on Linux starts programs of other users, with setpriv and prlimit.");
        // Its folder may be closed to them, or an instrumented program have something to write.
        Assert.SkipUnless(Run("env", [.. ProgramProcess.Command, "--version"]).ExitCode == 0, "The program does not run for other users here.");
        File.WriteAllLines(Inside("rows.csv"), ["class,p1,p2,p3,p4", .. Enumerable.Range(0, 200).Select(row => $"{row % 2},{row},{200 - row},7,{row % 3}")]);
        Directory.CreateDirectory(Inside("box"));
        Set(Inside("box"), Closed | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
        Set(_folder.Path, Closed | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    public void Dispose() => _folder.Dispose();

    string Inside(string name) => Path.Join(_folder.Path, name);

    [Theory]
    [InlineData("digits")]
    [InlineData("digits/rows.csv")]
    [InlineData("secret.csv")]
    [InlineData("open", "open/closed")]
    [InlineData("box/train-images-idx3-ubyte", "box")]
    [InlineData("parts")]
    public void What_may_not_be_read_is_not_called_missing(string data, string? closed = null)
    {
        Directory.CreateDirectory(Inside("digits"));
        File.Copy(Inside("rows.csv"), Inside("digits/rows.csv"));
        File.Copy(Inside("rows.csv"), Inside("secret.csv"));
        Set(Inside("digits"), Closed);
        Set(Inside("secret.csv"), UnixFileMode.UserRead);
        foreach (var folder in (string[])["open/closed", "parts/more/closed"])
        {
            Directory.CreateDirectory(Inside(folder));
            Set(Inside(folder), Closed);
        }
        File.WriteAllText(Inside("parts/rows.parquet"), "PAR1");
        // An image of two pixels. Its label is in a file beside it.
        File.WriteAllBytes(Inside("box/train-images-idx3-ubyte"), [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 7, 9]);

        var (exitCode, error) = Train("--data", Inside(data), "--output", Inside("box/m.zip"));

        Assert.Equal(1, exitCode);
        Assert.Matches($"{Regex.Escape(Inside(closed ?? data))} cannot be read: [Aa]ccess .*denied", error);
    }

    [Fact]
    public void Pictures_are_not_predicted_where_some_of_their_folder_may_not_be_read()
    {
        Directory.CreateDirectory(Inside("scans/closed"));
        File.WriteAllText(Inside("scans/one.png"), "");
        Set(Inside("scans/closed"), Closed);
        Assert.Equal(0, CommandLine.Run(["train", "--data", Inside("rows.csv"), "--epochs", "1", "--quiet", "--output", Inside("m.zip")], TextWriter.Null, TextWriter.Null));

        var (exitCode, error) = Run("env", [.. ProgramProcess.Command, "predict", Inside("scans"), Inside("rows.csv"), "--model", Inside("m.zip")]);

        Assert.Equal(1, exitCode);
        Assert.Matches($"^Error: .*{Regex.Escape(Inside("scans"))}.* cannot be read: [Aa]ccess .*denied", error);
        Assert.DoesNotContain("one.png", error, StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_folder_that_may_be_written_but_not_read_a_model_is_saved()
    {
        var (exitCode, error) = Train("--data", Inside("rows.csv"), "--epochs", "1", "--output", Inside("box/m.zip"));

        Assert.True(exitCode == 0, error);
        Assert.Equal(["m.zip"], Directory.GetFiles(Inside("box")).Select(Path.GetFileName));
        Assert.Equal(4, ModelFile.Read(Inside("box/m.zip")).FeatureCount);
    }

    [Fact]
    public void Threads_that_the_system_does_not_start_end_the_training_in_a_sentence()
    {
        // Those of the runtime are 10 to 20.
        var (exitCode, error) = Run("prlimit", ["--nproc=60", .. Program("--data", Inside("rows.csv"), "--threads", "64", "--output", Inside("box/m.zip"))]);

        Assert.True(exitCode == 1, error);
        Assert.Matches("^Error: The system starts no more than [0-9]+ of 64 threads. Train on fewer.", error);
    }

    static void Set(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
    }

    static string[] Program(params string[] arguments) => [.. ProgramProcess.Command, "train", "--quiet", .. arguments];

    (int ExitCode, string Error) Train(params string[] arguments) => Run("env", Program(arguments));

    (int ExitCode, string Error) Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo("setpriv", [$"--reuid={User}", $"--regid={User}", "--clear-groups", program, .. arguments])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = _folder.Path;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        limit.Token.Register(() => process.Kill(entireProcessTree: true));
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error.GetAwaiter().GetResult());
    }
}
