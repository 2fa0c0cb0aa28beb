using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace MnistMl.Data;

/// <summary>The first lines of a table: what separates their cells, which of them are rows, and what the columns are called.</summary>
sealed class TableHead
{
    /// <summary>Lines that are looked at cell by cell, and cells in all.</summary>
    const int MaxSampled = 50, MaxSampledCells = 200_000;

    /// <summary>The most columns: an image of 1,024 × 1,024.</summary>
    public const int MaxColumns = (1 << 20) + 100;

    readonly ReadOnlyMemory<byte> _text;
    readonly string _name;

    /// <summary>The lines that are not blank.</summary>
    readonly List<(int Start, int Length, long Number)> _lines = [];

    /// <summary>[columns]: whether all of the sampled rows have a number there, or nothing; and whether all have nothing.</summary>
    readonly bool[] _isNumeric, _isEmpty;

    /// <summary>[columns]: whether any of the sampled rows has a number there.</summary>
    readonly bool[] _hasNumbers;

    readonly int _firstRow;
    readonly ArffHeader? _arff;

    /// <param name="text">Whole lines from the beginning of the file.</param>
    /// <param name="isWhole">Whether they are all of it.</param>
    /// <param name="name">What error messages call the file.</param>
    /// <exception cref="MnistMlException">They are no lines of a table.</exception>
    public TableHead(ReadOnlyMemory<byte> text, bool isWhole, string name)
    {
        (_text, IsWhole, _name) = (text, isWhole, name);
        Split();
        if (_lines.Count == 0)
            throw new MnistMlException($"{name} is empty.");
        var first = Line(0);
        if (!Utf8.IsValid(first) || first.ContainsAnyInRange((byte)0, (byte)8) || "{[<@%"u8.Contains(first[0]))
        {
            throw new MnistMlException($"{name} is not a CSV file: it begins with {CsvLine.Quote(first)}. "
                + "Expected text in UTF-8: a header such as pixel1,pixel2,…,class, or a row of numbers.");
        }

        if (_lines.Count == 1 && Line(0).Contains((byte)'\r'))
            throw new MnistMlException($"{name} has lines that end in a carriage return alone, as old Macintoshes wrote them. End them in a line feed, for example by: tr '\\r' '\\n'");

        var said = SaidSeparator(first);
        if (said != null)
            _firstRow++;
        var comment = -1;
        while (_firstRow < _lines.Count && IsComment(Line(_firstRow)))
            comment = _firstRow++;
        HasComments = comment >= 0;
        if (_firstRow == _lines.Count)
            throw new MnistMlException($"{name} has no rows.");

        if (_firstRow + 1 < _lines.Count)
            ThrowIfImageInCell();
        var sampled = Enumerable.Range(_firstRow, Math.Min(_lines.Count - _firstRow, MaxSampled)).ToArray();
        Separator = said ?? FindSeparator(sampled);
        var cells = ReadCells(_firstRow);
        ColumnCount = sampled.Length == 1 ? cells.Length : MostFrequent(CellCounts(sampled, Separator).AsSpan(1));
        (_isNumeric, _isEmpty, _hasNumbers) = (new bool[ColumnCount], new bool[ColumnCount], new bool[ColumnCount]);
        Sample(sampled.AsSpan(1));

        if (IsHeader(cells, isOnlyLine: sampled.Length == 1))
        {
            HeaderLine = _lines[_firstRow++].Number;
            Names = Fitted(cells);
        }
        else if (HasComments && ReadCells(comment, skip: 1) is var names && names.Length == ColumnCount && AreNames(names))
        {
            (Names, HeaderLine) = (names, _lines[comment].Number);
        }
        if (Names == null)
            Sample(sampled);
        FirstLine = _firstRow < _lines.Count ? _lines[_firstRow].Number : _lines[^1].Number + 1;
    }

