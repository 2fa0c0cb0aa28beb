using System.Globalization;
using System.Text;

namespace MnistMl.Data;

/// <summary>The columns of a CSV file: which one holds the label, and which pixel each of the others holds.</summary>
sealed class CsvColumns
{
    readonly string[]? _names;

    CsvColumns(int count, int? labelColumn, string[]? names = null, int[]? pixelOrder = null)
    {
        (Count, LabelColumn, _names, PixelOrder) = (count, labelColumn, names, pixelOrder);
    }

    /// <summary>Number of columns, that of the label included.</summary>
    public int Count { get; }

    /// <summary>The column of the label, from 0; null if the rows have no labels.</summary>
    public int? LabelColumn { get; }

    /// <summary>Number of pixels in a row.</summary>
    public int FeatureCount => LabelColumn is null ? Count : Count - 1;

    /// <summary>[features]: which pixel each of the pixel columns holds, from 0; null if they are in order.</summary>
    public int[]? PixelOrder { get; }

    /// <summary>Whether the first line is a header.</summary>
    public bool HasHeader => _names is not null;

    /// <summary>What error messages call a column: its number, from 1, and its name.</summary>
    /// <param name="column">The column, from 0.</param>
    public string Describe(int column) => Describe(column, _names?[column]);

    /// <summary>Infers the columns from the first line, which is a header if it has words in it.</summary>
    /// <param name="cells">The cells of the first line.</param>
    /// <param name="featureCount">The number of pixels, if the label is optional; null if there must be one.</param>
    /// <param name="line">What error messages call the line.</param>
    /// <exception cref="MnistMlException">The columns are not pixels and a label.</exception>
    public static CsvColumns FromFirstLine(string[] cells, int? featureCount, string line)
    {
        // A word in the first cell may be the label of a row, and an empty cell is more likely a missing value.
        var word = Array.FindIndex(cells, Math.Min(1, cells.Length - 1), cell => cell.Length > 0 && !IsNumber(cell));
        if (word < 0 && IsLabelColumnName(cells[0]))
            word = 0;
        if (word >= 0)
        {
            var because = $"(a header, as {Describe(word, cells[word])} is not a number)";
            return FromHeader(cells, featureCount, $"{line} {because}");
        }

        if (cells.Length == featureCount)
            return new CsvColumns(cells.Length, labelColumn: null);
        if (cells.Length > 1 && cells.Length == (featureCount + 1 ?? cells.Length))
            return new CsvColumns(cells.Length, labelColumn: 0);
        throw new MnistMlException(featureCount is { } expected
            ? $"{line}: found {cells.Length} columns; expected {expected} pixels, or a class and {expected} pixels."
            : $"{line}: found a single column; expected a class and pixels, separated by commas.");
    }

    static CsvColumns FromHeader(string[] names, int? featureCount, string header)
    {
        var labels = Enumerable.Range(0, names.Length).Where(column => IsLabelColumnName(names[column])).ToArray();
        if (labels.Length > 1)
        {
            throw new MnistMlException($"{header}: {Both(names, labels[0], labels[1])} are names of the class. "
                + "Rename or remove one of them.");
        }
        if (labels.Length == 0 && featureCount is null)
        {
            throw new MnistMlException($"{header}: no column is the class. "
                + "Name it 'class', 'label' or 'target', and separate the columns by commas.");
        }

        var pixels = Enumerable.Range(0, names.Length).Except(labels).ToArray();
        if (pixels.Length == 0)
            throw new MnistMlException($"{header}: there are no pixels. Separate the columns by commas.");
        if (pixels.Length != (featureCount ?? pixels.Length))
            throw new MnistMlException($"{header}: found {pixels.Length} columns of pixels; expected {featureCount}.");
        int? labelColumn = labels is [var only] ? only : null;
        return new CsvColumns(names.Length, labelColumn, names, PixelOrderOf(pixels, names, header));
    }

    // Pixels are ordered by the numbers in their names: pixel9 before pixel10, 1x28 before 2x1.
    static int[]? PixelOrderOf(int[] columns, string[] names, string header)
    {
        var keys = new string[columns.Length];
        var columnOf = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var firstShape = SplitNumbers(names[columns[0]]).Shape;
        for (var i = 0; i < columns.Length; i++)
        {
            var column = columns[i];
            (var shape, keys[i]) = SplitNumbers(names[column]);
            if (shape.Length == 0)
                throw new MnistMlException($"{header}: column {column + 1} has no name. Name it, or remove it.");
            if ((shape + firstShape).Contains('#') && !shape.Equals(firstShape, StringComparison.OrdinalIgnoreCase))
            {
                throw new MnistMlException($"{header}: {Both(names, columns[0], column)} are not both pixels. "
                    + "Number the pixels like pixel1, pixel2, and remove what is neither pixel nor class.");
            }
            if (!columnOf.TryAdd(keys[i], column))
            {
                throw new MnistMlException($"{header}: {Both(names, columnOf[keys[i]], column)} have the same name. "
                    + "Rename or remove one of them.");
            }
        }
        if (!firstShape.Contains('#'))
            return null;

        int[] sorted = [.. Enumerable.Range(0, columns.Length)];
        Array.Sort(keys, sorted, StringComparer.OrdinalIgnoreCase);
        var order = new int[columns.Length];
        for (var pixel = 0; pixel < order.Length; pixel++)
            order[sorted[pixel]] = pixel;
        return order.SequenceEqual(Enumerable.Range(0, order.Length)) ? null : order;
    }

    // Of pixel7, the shape is pixel#, the same for all pixels, and the sort key pixel00000000000000000007.
    static (string Shape, string Key) SplitNumbers(string name)
    {
        var (shape, key) = (new StringBuilder(), new StringBuilder());
        for (var i = 0; i < name.Length;)
        {
            var digits = 0;
            while (i + digits < name.Length && char.IsAsciiDigit(name[i + digits]))
                digits++;
            shape.Append(digits > 0 ? '#' : name[i]);
            key.Append(digits > 0 ? name.Substring(i, digits).TrimStart('0').PadLeft(20, '0') : name[i]);
            i += Math.Max(1, digits);
        }
        return (shape.ToString(), key.ToString());
    }

    static string Both(string[] names, int one, int other) =>
        $"{Describe(one, names[one])} and {Describe(other, names[other])}";

    static string Describe(int column, string? name) =>
        name is null ? $"column {column + 1}" : $"column {column + 1} ({CsvLine.Quote(name)})";

    static bool IsLabelColumnName(string name) => name.ToUpperInvariant() is "CLASS" or "LABEL" or "TARGET";

    static bool IsNumber(string cell) => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
