using System.Globalization;

namespace MnistMl.Data;

/// <summary>Parses the rows of a table into a data set; <see cref="DatasetFile"/> describes the format.</summary>
/// <param name="name">The file's name, for error messages.</param>
/// <param name="head">The first lines, and what they tell of the others.</param>
/// <param name="columns">Which columns are pixels, and which is the label.</param>
sealed class CsvParser(string name, TableHead head, TableColumns columns)
{
    const int MaxInitialPixels = 1 << 28;

    readonly ClassLabels _classes = new();
    readonly PixelRows _pixels = new(name, columns.FeatureCount);
    readonly byte _separator = head.Separator;
    readonly byte[] _unordered = new byte[columns.PixelOrder?.Length ?? 0]; // [features]; empty if the pixel columns are in order
    int[] _labels = []; // [capacity]; empty if the rows have no labels
    int _rowCount;
    long _lineNumber = head.LinesBefore;
    bool _hasDecimalComma = head.HasDecimalComma, _hasRows;
    PixelRange? _range; // in which batches are inverted
    MnistMlException? _missingLabel;

    /// <summary>
    /// The report of the first number such as 1,023 or 1.023; and whether all numbers with a comma or a point are like it, and others
    /// have none, so that it separates thousands.
    /// </summary>
    MnistMlException? _groupedDigits;
    bool _areDigitsGrouped = true, _hasPlainNumbers;

    /// <summary>The file's name, for error messages.</summary>
    public string Name { get; } = name;

    /// <summary>Number of rows that were parsed: of all, or of the last batch.</summary>
    public int RowCount => _rowCount;

    /// <summary>Parses the next lines of the file.</summary>
    /// <param name="lines">Whole lines; the file's last line need not have a line end.</param>
    /// <param name="fractionRead">About what fraction of the file ends with these lines; 1 if unknown.</param>
    /// <exception cref="MnistMlException">A line is not valid.</exception>
    public void Parse(ReadOnlySpan<byte> lines, double fractionRead)
    {
        while (head.TryTakeRow(ref lines, ref _lineNumber, out var row))
        {
            if (_rowCount == _pixels.Capacity)
                Grow((double)(row.Length + lines.Length) / row.Length / fractionRead);
            ParseRow(row);
            _hasRows = true;
        }
    }

    /// <summary>Parses rows that take the place of those before: as many as there are, even if the one after them is not valid.</summary>
    /// <param name="lines">Whole lines; the file's last line need not have a line end.</param>
    /// <param name="maxRows">The most rows.</param>
    /// <returns>The lines that are left.</returns>
    /// <exception cref="MnistMlException">A line is not valid. <see cref="RowCount"/> rows before it are.</exception>
    public ReadOnlyMemory<byte> ParseBatch(ReadOnlyMemory<byte> lines, int maxRows)
    {
        _rowCount = 0;
        _pixels.StartBatch();
        var left = lines.Span;
        while (_rowCount < maxRows && head.TryTakeRow(ref left, ref _lineNumber, out var row))
        {
            if (_rowCount == _pixels.Capacity)
                Grow((double)(row.Length + left.Length) / row.Length);
            ParseRow(row);
            _pixels.EndRow(_rowCount - 1);
            _hasRows = true;
        }
        return lines[^left.Length..];
    }

    /// <summary>The rows that were parsed last.</summary>
    public RowBatch ToBatch(ImageTransform? transform)
    {
        var count = _rowCount * columns.FeatureCount;
        if (transform is { IsNone: false })
        {
            _range ??= transform.Range ?? _pixels.RangeOf(_rowCount);
            if (_pixels.AreFloats)
                transform.Apply(_pixels.AllFloats.Span[..count], columns.FeatureCount, _range);
            else
                transform.Apply(_pixels.AllBytes.Span[..count], columns.FeatureCount, _range);
        }
        return _pixels.AreFloats ? new(default, _pixels.AllFloats[..count], _rowCount) : new(_pixels.AllBytes[..count], default, _rowCount);
    }

    /// <summary>Refuses a file without rows.</summary>
    /// <exception cref="MnistMlException">There was none in what was parsed.</exception>
    public void ThrowIfEmpty()
    {
        if (!_hasRows)
            throw new MnistMlException(head.Names == null ? $"{Name} is empty." : $"{Name} has a header, but no rows.");
    }

