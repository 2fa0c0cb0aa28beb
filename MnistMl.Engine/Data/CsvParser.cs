using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace MnistMl.Data;

/// <summary>Parses CSV into a data set; <see cref="DatasetFile"/> describes the format.</summary>
/// <param name="name">The file's name, for error messages.</param>
/// <param name="featureCount">The number of pixels, if the label is optional; null if there must be one.</param>
sealed class CsvParser(string name, int? featureCount)
{
    const int MaxInitialPixels = 1 << 28;
    const int MaxClassNameLength = 100;

    readonly Dictionary<string, int> _labelOf = []; // By class name, numbered in order of appearance.
    CsvColumns? _columns;
    byte[] _pixels = []; // [capacity, features]
    int[] _labels = []; // [capacity]; empty if the rows have no labels
    byte[] _unordered = []; // [features]; empty if the pixel columns are in order
    int _capacity; // In rows.
    int _rowCount;
    long _lineNumber;

    /// <summary>The file's name, for error messages.</summary>
    public string Name { get; } = name;

    /// <summary>Parses the next lines of the file.</summary>
    /// <param name="lines">Whole lines; the file's last line need not have a line end.</param>
    /// <param name="fractionRead">About what fraction of the file ends with these lines; 1 if unknown.</param>
    /// <exception cref="MnistMlException">A line is not valid.</exception>
    public void Parse(ReadOnlySpan<byte> lines, double fractionRead)
    {
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf((byte)'\n');
            var line = end < 0 ? lines : lines[..end];
            lines = end < 0 ? [] : lines[(end + 1)..];

            _lineNumber++;
            if (_lineNumber == 1 && line.StartsWith(Encoding.UTF8.Preamble))
                line = line[Encoding.UTF8.Preamble.Length..];
            line = line.Trim(CsvLine.Blanks);
            if (line.IsEmpty)
                continue;
            if (_columns is null)
            {
                _columns = CsvColumns.FromFirstLine(ReadFirstLine(line), featureCount, $"{Name}, line {_lineNumber}");
                _unordered = new byte[_columns.PixelOrder?.Length ?? 0];
                if (_columns.HasHeader)
                    continue;
            }
            if (_rowCount == _capacity)
                Grow(_columns, (double)(line.Length + lines.Length) / line.Length / fractionRead);
            ParseRow(line, _columns);
        }
    }

    /// <summary>The data set of all lines that were parsed.</summary>
    /// <exception cref="MnistMlException">There are no rows.</exception>
    public Dataset ToDataset()
    {
        if (_columns is null || _rowCount == 0)
            throw new MnistMlException(_columns is null ? $"{Name} is empty." : $"{Name} has a header, but no rows.");

        string[] classNames = _labelOf.Keys.All(className => Number(className) is not null)
            ? [.. _labelOf.Keys.OrderBy(Number).ThenBy(className => className, StringComparer.Ordinal)]
            : [.. _labelOf.Keys.Order(StringComparer.Ordinal)];
        var ordered = new int[classNames.Length];
        for (var i = 0; i < classNames.Length; i++)
            ordered[_labelOf[classNames[i]]] = i;
        foreach (ref var label in _labels.AsSpan())
            label = ordered[label];
        return new Dataset(_pixels, _labels, _columns.FeatureCount, classNames).Slice(0, _rowCount);
    }

    static double? Number(string className)
    {
        var isNumber = double.TryParse(className, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        return isNumber && double.IsFinite(number) ? number : null;
    }

    // The first time, to what the whole file should need, and a quarter more. Too much costs nothing: the system
    // provides memory page by page, when a page is first written to.
    void Grow(CsvColumns columns, double rowsInFile)
    {
        var wanted = _rowCount == 0
            ? Math.Clamp(1.25 * rowsInFile, 1, MaxInitialPixels / columns.FeatureCount)
            : 2L * _rowCount;
        _capacity = (int)Math.Min(wanted, Array.MaxLength / columns.FeatureCount);
        if (_capacity == _rowCount)
        {
            throw new MnistMlException($"{Name} has more than {_rowCount} rows of {columns.FeatureCount} pixels. "
                + "They cannot all be held in memory; use a part of the file.");
        }
        var pixels = GC.AllocateUninitializedArray<byte>(_capacity * columns.FeatureCount);
        _pixels.AsSpan(0, _rowCount * columns.FeatureCount).CopyTo(pixels);
        _pixels = pixels;
        if (columns.LabelColumn is not null)
            Array.Resize(ref _labels, _capacity);
    }

    string[] ReadFirstLine(ReadOnlySpan<byte> line)
    {
        if (!Utf8.IsValid(line) || line.ContainsAnyInRange((byte)0, (byte)8) || "{[<@%"u8.Contains(line[0]))
        {
            throw new MnistMlException($"{Name} is not a CSV file: it begins with {CsvLine.Quote(line)}. "
                + "Expected text in UTF-8: a header such as pixel1,pixel2,…,class, or a row of numbers.");
        }

        var cells = new List<string>();
        for (var rest = new CsvLine(line); !rest.AtEnd;)
        {
            if (!rest.TryReadCell(out var cell))
            {
                throw new MnistMlException(
                    $"{Name}, line {_lineNumber}, column {cells.Count + 1}: a quote is not closed.");
            }
            cells.Add(Encoding.UTF8.GetString(cell));
        }
        return [.. cells];
    }

    void ParseRow(ReadOnlySpan<byte> line, CsvColumns columns)
    {
        var cells = new CsvLine(line);
        var row = _pixels.AsSpan(_rowCount * columns.FeatureCount, columns.FeatureCount);
        if (columns.LabelColumn is { } labelColumn)
        {
            ReadPixels(ref cells, row[..labelColumn], 0);
            _labels[_rowCount] = ReadLabel(ref cells, labelColumn);
            ReadPixels(ref cells, row[labelColumn..], labelColumn + 1);
        }
        else
        {
            ReadPixels(ref cells, row, 0);
        }
        if (!cells.AtEnd)
            throw WrongCount(ref cells, columns.Count);

        if (columns.PixelOrder is { } order)
        {
            row.CopyTo(_unordered);
            for (var i = 0; i < order.Length; i++)
                row[order[i]] = _unordered[i];
        }
        _rowCount++;
    }

    void ReadPixels(ref CsvLine cells, Span<byte> pixels, int firstColumn)
    {
        for (var read = 0; read < pixels.Length; read++)
        {
            read += cells.ReadPlainPixels(pixels[read..]);
            if (read < pixels.Length)
                pixels[read] = ReadPixel(ref cells, firstColumn + read);
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

    int ReadLabel(ref CsvLine cells, int column)
    {
        var cell = ReadCell(ref cells, column);
        Span<char> text = stackalloc char[MaxClassNameLength];
        int length;
        if (cell.Contains((byte)'.')
            && double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsInteger(number) && Math.Abs(number) < 1e15)
        {
            // 5.0 is the class 5, written by a program that writes every number as a real number.
            ((long)number).TryFormat(text, out length, default, CultureInfo.InvariantCulture);
        }
        else if (Utf8.ToUtf16(cell, text, out _, out length, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            const string Expected = "expected UTF-8 of at most";
            throw Wrong(column, $"found {CsvLine.Quote(cell)}, {Expected} {MaxClassNameLength} characters.");
        }
        return LabelOf(text[..length]);
    }

    int LabelOf(ReadOnlySpan<char> className)
    {
        // Looked up by a span, because a string for every row would be garbage.
        var labelOf = _labelOf.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!labelOf.TryGetValue(className, out var label))
            labelOf[className] = label = _labelOf.Count;
        return label;
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
        return new($"{Name}, line {_lineNumber}: "
            + $"found {columnsRead} columns, expected {_columns!.Count}, as in the first.");
    }

    MnistMlException Wrong(int column, string problem) =>
        new($"{Name}, line {_lineNumber}, {_columns!.Describe(column)}: {problem}");
}
