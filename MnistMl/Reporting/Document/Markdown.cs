namespace MnistMl.Reporting.Document;

/// <summary>Tables and texts of Markdown.</summary>
static class Markdown
{
    /// <summary>Writes a table, the first column of which is on the left and the others on the right.</summary>
    public static void WriteTable(TextWriter writer, IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows, bool isEscaped = false)
    {
        WriteRow(heads);
        writer.WriteLine("|---|" + string.Concat(Enumerable.Repeat("---:|", heads.Count - 1)));
        foreach (var row in rows)
            WriteRow(row);
        writer.WriteLine();

        void WriteRow(IReadOnlyList<string> cells) =>
            writer.WriteLine($"| {string.Join(" | ", cells.Select(cell => isEscaped ? cell : Escape(cell)))} |");
    }

    /// <summary>A text that Markdown takes for itself.</summary>
    public static string Escape(string text) => string.Concat(text.Select(letter => letter switch
    {
        '<' => "&lt;",
        '&' => "&amp;",
        '\n' => " ",
        '\\' or '`' or '*' or '_' or '[' or ']' or '|' or '#' or '~' or '@' => $"\\{letter}",
        _ => $"{letter}",
    }));
}
