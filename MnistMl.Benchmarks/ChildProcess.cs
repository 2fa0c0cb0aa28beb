using System.Diagnostics;

namespace MnistMl.Benchmarks;

/// <summary>Runs programs as separate processes, so that no measurement affects the next.</summary>
static class ChildProcess
{
    /// <summary>Runs a program and waits for its end.</summary>
    /// <param name="program">The path of the program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="limit">The time after which it is killed.</param>
    /// <param name="showErrors">Whether to copy its standard error to the console.</param>
    /// <returns>Its standard output, and its running time in seconds.</returns>
    /// <exception cref="MnistMlException">It cannot be started, failed, or was killed.</exception>
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

        // Only this overload waits until standard error has been read to its end.
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new MnistMlException($"{program} failed with exit code {process.ExitCode}: {errors}");
        return (output.GetAwaiter().GetResult(), seconds);
    }

    /// <summary>The path of a program in the folder of this one.</summary>
    public static string PathOf(string program) =>
        Path.Join(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? $"{program}.exe" : program);

    /// <summary>Runs a command of this program.</summary>
    /// <returns>Its standard output.</returns>
    public static string RunSelf(string command, BenchmarkOptions options, TimeSpan limit) =>
        Run(PathOf("MnistMl.Benchmarks"), [command, .. options.ToArguments()], limit, showErrors: true).Output;
}
