using Spectre.Console;

namespace MnistMl.Reporting;

/// <summary>Opens standard output and standard error for reports.</summary>
static class Terminal
{
    // What is not a terminal has no width: nothing that goes to a file or another program is to be wrapped.
    const int Unlimited = 1 << 20;

    /// <summary>
    /// The console that writes to <paramref name="writer"/>: in colour where it is a terminal that shows them and the
    /// user has not set NO_COLOR, and as plain lines of any length where it is not a terminal.
    /// </summary>
    /// <param name="writer"><see cref="Console.Out"/>, <see cref="Console.Error"/>, or any other.</param>
    public static IAnsiConsole Open(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = Unlimited;
            console.Profile.Capabilities.Ansi = false;
        }
        return console;
    }
}