    /// <summary>The rows of an ARFF file, which its header has described.</summary>
    /// <param name="text">Whole lines from the first after the header on.</param>
    /// <param name="isWhole">Whether they are all of it.</param>
    /// <param name="name">What error messages call the file.</param>
    /// <param name="arff">The header.</param>
    public TableHead(ReadOnlyMemory<byte> text, bool isWhole, string name, ArffHeader arff)
    {
        (_text, IsWhole, _name, _arff) = (text, isWhole, name, arff);
        (Names, HeaderLine, LinesBefore, FirstLine) = (arff.Names, arff.FirstAttributeLine, arff.LineCount, arff.LineCount + 1);
        (HasComments, ColumnCount) = (true, arff.Names.Length);
        Split();
        _lines.RemoveAll(line => _text.Span.Slice(line.Start, line.Length).TrimStart(CsvLine.Blanks) is [(byte)'%', ..]);
        Separator = _lines.Count == 0 || CountCells(Line(0), (byte)',') == ColumnCount ? (byte)','
            : CountCells(Line(0), (byte)'\t') == ColumnCount ? (byte)'\t'
            : CountCells(Line(0), (byte)' ') == ColumnCount ? (byte)' ' : (byte)',';
        (_isNumeric, _isEmpty, _hasNumbers) = (new bool[ColumnCount], new bool[ColumnCount], new bool[ColumnCount]);
        Sample([.. Enumerable.Range(0, Math.Min(_lines.Count, MaxSampled))]);
    }

    /// <summary>Whether these are rows of an ARFF file.</summary>
    public bool IsArff => _arff != null;

    /// <summary>Number of lines before those of the text.</summary>
    public long LinesBefore { get; }

    /// <summary>Whether a column was said to be no number.</summary>
    public bool IsText(int column) => _arff?.IsText[column] ?? false;

    /// <summary>The column that is likely to hold the label by the types of the columns, and why; null if these do not say.</summary>
    public (int Column, string Reason)? NominalLabel => _arff?.NominalLabel;

    /// <summary>Whether there are no lines but these.</summary>
    public bool IsWhole { get; }

    /// <summary>What separates cells: a comma, a semicolon, a tab, or a blank for runs of blanks and tabs.</summary>
    public byte Separator { get; }

    /// <summary>Whether lines that begin with # are comments.</summary>
    public bool HasComments { get; }

    /// <summary>Number of columns.</summary>
    public int ColumnCount { get; }

    /// <summary>[columns]: their names; null without a header.</summary>
    public string[]? Names { get; }

    /// <summary>The number of the line that is the header, from 1.</summary>
    public long HeaderLine { get; }

    /// <summary>The number of the line that is the first row, from 1.</summary>
    public long FirstLine { get; }

    /// <summary>Whether a number is written with a comma.</summary>
    public bool HasDecimalComma { get; private set; }

    /// <summary>Number of rows among the lines.</summary>
    public int RowCount => _lines.Count - _firstRow;

    /// <summary>Whether all that the rows that were looked at have in a column is words: one among numbers is a mistake.</summary>
    public bool IsWords(int column) => !_isEmpty[column] && !_hasNumbers[column];

    /// <summary>Whether none of the rows that were looked at has anything in a column.</summary>
    public bool IsEmpty(int column) => _isEmpty[column] && RowCount > 0;

    /// <summary>The values of some columns.</summary>
    /// <param name="columns">The columns, ascending.</param>
    public ColumnValues[] Values(int[] columns)
    {
        ColumnValues[] values = [.. columns.Select(_ => new ColumnValues())];
        for (var line = _firstRow; line < _lines.Count; line++)
            AddValues(Line(line), Separator, columns, values);
        return values;
    }

