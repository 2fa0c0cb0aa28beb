using System.CommandLine;

namespace MnistMl.Commands;

/// <summary>Finds the command or option that a misspelt word was meant to be.</summary>
static class Spelling
{
    /// <summary>Letters of an unfinished word from which on it tells which word it begins.</summary>
    const int MinBeginning = 5;

    /// <summary>Whether a word looks like an option.</summary>
    public static bool IsOption(string word) => word.StartsWith("--", StringComparison.Ordinal);

    /// <summary>Asks, in a sentence to add to another, whether the command or option that is nearest to a word was meant; empty if none is near.</summary>
    public static string Suggest(string word, Command command)
    {
        var nearest = command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name)
            .Concat(command.Options.Where(option => !option.Hidden).Select(option => option.Name))
            .Where(name => IsNear(word, name)).MinBy(name => Distance(word, name));
        return nearest == null ? "" : $" Did you mean {nearest}?";
    }

    /// <summary>Has a command refuse options that there are not, which it would take for the names of files.</summary>
    public static void RefuseUnknownOptions(Command command, Argument<string[]> files) => command.Validators.Add(result =>
    {
        foreach (var word in result.GetResult(files)?.Tokens.Select(token => token.Value).Where(IsOption) ?? [])
        {
            if (!Path.Exists(word))
                result.AddError($"There is neither an option nor a file '{word}'.{Suggest(word, command)}");
        }
    });

    static bool IsNear(string word, string name) =>
        Distance(word, name) <= Math.Min(2, name.TrimStart('-').Length / 3)
        || word.Length >= MinBeginning && name.StartsWith(word, StringComparison.Ordinal);

    /// <summary>
    /// Letters to insert, delete, replace or swap with their neighbour to make one word of another (Damerau, "A technique for computer
    /// detection and correction of spelling errors", 1964).
    /// </summary>
    static int Distance(string from, string to)
    {
        var distances = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distances[i, j] = i + j;
                    continue;
                }
                var change = distances[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                distances[i, j] = Math.Min(change, 1 + Math.Min(distances[i - 1, j], distances[i, j - 1]));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    distances[i, j] = Math.Min(distances[i, j], distances[i - 2, j - 2] + 1);
            }
        }
        return distances[from.Length, to.Length];
    }
}