    /// <summary>The data set of all lines that were parsed, and what they were read as.</summary>
    /// <exception cref="MnistMlException">There are no rows, or a value in one is out of the range of all the others.</exception>
    public LoadedData ToTable()
    {
        ThrowIfEmpty();
        var classNames = _classes.Sort(_labels.AsSpan(0, columns.LabelColumn == null ? 0 : _rowCount));
        if (_missingLabel != null && ClassLabels.AreMissing(classNames))
            throw _missingLabel;
        if (_groupedDigits != null && _areDigitsGrouped && _hasPlainNumbers)
            throw _groupedDigits;
        var (pixels, range) = _pixels.ToBytes(_rowCount);
        var rows = new Dataset(pixels, _labels.AsMemory(0, columns.LabelColumn == null ? 0 : _rowCount), columns.FeatureCount, classNames, range);
        var separator = _separator switch
        {
            (byte)',' => "commas",
            (byte)';' => "semicolons",
            (byte)'\t' => "tabs",
            _ => "blanks",
        };
        var side = DataDescription.SquareOf(columns.FeatureCount);
        return new(rows, new DataDescription
        {
            Format = head.IsArff ? "ARFF" : "CSV",
            Separator = head.IsArff ? null : separator,
            HasDecimalComma = _hasDecimalComma,
            HasHeader = head.Names != null,
            LabelColumn = columns.LabelColumn + 1,
            LabelName = columns.LabelColumn is { } column ? head.Names?[column] : null,
            LabelReason = columns.LabelReason,
            LeftOut = columns.LeftOut,
            RowCount = _rowCount,
            FeatureCount = columns.FeatureCount,
            Height = side,
            Width = side,
            Range = range,
        });
    }

    // The first time, to what the whole file should need, and a quarter more. Too much costs nothing: the system
    // provides memory page by page, when a page is first written to.
    void Grow(double rowsInFile)
    {
        _pixels.Grow(_rowCount, _rowCount == 0
            ? Math.Clamp(1.25 * rowsInFile, 1, Math.Max(1, MaxInitialPixels / columns.FeatureCount))
            : 2.0 * _rowCount);
        if (columns.LabelColumn is not null)
            Array.Resize(ref _labels, _pixels.Capacity);
    }

    void ParseRow(ReadOnlySpan<byte> line)
    {
        if (!ReadRow(line))
        {
            // Of a row with a number that is no byte, all is read again, as floats.
            _pixels.ToFloats(_rowCount);
            ReadRow(line);
        }
    }

    /// <summary>Reads a row. Returns false, without having read it, if it has the first pixel that is no byte.</summary>
    bool ReadRow(ReadOnlySpan<byte> line)
    {
        var cells = new CsvLine(line, _separator);
        var pixel = 0;
        foreach (var run in columns.Runs)
        {
            switch (run.Kind)
            {
                case TableColumns.Kind.Label:
                    _labels[_rowCount] = ReadLabel(ref cells, run.FirstColumn);
                    break;
                case TableColumns.Kind.OneHot:
                    _labels[_rowCount] = ReadOneHot(ref cells, run);
                    break;
                case TableColumns.Kind.LeftOut:
                    for (var column = 0; column < run.Count; column++)
                        ReadAny(ref cells, run.FirstColumn + column);
                    break;
                case var _ when _pixels.AreFloats:
                    ReadFloats(ref cells, _pixels.Floats(_rowCount).Slice(pixel, run.Count), run.FirstColumn);
                    pixel += run.Count;
                    break;
                default:
                    if (!ReadPixels(ref cells, _pixels.Bytes(_rowCount).Slice(pixel, run.Count), run.FirstColumn))
                        return false;
                    pixel += run.Count;
                    break;
            }
        }
        if (!cells.AtEnd)
            throw WrongCount(ref cells, columns.Count);

        if (columns.PixelOrder is { } order)
        {
            if (_pixels.AreFloats)
                Reorder(_pixels.Floats(_rowCount), order);
            else
                Reorder(_pixels.Bytes(_rowCount), order);
        }
        _rowCount++;
        return true;
    }

    void Reorder(Span<byte> row, int[] order)
    {
        row.CopyTo(_unordered);
        for (var i = 0; i < order.Length; i++)
            row[order[i]] = _unordered[i];
    }

    static void Reorder(Span<float> row, int[] order)
    {
        var unordered = row.ToArray();
        for (var i = 0; i < order.Length; i++)
            row[order[i]] = unordered[i];
    }

    bool ReadPixels(ref CsvLine cells, Span<byte> pixels, int firstColumn)
    {
        for (var read = 0; read < pixels.Length; read++)
        {
            read += cells.ReadPlainPixels(pixels[read..]);
            if (read < pixels.Length && !TryReadPixel(ref cells, firstColumn + read, out pixels[read]))
                return false;
        }
        return true;
    }

