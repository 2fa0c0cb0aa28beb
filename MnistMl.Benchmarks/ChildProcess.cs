using System.Diagnostics;

namespace MnistMl.Benchmarks;

/// <summary>Programs run on their own, so that none measures what another has left behind.</summary>
static class ChildProcess
{
    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it wrote to standard output, and the time from its start to its end.</returns>
    /// <exception cref="MnistMlException">
    /// It cannot be started, failed, or took longer than <paramref name="limit"/>.
    /// </exception>
    public static (string Output, double Seconds) Run(
        string program, IEnumerable<string> arguments, TimeSpan limit, bool showErrors = false)
    {
        using var process = new Process();
        process.StartInfo = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        var errors = new System.Text.StringBuilder();
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data == null)
                return;
            if (showErrors)
                Console.Error.WriteLine(line.Data);
            lock (errors)
                errors.AppendLine(line.Data);
        };

        var clock = Stopwatch.StartNew();
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new MnistMlException($"{program} cannot be started: {e.Message}", e);
        }
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            throw new MnistMlException($"{program} took longer than {limit.TotalSeconds:F0} s.");
        }
        var seconds = clock.Elapsed.TotalSeconds;

        // Waits for the last of its output, too.
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new MnistMlException($"{program} failed with exit code {process.ExitCode}: {errors}");
        return (output.GetAwaiter().GetResult(), seconds);
    }

    /// <summary>The path of a program that was built with this one.</summary>
    public static string PathOf(string program) =>
        Path.Join(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? $"{program}.exe" : program);

    /// <summary>Runs a command of this program.</summary>
    /// <returns>What it printed.</returns>
    public static string RunSelf(string command, BenchmarkOptions options, TimeSpan limit) =>
        Run(PathOf("MnistMl.Benchmarks"), [command, .. options.ToArguments()], limit, showErrors: true).Output;
}
