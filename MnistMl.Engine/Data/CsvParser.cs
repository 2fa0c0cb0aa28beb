using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace MnistMl.Data;

/// <summary>Makes a data set of a CSV file's lines; <see cref="DatasetFile"/> says what they may be.</summary>
/// <param name="name">The file's name, for errors.</param>
/// <param name="features">The number of pixels, if a class is optional; null if there must be one.</param>
sealed class CsvParser(string name, int? features)
{
    const int MaxInitialRows = 1 << 28;
    const int MaxLabelLength = 100;

    readonly Dictionary<string, int> _classNames = [];
    CsvColumns? _columns;
    byte[] _pixels = []; // [capacity, features]
    int[] _labels = []; // [capacity], in order of appearance; empty where the rows have no class
    byte[] _unordered = []; // [features]; empty where the pixel columns are in order
    int _capacity;
    int _rows;
    long _line;

    /// <summary>The file's name, for errors.</summary>
    public string Name { get; } = name;

    /// <summary>Parses the next lines of the file.</summary>
    /// <param name="lines">Whole lines; the line end of the file's last line may be missing.</param>
    /// <param name="share">About what share of the file they and those before them are; 1 if unknown.</param>
    /// <exception cref="MnistMlException">A line is not as it must be.</exception>
    public void Parse(ReadOnlySpan<byte> lines, double share)
    {
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf((byte)'\n');
            var line = end < 0 ? lines : lines[..end];
            lines = end < 0 ? [] : lines[(end + 1)..];

            _line++;
            if (_line == 1 && line.StartsWith(Encoding.UTF8.Preamble))
                line = line[Encoding.UTF8.Preamble.Length..];
            line = line.Trim(CsvLine.Blanks);
            if (line.IsEmpty)
                continue;
            if (_columns is null)
            {
                _columns = CsvColumns.FromFirstLine(ReadFirstLine(line), features, $"{Name}, line {_line}");
                _unordered = new byte[_columns.PixelOrder?.Length ?? 0];
                if (_columns.HasHeader)
                    continue;
            }
            if (_rows == _capacity)
                Grow(_columns, (double)(line.Length + lines.Length) / line.Length / share);
            ParseRow(line, _columns);
        }
    }

    /// <summary>The data set, once all lines are parsed.</summary>
    /// <exception cref="MnistMlException">There is no row.</exception>
    public Dataset ToDataset()
    {
        if (_columns is null || _rows == 0)
            throw new MnistMlException(_columns is null ? $"{Name} is empty." : $"{Name} has a header, but no rows.");

        string[] classNames = _classNames.Keys.All(label => Number(label) is not null)
            ? [.. _classNames.Keys.OrderBy(Number).ThenBy(label => label, StringComparer.Ordinal)]
            : [.. _classNames.Keys.Order(StringComparer.Ordinal)];
        var classOf = new int[classNames.Length];
        for (var i = 0; i < classNames.Length; i++)
            classOf[_classNames[classNames[i]]] = i;
        foreach (ref var @class in _labels.AsSpan())
            @class = classOf[@class];
        return new Dataset(_pixels, _labels, _columns.Features, classNames).Slice(0, _rows);
    }

    static double? Number(string label)
    {
        var isNumber = double.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        return isNumber && double.IsFinite(number) ? number : null;
    }

    // At first to what the whole file should need. Too much does no harm: memory is taken when it is first written to.
    void Grow(CsvColumns columns, double rowsInFile)
    {
        var wanted = _rows == 0 ? Math.Clamp(1.25 * rowsInFile, 1, MaxInitialRows / columns.Features) : 2L * _rows;
        _capacity = (int)Math.Min(wanted, Array.MaxLength / columns.Features);
        if (_capacity == _rows)
        {
            throw new MnistMlException($"{Name} has more than {_rows} rows of {columns.Features} pixels. " +
                "They cannot all be held in memory; use a part of the file.");
        }
        var pixels = GC.AllocateUninitializedArray<byte>(_capacity * columns.Features);
        _pixels.AsSpan(0, _rows * columns.Features).CopyTo(pixels);
        _pixels = pixels;
        if (columns.Class >= 0)
            Array.Resize(ref _labels, _capacity);
    }

    string[] ReadFirstLine(ReadOnlySpan<byte> line)
    {
        if (!Utf8.IsValid(line) || line.ContainsAnyInRange((byte)0, (byte)8) || "{[<@%"u8.Contains(line[0]))
        {
            throw new MnistMlException($"{Name} is not a CSV file: it begins with {CsvLine.Quote(line)}. " +
                "Expected text in UTF-8: a header such as pixel1,pixel2,…,class, or a row of numbers.");
        }

        var cells = new List<string>();
        for (var rest = new CsvLine(line); !rest.AtEnd;)
        {
            if (!rest.TryReadCell(out var cell))
                throw new MnistMlException($"{Name}, line {_line}, column {cells.Count + 1}: a quote is not closed.");
            cells.Add(Encoding.UTF8.GetString(cell));
        }
        return [.. cells];
    }

    void ParseRow(ReadOnlySpan<byte> line, CsvColumns columns)
    {
        var cells = new CsvLine(line);
        var row = _pixels.AsSpan(_rows * columns.Features, columns.Features);
        var classColumn = columns.Class < 0 ? columns.Count : columns.Class;
        ReadPixels(ref cells, row[..classColumn], 0);
        if (classColumn < columns.Count)
        {
            _labels[_rows] = ReadClass(ref cells, classColumn);
            ReadPixels(ref cells, row[classColumn..], classColumn + 1);
        }
        if (!cells.AtEnd)
            throw WrongCount(ref cells, columns.Count);

        if (columns.PixelOrder is { } order)
        {
            row.CopyTo(_unordered);
            for (var i = 0; i < order.Length; i++)
                row[order[i]] = _unordered[i];
        }
        _rows++;
    }

    void ReadPixels(ref CsvLine cells, Span<byte> pixels, int column)
    {
        for (var read = 0; read < pixels.Length; read++)
        {
            read += cells.ReadPlainPixels(pixels[read..]);
            if (read < pixels.Length)
                pixels[read] = ReadPixel(ref cells, column + read);
        }
    }

    byte ReadPixel(ref CsvLine cells, int column)
    {
        var cell = ReadCell(ref cells, column);
        var digits = cell.EndsWith(".0"u8) ? cell[..^2] : cell;
        if (byte.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var pixel))
            return pixel;

        const string Expected = "expected a whole number from 0 to 255";
        if (!double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            throw Wrong(column, $"found {CsvLine.Quote(cell)}, {Expected}.");
        if (number is not (>= byte.MinValue and <= byte.MaxValue))
            throw Wrong(column, $"{CsvLine.Quote(cell)} is out of range, {Expected}.");
        if (!double.IsInteger(number))
            throw Wrong(column, $"found {CsvLine.Quote(cell)}, {Expected}. Undo any scaling of the pixels.");
        return (byte)number;
    }

    int ReadClass(ref CsvLine cells, int column)
    {
        var cell = ReadCell(ref cells, column);
        Span<char> text = stackalloc char[MaxLabelLength];
        int length;
        if (cell.Contains((byte)'.')
            && double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsInteger(number) && Math.Abs(number) < 1e15)
        {
            // 5.0 is the class 5, written by a tool that takes all columns for real numbers.
            ((long)number).TryFormat(text, out length, default, CultureInfo.InvariantCulture);
        }
        else if (Utf8.ToUtf16(cell, text, out _, out length, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            throw Wrong(column, $"found {CsvLine.Quote(cell)}, expected UTF-8 of at most {MaxLabelLength} letters.");
        }
        return IndexOf(text[..length]);
    }

    int IndexOf(ReadOnlySpan<char> label)
    {
        var classNames = _classNames.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!classNames.TryGetValue(label, out var index))
            classNames[label] = index = _classNames.Count;
        return index;
    }

    ReadOnlySpan<byte> ReadCell(ref CsvLine cells, int column)
    {
        if (cells.AtEnd)
            throw WrongCount(ref cells, column);
        if (!cells.TryReadCell(out var cell))
            throw Wrong(column, "a quote is not closed.");
        return cell.IsEmpty ? throw Wrong(column, "the value is missing.") : cell;
    }

    MnistMlException WrongCount(ref CsvLine cells, int columnsRead)
    {
        for (; !cells.AtEnd; columnsRead++)
            cells.TryReadCell(out _);
        return new($"{Name}, line {_line}: found {columnsRead} columns, expected {_columns!.Count}, as in the first.");
    }

    MnistMlException Wrong(int column, string problem) =>
        new($"{Name}, line {_line}, {_columns!.Describe(column)}: {problem}");
}