    bool TryReadPixel(ref CsvLine cells, int column, out byte pixel)
    {
        var cell = ReadCell(ref cells, column);
        var digits = cell.EndsWith(".0"u8) ? cell[..^2] : cell;
        if (byte.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out pixel))
            return true;
        var number = ToNumber(cell, column);
        pixel = (byte)Math.Clamp(number, byte.MinValue, byte.MaxValue);
        return pixel == number;
    }

    void ReadFloats(ref CsvLine cells, Span<float> pixels, int firstColumn)
    {
        for (var i = 0; i < pixels.Length; i++)
        {
            var cell = ReadCell(ref cells, firstColumn + i);
            pixels[i] = ToNumber(cell, firstColumn + i);
            if (pixels[i] is not (>= byte.MinValue and <= byte.MaxValue) && _pixels.CountOutOfRange(_rowCount))
                _pixels.ReportOutOfRange(Wrong(firstColumn + i, $"{CsvLine.Quote(cell)} is out of range, {Expected}, as in most rows."));
            else if (pixels[i] != MathF.Floor(pixels[i]) && _pixels.CountFraction(_rowCount))
                _pixels.ReportFraction(Wrong(firstColumn + i, $"found {CsvLine.Quote(cell)}, {Expected}, as in most rows."));
        }
    }

    const string Expected = "expected a whole number from 0 to 255";

    float ToNumber(ReadOnlySpan<byte> cell, int column)
    {
        if (_areDigitsGrouped && !cell.ContainsAny(",.eE"u8))
        {
            _hasPlainNumbers = true;
        }
        else if (_areDigitsGrouped && (_areDigitsGrouped = AreDigitsGrouped(cell)))
        {
            _groupedDigits ??= Wrong(
                column, $"of {CsvLine.Quote(cell)} and all numbers like it, the mark before the last three digits seems to separate thousands. "
                    + "Write numbers without such marks.");
        }
        if (!double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            if (_separator == ',' || !TableHead.TryParseDecimalComma(cell, out number))
                throw Wrong(column, $"found {CsvLine.Quote(cell)}, expected a number.");
            _hasDecimalComma = true;
        }
        return float.IsFinite((float)number) ? (float)number : throw Wrong(column, $"{CsvLine.Quote(cell)} is out of range, expected a finite number.");
    }

    /// <summary>Whether a cell is one to three digits, the first not 0, and three digits behind a comma or a point.</summary>
    static bool AreDigitsGrouped(ReadOnlySpan<byte> cell) =>
        cell.Length is >= 5 and <= 7 && cell[^4] is (byte)',' or (byte)'.' && cell[0] != '0'
        && !cell[..^4].ContainsAnyExceptInRange((byte)'0', (byte)'9') && !cell[^3..].ContainsAnyExceptInRange((byte)'0', (byte)'9');

    int ReadLabel(ref CsvLine cells, int column)
    {
        var cell = ReadCell(ref cells, column);
        if (head.IsArff && cell.SequenceEqual("?"u8))
            throw Wrong(column, "the value is missing ('?').");
        var count = _classes.Count;
        var label = _classes.LabelOf(cell, _hasDecimalComma) ?? throw Wrong(column, ClassLabels.NoName(cell));
        if (_classes.Count > count && ClassLabels.MayBeMissing(cell))
            _missingLabel ??= Wrong(column, $"the label is missing: found {CsvLine.Quote(cell)}. Remove such rows, or rename the class.");
        return label;
    }

    int ReadOneHot(ref CsvLine cells, TableColumns.Run run)
    {
        const string expected = "expected a 1 in the column of the class and 0 in the others";
        var label = -1;
        for (var i = 0; i < run.Count; i++)
        {
            var number = ToNumber(ReadCell(ref cells, run.FirstColumn + i), run.FirstColumn + i);
            if (number is not (0 or 1) || number == 1 && label >= 0)
                throw Wrong(run.FirstColumn + i, $"found a {number.ToString(CultureInfo.InvariantCulture)}{(label >= 0 ? " after a 1" : "")}, {expected}.");
            label = number == 1 ? i : label;
        }
        return label >= 0 ? _classes.LabelOf(columns.OneHotClasses[label]) : throw Wrong(run.FirstColumn, $"found only 0 from here on, {expected}.");
    }

    ReadOnlySpan<byte> ReadCell(ref CsvLine cells, int column)
    {
        var cell = ReadAny(ref cells, column);
        return cell.IsEmpty ? throw Wrong(column, "the value is missing.") : cell;
    }

    ReadOnlySpan<byte> ReadAny(ref CsvLine cells, int column)
    {
        if (cells.AtEnd)
            throw WrongCount(ref cells, column);
        return cells.TryReadCell(out var cell) ? cell : throw Wrong(column, "a quote is not closed.");
    }

    MnistMlException WrongCount(ref CsvLine cells, int columnsRead)
    {
        for (; !cells.AtEnd; columnsRead++)
            cells.TryReadCell(out _);
        return new($"{Name}, line {_lineNumber}: found {columnsRead} columns, expected {columns.Count}, as in the others.");
    }

    MnistMlException Wrong(int column, string problem) => new($"{Name}, line {_lineNumber}, {columns.Describe(column)}: {problem}");
}
