using Spectre.Console;

namespace MnistMl.Reporting;

/// <summary>Opens standard output and standard error for reports.</summary>
static class Terminal
{
    // Only a terminal has a width: what goes to a file or another program is not wrapped.
    const int Unlimited = 1 << 20;

    /// <summary>
    /// The console that writes to <paramref name="writer"/>: on a terminal in color, if it has colors and the user has
    /// not set NO_COLOR; elsewhere as plain lines of any length.
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