    /// <summary>Has the values of a row's columns taken into account.</summary>
    /// <param name="line">The row.</param>
    /// <param name="separator">What separates its cells.</param>
    /// <param name="columns">The columns, ascending.</param>
    /// <param name="values">Their values.</param>
    public static void AddValues(ReadOnlySpan<byte> line, byte separator, int[] columns, ColumnValues[] values)
    {
        Span<byte> skipped = stackalloc byte[1024];
        var cells = new CsvLine(line, separator);
        var column = 0;
        for (var i = 0; i < columns.Length; i++)
        {
            while (column < columns[i] && !cells.AtEnd)
            {
                var plain = cells.ReadPlainPixels(skipped[..Math.Min(skipped.Length, columns[i] - column)]);
                column += plain;
                if (plain > 0)
                    continue;
                cells.TryReadCell(out _);
                column++;
            }
            if (cells.AtEnd)
                return;
            cells.TryReadCell(out var cell);
            column++;
            values[i].Add(cell, separator);
        }
    }

    /// <summary>Whether lines from the beginning of a file have one that is neither blank nor a comment nor says the separator.</summary>
    public static bool HasRow(ReadOnlySpan<byte> lines)
    {
        if (lines.StartsWith(Encoding.UTF8.Preamble))
            lines = lines[Encoding.UTF8.Preamble.Length..];
        foreach (var end in lines.Split((byte)'\n'))
        {
            var line = lines[end].Trim(CsvLine.Blanks);
            if (!line.IsEmpty && !IsComment(line) && SaidSeparator(line) == null)
                return true;
        }
        return false;
    }

    /// <summary>Whether the lines are fewer than those of one image, and may be some of them.</summary>
    /// <inheritdoc cref="AsOneImage"/>
    public bool MayBecomeOneImage(int featureCount) =>
        !IsWhole && Names == null && ColumnCount < featureCount && featureCount % ColumnCount == 0 && (long)RowCount * ColumnCount <= featureCount;

    /// <summary>Whether each of the rows that were looked at has a 1 in one of some columns, and 0 in the others.</summary>
    /// <param name="columns">The columns, ascending.</param>
    public bool IsOneHot(int[] columns)
    {
        for (var line = _firstRow; line < _lines.Count; line++)
        {
            ColumnValues[] values = [.. columns.Select(_ => new ColumnValues())];
            AddValues(Line(line), Separator, columns, values);
            if (values.Count(value => value.IsAlways(1)) != 1 || values.Count(value => value.IsAlways(0)) != columns.Length - 1)
                return false;
        }
        return true;
    }

    /// <summary>All rows as one line, if they are the lines of one image.</summary>
    /// <param name="featureCount">Number of pixels of an image.</param>
    public byte[]? AsOneImage(int featureCount)
    {
        if (!IsWhole || Names != null || RowCount < 2 || (long)RowCount * ColumnCount != featureCount || !_isNumeric.All(isNumeric => isNumeric))
            return null;
        var lines = Enumerable.Range(_firstRow, RowCount);
        return lines.All(line => CountCells(Line(line), Separator) == ColumnCount)
            ? [.. lines.SelectMany(line => (byte[])[.. Line(line), Separator]).SkipLast(1)]
            : null;
    }

    /// <summary>Takes lines off a text until one is a row.</summary>
    /// <param name="lines">Whole lines; what is left of them.</param>
    /// <param name="number">The number of the line before them, from 1; then that of the row.</param>
    /// <param name="row">The row.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryTakeRow(ref ReadOnlySpan<byte> lines, ref long number, out ReadOnlySpan<byte> row)
    {
        while (!lines.IsEmpty)
        {
            row = CsvLine.TakeLine(ref lines);
            if (++number < FirstLine)
                continue;
            if (number == 1 && row.StartsWith(Encoding.UTF8.Preamble))
                row = row[Encoding.UTF8.Preamble.Length..];
            row = Trimmed(row, Separator);
            if (!row.IsEmpty && !(HasComments && (IsArff ? row[0] == '%' : IsComment(row))))
                return true;
        }
        row = default;
        return false;
    }

