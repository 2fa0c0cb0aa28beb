using System.Globalization;
using System.Text;

namespace MnistMl.Data;

/// <summary>What the columns of a CSV file are: which one is the class, and which pixel each other is.</summary>
sealed class CsvColumns
{
    readonly string[]? _names;

    CsvColumns(int count, int classColumn, string[]? names = null, int[]? pixelOrder = null)
    {
        (Count, Class, _names, PixelOrder) = (count, classColumn, names, pixelOrder);
    }

    /// <summary>Number of columns, the class included.</summary>
    public int Count { get; }

    /// <summary>The column of the class, from 0; -1 if there is none.</summary>
    public int Class { get; }

    /// <summary>Number of pixels in a row.</summary>
    public int Features => Class < 0 ? Count : Count - 1;

    /// <summary>[features]: which pixel each of the pixel columns holds, from 0; null if they are in order.</summary>
    public int[]? PixelOrder { get; }

    /// <summary>Whether the first line is a header, not a row.</summary>
    public bool HasHeader => _names is not null;

    /// <summary>A column, from 0, as the user knows it.</summary>
    public string Describe(int column) => Describe(column, _names?[column]);

    /// <summary>Tells what the columns are from the first line, which is a header if it holds words.</summary>
    /// <param name="cells">The cells of the first line.</param>
    /// <param name="features">The number of pixels, if a class is optional; null if there must be one.</param>
    /// <param name="line">The line, as the user knows it.</param>
    /// <exception cref="MnistMlException">The columns are not pixels and a class.</exception>
    public static CsvColumns FromFirstLine(string[] cells, int? features, string line)
    {
        // A word in the first cell may be the class of a row. An empty cell is rather a value that is missing.
        var word = Array.FindIndex(cells, Math.Min(1, cells.Length - 1), cell => cell.Length > 0 && !IsNumber(cell));
        if (word < 0 && IsClassName(cells[0]))
            word = 0;
        if (word >= 0)
            return FromHeader(cells, features, $"{line} (a header, as {Describe(word, cells[word])} is not a number)");

        if (cells.Length == features)
            return new CsvColumns(cells.Length, classColumn: -1);
        if (cells.Length > 1 && cells.Length == (features + 1 ?? cells.Length))
            return new CsvColumns(cells.Length, classColumn: 0);
        throw new MnistMlException(features is null
            ? $"{line}: found a single column; expected a class and pixels, separated by commas."
            : $"{line}: found {cells.Length} columns; expected {features} pixels, or a class and {features} pixels.");
    }

    static CsvColumns FromHeader(string[] names, int? features, string header)
    {
        var labels = Enumerable.Range(0, names.Length).Where(column => IsClassName(names[column])).ToArray();
        if (labels.Length > 1)
        {
            throw new MnistMlException($"{header}: {Both(names, labels[0], labels[1])} are names of the class. " +
                "Rename or remove one of them.");
        }
        if (labels.Length == 0 && features is null)
        {
            throw new MnistMlException($"{header}: no column is the class. " +
                "Name it 'class', 'label' or 'target', and separate the columns by commas.");
        }

        var pixels = Enumerable.Range(0, names.Length).Except(labels).ToArray();
        if (pixels.Length == 0)
            throw new MnistMlException($"{header}: there are no pixels. Separate the columns by commas.");
        if (pixels.Length != (features ?? pixels.Length))
            throw new MnistMlException($"{header}: found {pixels.Length} columns of pixels; expected {features}.");
        return new CsvColumns(names.Length, labels is [var only] ? only : -1, names, OrderOf(pixels, names, header));
    }

    // By the numbers in the names: pixel9 before pixel10, 1x28 before 2x1. Null if the file has them in order.
    static int[]? OrderOf(int[] columns, string[] names, string header)
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
                throw new MnistMlException($"{header}: {Both(names, columns[0], column)} are not both pixels. " +
                    "Number the pixels like pixel1, pixel2, and remove what is neither pixel nor class.");
            }
            if (!columnOf.TryAdd(keys[i], column))
            {
                throw new MnistMlException($"{header}: {Both(names, columnOf[keys[i]], column)} have the same name. " +
                    "Rename or remove one of them.");
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

    // pixel7: pixel# is what such names have in common, pixel00000000000000000007 sorts them.
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

    static bool IsClassName(string name) => name.ToUpperInvariant() is "CLASS" or "LABEL" or "TARGET";

    static bool IsNumber(string cell) => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
