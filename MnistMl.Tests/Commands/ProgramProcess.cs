using System.Diagnostics;

namespace MnistMl.Tests.Commands;

/// <summary>The program, started as its users start it.</summary>
static class ProgramProcess
{
    /// <summary>Starts the program in a folder, its standard streams in the test's hands.</summary>
    public static Process Start(string folder, params string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [Path.Join(AppContext.BaseDirectory, "MnistMl.dll"), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
