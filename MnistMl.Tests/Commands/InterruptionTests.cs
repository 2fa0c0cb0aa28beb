using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MnistMl.Tests.Data;

namespace MnistMl.Tests.Commands;

/// <summary>
/// Signals to the program while it waits for test rows from standard input, which it does until they come: it has as much
/// time to be interrupted as it takes.
/// </summary>
public sealed class InterruptionTests : IDisposable
{
    const string NoSignals = "Windows has no way to send another process Ctrl+C.";

    const string Rows = "a,0\nb,255\na,1\nb,254\n";

    /// <summary>Of so many epochs that a signal has time to get through to it.</summary>
    static readonly string[] _training = ["train", "--data", "rows.csv", "--test", "/dev/stdin", "--recipe", "seed", "--epochs", "100000"];

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("QUIT", 131)]
    [InlineData("HUP", 129)]
    public async Task After_the_first_signal_the_program_saves_a_checkpoint_and_ends(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), NoSignals);
        using var process = await StartToWait();

        Send(process.Id, signal);
        // Were it to end by the signal, it would not come to read this. Whether it trains for a while before the signal gets
        // through to it is a matter of chance.
        await process.StandardInput.WriteAsync(Rows);
        process.StandardInput.Close();
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains("from /dev/stdin", error, StringComparison.Ordinal);
        Assert.Contains("Interrupted: training ends after this step.", error, StringComparison.Ordinal);
        Assert.Contains("Saved: mnist.zip.checkpoint.", error, StringComparison.Ordinal);
        Assert.Equal(exitCode, process.ExitCode);
        Assert.Equal(["mnist.zip.checkpoint", "rows.csv"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("INT", "INT", 130)]
    [InlineData("TERM", "INT", 130)]
    [InlineData("INT", "TERM", 143)]
    public async Task The_second_signal_ends_the_program_at_once(string first, string second, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), NoSignals);
        using var process = await StartToWait();

        // One that comes before the first is dealt with may count as the first, and is sent once more. A program that heeds none
        // ends for lack of rows.
        Send(process.Id, first);
        for (var sent = 0; sent < 40 && !await Ends(process); sent++)
            Send(process.Id, second);
        process.StandardInput.Close();
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("Interrupted: ", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Equal(exitCode, process.ExitCode);
    }

    [Fact]
    public async Task A_terminal_that_is_closed_ends_the_program_with_a_checkpoint_though_nothing_can_be_said_of_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/dev/ptmx") && File.Exists("/usr/bin/setsid"), "There are no terminals here.");
        await WriteRows();
        Process process;
        using (var terminal = new FileStream("/dev/ptmx", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0))
        {
            Assert.Equal(0, Unlock(terminal.SafeFileHandle));
            var name = Marshal.PtrToStringUTF8(NameOf(terminal.SafeFileHandle))!;
            process = ProgramProcess.Start(new ProcessStartInfo("setsid", ["sh", "-c", "exec \"$@\" 2<> \"$0\"", name, .. ProgramProcess.Command, .. _training[..^1], "1000000"])
            {
                WorkingDirectory = _folder.Path,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            });
            await process.StandardInput.WriteAsync(Rows);
            process.StandardInput.Close();
            var (shown, read) = ("", new byte[1 << 10]);
            while (!shown.Contains("Epoch", StringComparison.Ordinal))
                shown += Encoding.UTF8.GetString(read, 0, await terminal.ReadAsync(read, TestContext.Current.CancellationToken));
        }
        using (process)
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["mnist.zip.checkpoint", "rows.csv"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    /// <summary>Starts a training, and waits until it has its training rows and asks for those to test on.</summary>
    async Task<Process> StartToWait()
    {
        await WriteRows();
        var process = ProgramProcess.Start(_folder.Path, _training);
        Assert.StartsWith("Read 4 rows", await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.StartsWith("A table of text", await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        return process;
    }

    Task WriteRows() => File.WriteAllTextAsync(Path.Join(_folder.Path, "rows.csv"), Rows, TestContext.Current.CancellationToken);

    /// <summary>Sends a signal to a process.</summary>
    internal static void Send(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    static async Task<bool> Ends(Process process)
    {
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMilliseconds(300));
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "unlockpt")]
    static extern int Unlock(SafeFileHandle terminal);

    [DllImport("libc", EntryPoint = "ptsname")]
    static extern nint NameOf(SafeFileHandle terminal);
}
