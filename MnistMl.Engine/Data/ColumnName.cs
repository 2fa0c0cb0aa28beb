using System.Text;

namespace MnistMl.Data;

/// <summary>What a column's name tells.</summary>
static class ColumnName
{
    static readonly HashSet<string> _labels = new(StringComparer.OrdinalIgnoreCase)
    {
        "class", "classes", "label", "labels", "target", "targets", "y", "digit", "digits", "character", "letter", "lettr",
        "category", "species", "output", "outcome", "response", "classname", "classlabel",
    };

    /// <summary>Without what is not a letter.</summary>
    static readonly HashSet<string> _indices = new(StringComparer.OrdinalIgnoreCase)
    {
        "", "unnamed", "id", "index", "idx", "imageid", "row", "rows", "rowname", "rownames", "rowid", "rowindex", "sampleid",
        "filename", "file", "path",
    };

    /// <summary>Without what is not a letter: names that programs give to columns of any kind.</summary>
    static readonly HashSet<string> _neutral = new(StringComparer.OrdinalIgnoreCase)
    {
        "", "c", "v", "x", "f", "a", "col", "column", "feature", "feat", "attr", "att", "attribute", "var", "field", "unnamed",
    };

    /// <summary>Whether it is one of the usual names of the label.</summary>
    public static bool IsLabel(string name) => _labels.Contains(name.Replace("_", "").Replace(" ", ""));

    /// <summary>Whether it is one of the usual names of a row's number or name.</summary>
    public static bool IsIndex(string name) => _indices.Contains(Letters(name)) && (name.Length == 0 || Letters(name).Length > 0);

    /// <summary>Whether any column may have a name of this shape: it does not say that it is a pixel.</summary>
    public static bool IsNeutral(string shape) => _neutral.Contains(Letters(shape)) && !shape.Contains("#x#", StringComparison.OrdinalIgnoreCase);

    /// <summary>Of pixel7, the shape is pixel#, the same for all pixels, and the sort key pixel00000000000000000007.</summary>
    public static (string Shape, string Key) SplitNumbers(string name)
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

    /// <summary>A shape that is the same for 0 as for 0.1 and 0.2, as pandas calls further columns of that name.</summary>
    public static string WithoutSuffix(string shape) => shape is "#.#" or "#.#.#" ? "#" : shape;

    static string Letters(string name) => string.Concat(name.Where(char.IsLetter));
}
