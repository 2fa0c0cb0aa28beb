using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace MnistMl.Data;

/// <summary>The classes that the rows of a file name, numbered as they appear, and in the end in order.</summary>
sealed class ClassLabels
{
    /// <summary>The most characters of the name of a class.</summary>
    public const int MaxNameLength = 100;

    static readonly HashSet<string> _missing = new(["na", "nan", "n/a", "#n/a", "<na>", "null", "none", ".", "-", "?"], StringComparer.OrdinalIgnoreCase);

    readonly Dictionary<string, int> _labelOf = []; // By class name, numbered in order of appearance.

    /// <summary>How many classes there are so far.</summary>
    public int Count => _labelOf.Count;

    /// <summary>The number of a class so far.</summary>
    public int LabelOf(ReadOnlySpan<char> className)
    {
        // Looked up by a span, because a string for every row would be garbage.
        var labelOf = _labelOf.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!labelOf.TryGetValue(className, out var label))
            labelOf[className] = label = _labelOf.Count;
        return label;
    }

    /// <summary>The number of the class that a cell names; null if it is no text of UTF-8, or too long.</summary>
    /// <param name="cell">The cell, UTF-8.</param>
    /// <param name="hasDecimalComma">Whether numbers are written with a comma.</param>
    public int? LabelOf(ReadOnlySpan<byte> cell, bool hasDecimalComma)
    {
        if ((cell.Contains((byte)'.') && double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                || hasDecimalComma && TableHead.TryParseDecimalComma(cell, out number))
            && IsWhole(number))
        {
            return LabelOf((long)number);
        }
        Span<char> text = stackalloc char[MaxNameLength];
        return Utf8.ToUtf16(cell, text, out _, out var length, replaceInvalidSequences: false) == OperationStatus.Done
            ? LabelOf(text[..length])
            : null;
    }

    /// <summary>What is wrong with a cell that names no class.</summary>
    public static string NoName(ReadOnlySpan<byte> cell)
    {
        const string utf8 = "expected UTF-8 of at most";
        return $"found {CsvLine.Quote(cell)}, {utf8} {MaxNameLength} characters.";
    }

    /// <summary>The number of the class that a whole number names.</summary>
    public int LabelOf(long number)
    {
        Span<char> text = stackalloc char[20];
        number.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        return LabelOf(text[..length]);
    }

    /// <summary>Whether a number names a class as a whole number does: 5.0 is the class 5, written by a program that writes all as reals.</summary>
    public static bool IsWhole(double number) => double.IsInteger(number) && Math.Abs(number) < 1e15;

    /// <summary>The names of the classes: in numerical order if all are numbers, else in ordinal order.</summary>
    /// <param name="labels">[rows]: the number of each row's class so far; then its index into the names.</param>
    public string[] Sort(Span<int> labels)
    {
        string[] classNames = _labelOf.Keys.All(className => Number(className) is not null)
            ? [.. _labelOf.Keys.OrderBy(Number).ThenBy(className => className, StringComparer.Ordinal)]
            : [.. _labelOf.Keys.Order(StringComparer.Ordinal)];
        var ordered = new int[classNames.Length];
        for (var i = 0; i < classNames.Length; i++)
            ordered[_labelOf[classNames[i]]] = i;
        foreach (ref var label in labels)
            label = ordered[label];
        return classNames;
    }

    /// <summary>Whether a cell is what programs write where a value is missing, rather than nothing.</summary>
    public static bool MayBeMissing(ReadOnlySpan<byte> cell) => cell.Length <= 4 && _missing.Contains(Encoding.UTF8.GetString(cell));

    /// <summary>Whether classes that may be missing values are: among numbers, or, if they are words, among single letters.</summary>
    /// <param name="classNames">The names of all classes.</param>
    public static bool AreMissing(IReadOnlyList<string> classNames)
    {
        var (missing, others) = (classNames.Where(_missing.Contains).ToArray(), classNames.Where(name => !_missing.Contains(name)).ToArray());
        return missing.Length > 0 && others.Length > 0
            && (others.All(name => Number(name) != null) || missing.All(name => name.Length > 1) && others.All(name => name.Length == 1));
    }

    static double? Number(string className)
    {
        var isNumber = double.TryParse(className, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        return isNumber && double.IsFinite(number) ? number : null;
    }
}
