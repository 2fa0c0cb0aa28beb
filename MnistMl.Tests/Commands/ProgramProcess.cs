using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace MnistMl.Tests.Commands;

/// <summary>The program, started as its users start it.</summary>
static class ProgramProcess
{
    /// <summary>SIGHUP, SIGINT and SIGQUIT, which are ignored by what <c>nohup</c> starts, or <c>&amp;</c> in a script, and by all that it starts.</summary>
    static readonly int[] _ignored = OperatingSystem.IsLinux() ? [.. new[] { 1, 2, 3 }.Where(IsIgnored)] : [];

    static readonly Lock _starting = new();

    /// <summary>The program's file.</summary>
    public static string ProgramPath { get; } = Path.Join(AppContext.BaseDirectory, "MnistMl.dll");

    /// <summary>What starts the program, before its arguments.</summary>
    public static string[] Command { get; } = ["dotnet", ProgramPath];

    /// <summary>Starts the program in a folder, its standard streams in the test's hands.</summary>
    public static Process Start(string folder, params string[] arguments) => Start(
        new ProcessStartInfo(Command[0], [.. Command[1..], .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });

    /// <summary>Starts a process that ignores no signals, though the tests themselves may.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        lock (_starting)
        {
            const nint byDefault = 0, ignore = 1;
            Array.ForEach(_ignored, number => Signal(number, byDefault));
            var process = Process.Start(start)!;
            Array.ForEach(_ignored, number => Signal(number, ignore));
            return process;
        }
    }

    static bool IsIgnored(int signal)
    {
        const string name = "SigIgn:";
        var mask = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..];
        return (ulong.Parse(mask, NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) >> (signal - 1) & 1) != 0;
    }

    [DllImport("libc", EntryPoint = "signal")]
    static extern nint Signal(int number, nint disposition);
}