    static bool IsComment(ReadOnlySpan<byte> line) => line is [(byte)'#', ..] and not [_, (byte)',' or (byte)';' or (byte)'\t', ..];

    /// <summary>A line without what is blank around it.</summary>
    static ReadOnlySpan<byte> Trimmed(ReadOnlySpan<byte> line, byte separator)
    {
        line = line.Trim(CsvLine.BlanksBeside(separator));
        return separator == '\t' && line.TrimStart((byte)'\t').IsEmpty ? [] : line;
    }

    ReadOnlySpan<byte> Line(int index)
    {
        var (start, length, _) = _lines[index];
        // Before the separator is known, a tab may be one.
        return Trimmed(_text.Span.Slice(start, length), Separator == 0 ? (byte)'\t' : Separator);
    }

    void Split()
    {
        var text = _text.Span;
        var (start, number) = (text.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0, LinesBefore + 1);
        for (; start < text.Length; number++)
        {
            var length = text[start..].IndexOf((byte)'\n');
            if (length < 0)
                length = text.Length - start;
            if (!text.Slice(start, length).Trim(CsvLine.Blanks).IsEmpty)
                _lines.Add((start, length, number));
            start += length + 1;
        }
    }

    /// <summary>The separator that a line such as <c>sep=;</c> says, which spreadsheets write and heed.</summary>
    static byte? SaidSeparator(ReadOnlySpan<byte> line)
    {
        line = line.Trim("\"'"u8);
        return line.Length == 5 && Ascii.EqualsIgnoreCase(line[..4], "sep="u8) && line[4] is (byte)',' or (byte)';' or (byte)'\t' or (byte)' ' ? line[4] : null;
    }

    /// <summary>The first separator that gives all lines the same number of cells, and most of them numbers; else the likeliest.</summary>
    byte FindSeparator(int[] sampled)
    {
        var (best, bestScore) = ((byte)',', 0.0);
        foreach (var separator in ";\t, "u8)
        {
            if (!Line(sampled[^1]).Contains(separator))
                continue;
            var counts = CellCounts(sampled, separator);
            var rows = sampled.Length == 1 ? counts : counts[1..];
            var count = MostFrequent(rows);
            if (count < 2)
                continue;
            var isNumeric = MostlyNumbers(Line(sampled[^1]), separator);
            if (isNumeric && rows.All(cells => cells == count) && Math.Abs(counts[0] - count) <= 1)
                return separator;
            var score = (rows.Count(cells => cells == count) + (counts[0] == count ? 0.5 : 0)) / rows.Length + (isNumeric ? 1 : 0);
            if (score > bestScore)
                (best, bestScore) = (separator, score);
        }
        return best;
    }

    static bool MostlyNumbers(ReadOnlySpan<byte> line, byte separator)
    {
        var (numbers, count) = (0, 0);
        for (var cells = new CsvLine(line, separator); !cells.AtEnd; count++)
        {
            if (cells.TryReadCell(out var cell) && (cell.IsEmpty || TryParseNumber(cell, separator, out _, out _)))
                numbers++;
        }
        return 2 * numbers >= count;
    }

    int CountCells(ReadOnlySpan<byte> line, byte separator)
    {
        var count = 0;
        Span<byte> plain = stackalloc byte[1024];
        for (var cells = new CsvLine(line, separator); !cells.AtEnd; count++)
        {
            count += cells.ReadPlainPixels(plain);
            if (count > MaxColumns)
                throw new MnistMlException($"{_name} has a line of more than {MaxColumns} columns, more than an image has pixels.");
            cells.TryReadCell(out _);
        }
        return count;
    }

    int[] CellCounts(int[] lines, byte separator)
    {
        var counts = new int[lines.Length];
        for (var i = 0; i < lines.Length; i++)
            counts[i] = CountCells(Line(lines[i]), separator);
        return counts;
    }

