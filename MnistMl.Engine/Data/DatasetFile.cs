using System.Text;

namespace MnistMl.Data;

/// <summary>
/// Reads data sets from tables of text, plain or gzipped. Each line is an image: its label, and its pixels as numbers.
/// <list type="bullet">
/// <item>Columns are separated by commas, semicolons, tabs or blanks. Names and values may be quoted by ' or ". Empty lines are
/// skipped, and so are comments, which begin with #. The text is UTF-8, or UTF-16 with a byte order mark.</item>
/// <item>The first line may be a header. Pixels are in the order of the numbers in their names, if any: pixel1, pixel2; 1x1, 1x2.
/// </item>
/// <item>The label is the column with one of its usual names, such as class or label; else the one that is not called as pixels
/// are; else the first or the last, if the values tell which. <see cref="TableOptions"/> can say it.</item>
/// <item>A label is the name of a class: any text; 5, '5' and 5.0 are the same. If all class names are numbers, the
/// classes are in numerical order, else in ordinal order of their names.</item>
/// <item>Pixels may be of any range; <see cref="PixelRange"/> says what their bytes stand for.</item>
/// </list>
/// </summary>
public static class DatasetFile
{
    /// <summary>Reads a file in which every row has a label.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="MnistMlException">The file cannot be read, or is not in this format.</exception>
    public static Dataset Read(string path) => Read(path, new TableOptions()).Dataset;

    /// <summary>Reads a stream in which every row has a label, from its position to its end.</summary>
    /// <param name="stream">The table, plain or gzipped. It is left open.</param>
    /// <param name="name">What error messages call the stream, such as "standard input".</param>
    /// <exception cref="MnistMlException">The stream cannot be read, or is not in this format.</exception>
    public static Dataset Read(Stream stream, string name) => Read(stream, name, new TableOptions()).Dataset;

    /// <summary>Reads a file whose rows may or may not have labels, which are not looked at.</summary>
    /// <param name="path">The file.</param>
    /// <param name="featureCount">The number of pixels that a row must have, at least 1.</param>
    /// <exception cref="MnistMlException">The file cannot be read, or is not in this format.</exception>
    public static Dataset ReadForPrediction(string path, int featureCount) =>
        Read(path, new TableOptions { FeatureCount = featureCount }).Dataset;

    /// <summary>Reads a stream whose rows may or may not have labels, which are not looked at, from its position to its end.</summary>
    /// <param name="stream">The table, plain or gzipped. It is left open.</param>
    /// <param name="name">What error messages call the stream, such as "standard input".</param>
    /// <param name="featureCount">The number of pixels that a row must have, at least 1.</param>
    /// <exception cref="MnistMlException">The stream cannot be read, or is not in this format.</exception>
    public static Dataset ReadForPrediction(Stream stream, string name, int featureCount) =>
        Read(stream, name, new TableOptions { FeatureCount = featureCount }).Dataset;

    /// <summary>Reads a file, and says what it was read as.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What is known of its columns.</param>
    /// <exception cref="MnistMlException">The file cannot be read, or is not in this format.</exception>
    /// <exception cref="LabelColumnException">Which column is the label is not clear.</exception>
    public static LoadedData Read(string path, TableOptions options)
    {
        if (Directory.Exists(path))
            throw new MnistMlException($"{path} is a directory. Name a CSV file in it.");
        return DataFile.Read(path, file => Read(file, path, options));
    }

    /// <summary>Reads a stream from its position to its end, and says what it was read as.</summary>
    /// <param name="stream">The table, plain or gzipped. It is left open.</param>
    /// <param name="name">What error messages call the stream, such as "standard input".</param>
    /// <param name="options">What is known of its columns.</param>
    /// <exception cref="MnistMlException">The stream cannot be read, or is not in this format.</exception>
    /// <exception cref="LabelColumnException">Which column is the label is not clear.</exception>
    public static LoadedData Read(Stream stream, string name, TableOptions options) => DataFile.Read(name, () =>
    {
        var start = stream.CanSeek ? stream.Position : 0;
        using var blocks = new LineBlocks(Text(stream, leaveOpen: true), name);
        blocks.Read();
        var head = new TableHead(blocks.Lines, blocks.IsLast, name);
        var image = options.FeatureCount is { } featureCount && head.ColumnCount < featureCount ? head.AsOneImage(featureCount) : null;
        if (image != null)
            head = new TableHead(image, isWhole: true, name);
        var parser = new CsvParser(name, head, new TableColumns(head, options, name, ReadAll));
        if (image != null)
            parser.Parse(image, fractionRead: 1);
        else
            Parse(blocks, parser, () => stream.CanSeek ? (double)stream.Position / stream.Length : 1);
        return parser.ToTable();

        ColumnValues[] ReadAll(int[] columns)
        {
            if (!stream.CanSeek)
            {
                using var fork = blocks.Fork();
                return Values(fork, head, columns);
            }
            var position = stream.Position;
            stream.Position = start;
            var values = Values(stream, name, head, columns);
            stream.Position = position;
            return values;
        }
    });

    /// <summary>The text of a stream as UTF-8, unzipped.</summary>
    internal static Stream Text(Stream stream, bool leaveOpen = true)
    {
        var (bytes, start) = Peek(stream, leaveOpen);
        var (text, mark) = DataFile.IsGzip(start) ? Peek(DataFile.Unzip(bytes, leaveOpen: false), leaveOpen: false) : (bytes, start);
        var encoding = mark switch
        {
            [0xFF, 0xFE] => Encoding.Unicode,
            [0xFE, 0xFF] => Encoding.BigEndianUnicode,
            _ => null,
        };
        return encoding == null ? text : Encoding.CreateTranscodingStream(text, encoding, Encoding.UTF8);

        static (Stream Whole, byte[] Start) Peek(Stream stream, bool leaveOpen)
        {
            var start = new byte[2];
            var length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            return (new PrefixedStream(start.AsMemory(0, length), stream, leaveOpen), start[..length]);
        }
    }

    internal static void Parse(LineBlocks blocks, CsvParser parser, Func<double> fractionRead)
    {
        var parsing = Task.CompletedTask;
        try
        {
            for (var isLast = false; !isLast;)
            {
                // Reading and parsing overlap: while these lines are parsed, the next are read over those before.
                isLast = blocks.IsLast;
                parsing.GetAwaiter().GetResult();
                var (lines, fraction) = (blocks.Take(), fractionRead());
                if (isLast)
                {
                    parser.Parse(lines.Span, fraction);
                    continue;
                }
                parsing = Task.Run(() => parser.Parse(lines.Span, fraction));
                blocks.Read();
            }
        }
        finally
        {
            // Also when reading failed: an error in these lines comes first in the file, so it is the one to report.
            parsing.GetAwaiter().GetResult();
        }
    }

    /// <summary>The values of some columns in all rows of a stream, which is left open.</summary>
    internal static ColumnValues[] Values(Stream stream, string name, TableHead head, int[] columns)
    {
        using var blocks = new LineBlocks(Text(stream, leaveOpen: true), name);
        return Values(blocks, head, columns);
    }

    /// <summary>The values of some columns in all rows.</summary>
    internal static ColumnValues[] Values(LineBlocks blocks, TableHead head, int[] columns)
    {
        ColumnValues[] values = [.. columns.Select(_ => new ColumnValues())];
        var number = head.LinesBefore;
        blocks.Read();
        foreach (var block in blocks.TakeAll())
        {
            var lines = block.Span;
            while (head.TryTakeRow(ref lines, ref number, out var row))
                TableHead.AddValues(row, head.Separator, columns, values);
        }
        return values;
    }
}
