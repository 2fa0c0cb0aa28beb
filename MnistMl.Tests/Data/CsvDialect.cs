using System.Globalization;
using System.IO.Compression;
using System.Text;
using MnistMl.Data;

namespace MnistMl.Tests.Data;

/// <summary>One of the legal ways to write a data set as CSV.</summary>
sealed record CsvDialect
{
    public bool Header { get; init; } = true;
    public string LabelName { get; init; } = "class";
    public Func<int, string> PixelName { get; init; } = pixel => $"pixel{pixel + 1}";

    /// <summary>In file order, a pixel from 0, or -1 for the label. By default the label comes last.</summary>
    public int[]? Columns { get; init; }

    public char Separator { get; init; } = ',';
    public bool EndsInSeparator { get; init; }
    public string Preamble { get; init; } = "";
    public bool Utf16 { get; init; }

    /// <summary>What the bytes of the data set are written as.</summary>
    public Func<byte, double> Value { get; init; } = pixel => pixel;
    public string Quote { get; init; } = "";
    public string Fraction { get; init; } = "";
    public string LabelFraction { get; init; } = "";
    public string LineEnd { get; init; } = "\n";
    public bool EndsLastLine { get; init; } = true;
    public bool ByteOrderMark { get; init; }
    public bool Gzip { get; init; }

    public static CsvDialect Random(Random random, Dataset dataset, bool numericClassNames)
    {
        var dialect = new CsvDialect
        {
            Header = random.Next(3) > 0,
            LabelName = Pick("class", "Class", "label", "target"),
            PixelName = Pick<Func<int, string>>(
                pixel => $"pixel{pixel + 1}", pixel => $"Pixel{pixel}", pixel => $"{pixel / 28 + 1}x{pixel % 28 + 1}"),
            Quote = Pick("", "", "'", "\""),
            Fraction = Pick("", "", ".0", ".000", ".", "e0"),
            LabelFraction = numericClassNames ? Pick("", ".0", ".00") : "",
            LineEnd = Pick("\n", "\r\n", " \n", "\n\n"),
            EndsLastLine = random.Next(2) == 0,
            ByteOrderMark = random.Next(2) == 0,
            Separator = Pick(',', ';', '\t', ' '),
            EndsInSeparator = random.Next(4) == 0,
            Preamble = Pick("", "", "", "# made by a program\n", "# made by\n# a program\n\n"),
            Utf16 = random.Next(5) == 0,
            Value = Pick<Func<byte, double>>(
                pixel => pixel, pixel => pixel, pixel => pixel / 255.0, pixel => pixel / 127.5 - 1),
            Gzip = random.Next(2) == 0,
        };
        // Over runs of blanks, a last one is none.
        if (dialect.Separator == ' ')
            dialect = dialect with { EndsInSeparator = false };
        // Numbers that are not bytes have decimals of their own.
        if (dialect.Value(1) != 1 || dialect.Value(0) != 0)
            dialect = dialect with { Fraction = "" };
        int[] columns = [.. Enumerable.Range(-1, dataset.FeatureCount + 1)];
        if (dialect.Header && random.Next(2) == 0)
            random.Shuffle(columns);
        return dialect with { Columns = dialect.Header && random.Next(2) == 0 ? null : columns };

        T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];
    }

    /// <summary>Writes all rows, with their labels if they have any.</summary>
    public byte[] Write(Dataset dataset)
    {
        var columns = Columns ?? [.. Enumerable.Range(0, dataset.FeatureCount), -1];
        columns = dataset.HasLabels ? columns : [.. columns.Where(column => column >= 0)];
        var lines = Enumerable.Range(0, dataset.RowCount).Select(row => string.Join(Separator, columns.Select(column => Quoted(
            column < 0 ? dataset.ClassNames[dataset.Labels[row]] + LabelFraction : Number(dataset.Row(row)[column])))));
        if (Header)
            lines = lines.Prepend(string.Join(Separator, columns.Select(c => Quoted(c < 0 ? LabelName : PixelName(c)))));
        if (EndsInSeparator)
            lines = lines.Select(line => line + Separator);
        var text = Preamble + string.Join(LineEnd, lines) + (EndsLastLine ? LineEnd : "");
        var bytes = (Utf16 ? Encoding.Unicode : Encoding.UTF8).GetBytes((ByteOrderMark || Utf16 ? "\uFEFF" : "") + text);
        return Gzip ? Zipped(bytes) : bytes;
    }

    public static byte[] Zipped(ReadOnlySpan<byte> bytes, CompressionLevel level = CompressionLevel.Fastest)
    {
        var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, level))
            gzip.Write(bytes);
        return zipped.ToArray();
    }

    /// <summary>What the label column is called, or where it is if it has no name.</summary>
    public TableOptions Options => new() { LabelColumn = Header ? null : Columns is [-1, ..] ? "first" : "last" };

    public string SeparatorName => Separator switch { ',' => "commas", ';' => "semicolons", '\t' => "tabs", _ => "blanks" };

    string Number(byte pixel) => Value(pixel).ToString("0.####", CultureInfo.InvariantCulture) + Fraction;

    string Quoted(string value)
    {
        var quote = Quote.Length == 0 && value.Contains(Separator) ? "\"" : Quote;
        return quote + (quote.Length > 0 ? value.Replace(quote, quote + quote) : value) + quote;
    }
}