    /// <summary>The number that comes most often, and of several the first.</summary>
    static int MostFrequent(ReadOnlySpan<int> counts)
    {
        var (most, times) = (0, 0);
        foreach (var count in counts)
        {
            if (counts.Count(count) > times)
                (most, times) = (count, counts.Count(count));
        }
        return most;
    }

    void Sample(ReadOnlySpan<int> lines)
    {
        Span<byte> plain = stackalloc byte[1024];
        Array.Fill(_isNumeric, true);
        Array.Fill(_isEmpty, true);
        var left = MaxSampledCells;
        foreach (var line in lines)
        {
            var column = 0;
            for (var cells = new CsvLine(Line(line), Separator); !cells.AtEnd && column < ColumnCount; column++)
            {
                var numbers = cells.ReadPlainPixels(plain[..Math.Min(plain.Length, ColumnCount - column)]);
                _isEmpty.AsSpan(column, numbers).Clear();
                _hasNumbers.AsSpan(column, numbers).Fill(true);
                column += numbers;
                if (column == ColumnCount)
                    break;
                if (!cells.TryReadCell(out var cell) || cell.IsEmpty)
                    continue;
                _isEmpty[column] = false;
                var isNumber = TryParseNumber(cell, Separator, out _, out var hasComma);
                _isNumeric[column] &= isNumber;
                _hasNumbers[column] |= isNumber;
                HasDecimalComma |= hasComma;
            }
            left -= ColumnCount;
            if (left < 0)
                break;
        }
    }

    /// <summary>Refuses a table with all pixels of an image in one cell, as FER2013 has them, and columns written from lists.</summary>
    void ThrowIfImageInCell()
    {
        const int leastPixels = 16, mostColumns = 16;
        foreach (var separator in ",;\t"u8)
        {
            var header = new CsvLine(Line(_firstRow), separator);
            var cells = new CsvLine(Line(_firstRow + 1), separator);
            for (var column = 1; column <= mostColumns && !header.AtEnd && !cells.AtEnd; column++)
            {
                if (!header.TryReadCell(out var title) || !cells.TryReadCell(out var cell))
                    break;
                var isOnlyCell = column == 1 && cells.AtEnd;
                if (isOnlyCell || title.ContainsAny(" ,;\t"u8) || CountNumbers(cell) is var count && count < leastPixels)
                    continue;
                throw new MnistMlException($"{_name}, line {_lines[_firstRow + 1].Number}, column {column} ({CsvLine.Quote(title)}): all {count} pixels of an image are in one cell. Give "
                    + $"each a column of its own, as pandas does by: table.pop({CsvLine.Quote(title)}).str.strip('[]').str.split('[ ,]+', expand=True)");
            }
        }

        int CountNumbers(ReadOnlySpan<byte> cell)
        {
            var numbers = Encoding.UTF8.GetString(cell.Trim("[]"u8)).Split([' ', ',', ';', '\t'], StringSplitOptions.RemoveEmptyEntries);
            return numbers.All(IsNumber) ? numbers.Length : 0;
        }
    }

    string[] ReadCells(int line, int skip = 0)
    {
        var read = new List<string>();
        for (var cells = new CsvLine(Line(line)[skip..].TrimStart(CsvLine.BlanksBeside(Separator)), Separator); !cells.AtEnd;)
        {
            if (!cells.TryReadCell(out var cell))
                throw new MnistMlException($"{_name}, line {_lines[line].Number}, column {read.Count + 1}: a quote is not closed.");
            read.Add(Encoding.UTF8.GetString(cell));
        }
        return [.. read];
    }

