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
            Gzip = random.Next(2) == 0,
        };
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
        var lines = Enumerable.Range(0, dataset.RowCount)
            .Select(row => string.Join(',', columns.Select(column => Quoted(Cell(row, column)))));
        if (Header)
            lines = lines.Prepend(string.Join(',', columns.Select(c => Quoted(c < 0 ? LabelName : PixelName(c)))));
        var text = string.Join(LineEnd, lines) + (EndsLastLine ? LineEnd : "");
        var bytes = Encoding.UTF8.GetBytes((ByteOrderMark ? "\uFEFF" : "") + text);
        return Gzip ? Zipped(bytes) : bytes;

        string Cell(int row, int column) => column < 0
            ? dataset.ClassNames[dataset.Labels[row]] + LabelFraction
            : dataset.Row(row)[column] + Fraction;
    }

    public static byte[] Zipped(ReadOnlySpan<byte> bytes, CompressionLevel level = CompressionLevel.Fastest)
    {
        var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, level))
            gzip.Write(bytes);
        return zipped.ToArray();
    }

    string Quoted(string value) => Quote + (Quote.Length > 0 ? value.Replace(Quote, Quote + Quote) : value) + Quote;
}
