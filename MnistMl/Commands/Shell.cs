namespace MnistMl.Commands;

/// <summary>Arguments as they are typed.</summary>
static class Shell
{
    /// <summary>The arguments as one line, quoted where necessary.</summary>
    public static string Join(IEnumerable<string> arguments) => string.Join(' ', arguments.Select(Quote));

    /// <summary>An argument, in quotes if a shell would read it differently without them.</summary>
    public static string Quote(string argument)
    {
        var plain = OperatingSystem.IsWindows() ? "-_./:,+=@%\\" : "-_./:,+=@%";
        if (argument.Length > 0 && argument.All(letter => char.IsLetterOrDigit(letter) || plain.Contains(letter)))
            return argument;
        return OperatingSystem.IsWindows() || !argument.AsSpan().ContainsAny("$`\"\\!")
            ? $"\"{argument}\""
            : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