    /// <summary>A header of names, or of numbers that follow each other, is told from a row by the rows below it.</summary>
    bool IsHeader(string[] cells, bool isOnlyLine)
    {
        int[] words = [.. Enumerable.Range(0, cells.Length).Where(column => cells[column].Length > 0 && !IsNumber(cells[column]))];
        if (isOnlyLine)
            return words.Length > 1 || words.Length == 1 && (words[0] > 0 || ColumnName.IsLabel(cells[words[0]]));
        if (IsCounting([.. cells.Where(cell => cell.Length == 0 || IsNumber(cell))]) || AreAllDifferent(cells))
            return true;
        // A header may be a cell shorter than the rows: see Fitted.
        var shift = cells.Length < ColumnCount && !_isEmpty[^1] ? 1 : 0;
        var telling = words.Where(column => column + shift < ColumnCount && _isNumeric[column + shift]).ToArray();
        // A row with a few wrong cells is no header.
        return telling.Length > 1 && 2 * words.Length >= cells.Length
            || telling is [var only] && (words.Length == cells.Count(cell => cell.Length > 0) || ColumnName.IsLabel(cells[only]) || ColumnName.IsIndex(cells[only]))
            // A single letter may be a class.
            || words.Any(column => cells[column].Length > 1 && ColumnName.IsLabel(cells[column]));
    }

    /// <summary>Whether the words of a comment, as many as there are columns, are names, and not just a sentence.</summary>
    bool AreNames(string[] words) => words.Any(ColumnName.IsLabel)
        || words.Any(word => !IsNumber(word)) && (Separator != ' ' || 2 * words.Count(word => word.Any(char.IsAsciiDigit)) >= words.Length);

    /// <summary>Whether cells are the numbers from 0 or 1 on, the first perhaps left out.</summary>
    static bool IsCounting(string[] cells)
    {
        const int least = 4;
        if (cells is ["", ..])
            cells = cells[1..];
        return cells.Length >= least && int.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) && first <= 1
            && cells.Index().All(cell => cell.Item == (first + cell.Index).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// Whether so many cells are all different from each other, and not those below, as pixels never are: names that are numbers, such
    /// as 0.0, 0.1, …, or those that pandas makes of a row that it takes for a header: 0, 0.1, 0.2, 253, 253.1.
    /// </summary>
    bool AreAllDifferent(string[] cells)
    {
        const int enough = 64;
        return cells.Length >= enough && cells.Distinct(StringComparer.Ordinal).Count() == cells.Length
            && ReadCells(_firstRow + 1) is var below && 2 * below.Distinct(StringComparer.Ordinal).Count() <= below.Length;
    }

    /// <summary>Names for all columns: where rows have names, R writes none for them; where rows end in a separator, it may lack.</summary>
    string[] Fitted(string[] names)
    {
        if (names.Length == ColumnCount - 1 && _isEmpty[^1])
            return [.. names, ""];
        if (names.Length == ColumnCount - 1 && (RowCount == 1 || Values([0])[0].AreDistinct))
            return ["", .. names];
        return names.Length == ColumnCount + 1 && names[^1].Length == 0 ? names[..^1]
            : names.Length == ColumnCount ? names
            : throw new MnistMlException($"{_name}, line {HeaderLine}: the header has {names.Length} columns, but the rows have {ColumnCount}.");
    }

    bool IsNumber(string cell) => TryParseNumber(Encoding.UTF8.GetBytes(cell), Separator, out _, out _);

    /// <summary>Reads a number, with a decimal comma where that separates no columns.</summary>
    public static bool TryParseNumber(ReadOnlySpan<byte> cell, byte separator, out double number, out bool hasComma)
    {
        hasComma = false;
        return double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
            || separator != ',' && (hasComma = TryParseDecimalComma(cell, out number));
    }

    /// <summary>Reads a number that is written with a comma.</summary>
    public static bool TryParseDecimalComma(ReadOnlySpan<byte> cell, out double number)
    {
        const int longest = 64;
        number = 0;
        var comma = cell.IndexOf((byte)',');
        if (comma < 0 || cell.Length > longest || cell.Contains((byte)'.'))
            return false;
        Span<byte> point = stackalloc byte[longest];
        cell.CopyTo(point);
        point[comma] = (byte)'.';
        return double.TryParse(point[..cell.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }
}
