using System.Globalization;
using System.Text;

namespace MnistMl.Data;

/// <summary>Writes data sets as a table of text: a header, then the pixels and the class of each row, as OpenML has MNIST.</summary>
static class TableWriter
{
    /// <summary>Writes rows with labels.</summary>
    /// <param name="stream">Where to; it is left open.</param>
    /// <param name="parts">Data sets of images of one size; the rows of one follow those of the one before.</param>
    /// <exception cref="MnistMlException">A class has a name that a table cannot have.</exception>
    public static void Write(Stream stream, IReadOnlyList<Dataset> parts)
    {
        const int bufferSize = 1 << 16;
        var buffered = new BufferedStream(stream, bufferSize);
        foreach (var pixel in Enumerable.Range(1, parts[0].FeatureCount))
            buffered.Write(Encoding.ASCII.GetBytes($"pixel{pixel},"));
        buffered.Write("class\n"u8);
        foreach (var rows in parts)
        {
            byte[][] classes = [.. rows.ClassNames.Select(name => Encoding.UTF8.GetBytes(Cell(name) + "\n"))];
            var values = PixelValues.Of(rows.Range).Select(value => Encoding.ASCII.GetBytes(Text(value) + ",")).ToArray();
            for (var row = 0; row < rows.RowCount; row++)
            {
                foreach (var pixel in rows.Row(row))
                    buffered.Write(values[pixel]);
                buffered.Write(classes[rows.Labels[row]]);
            }
        }
        buffered.Flush();
    }

    static string Text(double value) => double.IsInteger(value)
        ? value.ToString("F0", CultureInfo.InvariantCulture)
        : ((float)value).ToString(CultureInfo.InvariantCulture);

    static string Cell(string name)
    {
        var isOtherNumber = name.Contains('.') && double.TryParse(name, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && ClassLabels.IsWhole(number);
        if (name.AsSpan().ContainsAny('\n', '\r') || isOtherNumber)
            throw new MnistMlException($"A table of text cannot have a class {CsvLine.Quote(name)}: it would be read as another. Convert to NPZ, or rename it.");
        var isQuoted = name.AsSpan().ContainsAny(",\"'") || name.Trim() != name;
        return isQuoted ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : name;
    }
}
