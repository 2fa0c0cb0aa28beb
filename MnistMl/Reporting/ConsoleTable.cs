using Spectre.Console;

namespace MnistMl.Reporting;

/// <summary>
/// Tables on a terminal, as many of their columns as fit: the first are the most important. The grids of the console's library
/// break figures where they do not fit, and may not end.
/// </summary>
static class ConsoleTable
{
    const int Gap = 2;

    static readonly Style _dim = new(decoration: Decoration.Dim);

    /// <summary>Writes a table, and an empty line.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="heads">The columns' heads.</param>
    /// <param name="rows">The rows, a cell for each head.</param>
    /// <param name="texts">How many columns are texts, on the left of their columns; the others are figures, on the right.</param>
    public static void Write(IAnsiConsole console, string[] heads, IEnumerable<Cell[]> rows, int texts = 1)
    {
        Cell[][] lines = [[.. heads.Select(head => new Cell(head, _dim))], .. rows];
        var room = console.Profile.Width + Gap;
        int[] widths =
        [
            .. heads.Select((_, column) => lines.Max(line => line[column].Text.GetCellWidth()))
                .TakeWhile((width, column) => (room -= Gap + width) >= 0 || column == 0),
        ];
        foreach (var line in lines)
        {
            // Blanks are written before what follows them: no line ends in them.
            var blanks = 0;
            foreach (var (column, width) in widths.Index())
            {
                var (text, style) = line[column];
                var rest = width - text.GetCellWidth();
                blanks += column < texts ? 0 : rest;
                if (text.Length > 0)
                {
                    console.Write(new string(' ', blanks));
                    console.Write(text, style);
                    blanks = 0;
                }
                blanks += Gap + (column < texts ? rest : 0);
            }
            console.WriteLine();
        }
        console.WriteLine();
    }

    /// <summary>The name of a class, printable, and so short that it leaves room for figures.</summary>
    public static string Shorten(IAnsiConsole console, string name)
    {
        const int Least = 8, Figures = 40;
        var limit = Math.Max(Least, Math.Min(console.Profile.Width / 3, console.Profile.Width - Figures));
        var printable = string.Concat(name.Select(letter => char.IsControl(letter) ? '?' : letter));
        if (printable.GetCellWidth() <= limit)
            return printable;
        const string More = "...";
        var (end, room) = (0, limit - More.Length);
        foreach (var rune in printable.EnumerateRunes())
        {
            if ((room -= rune.ToString().GetCellWidth()) < 0)
                break;
            end += rune.Utf16SequenceLength;
        }
        return printable[..end] + More;
    }
}

/// <summary>A cell of a table.</summary>
/// <param name="Text">What is in it.</param>
/// <param name="Style">How it looks.</param>
readonly record struct Cell(string Text, Style Style)
{
    /// <summary>A cell that looks as the terminal's text does.</summary>
    public static implicit operator Cell(string text) => new(text, Style.Plain);
}
