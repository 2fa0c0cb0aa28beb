using System.Buffers;
using System.IO.Pipelines;

namespace MnistMl.Data;

/// <summary>
/// Reads data sets from CSV files, plain or gzipped: a row of pixels, each a whole number from 0 to 255, on each line.
/// <list type="bullet">
/// <item>If the first line has words in it, it is a header. The column named class, label or target has the class, the
/// others are pixels, in the order of the numbers in their names (pixel1, pixel2; 1x1, 1x2) if they have any.</item>
/// <item>Without a header, the class comes first, and then the pixels in order.</item>
/// <item>A class is any text; 5, '5' and 5.0 are the same. Classes that are all numbers are ordered as such, else as
/// text.</item>
/// <item>Columns are separated by commas. Names and values may be quoted by ' or ". Empty lines are skipped.</item>
/// </list>
/// </summary>
public static class DatasetFile
{
    const int BlockSize = 1 << 19;
    const int MaxLineLength = 1 << 26;

    /// <summary>Reads a file in which each row has a class.</summary>
    /// <exception cref="MnistMlException">The file cannot be read, or is not such a file.</exception>
    public static Dataset Read(string path) => Read(path, features: null);

    /// <summary>Reads rows that each have a class from a stream, from where it is to its end.</summary>
    /// <param name="stream">The text, or the gzipped text. It is left open.</param>
    /// <param name="name">What to call the stream in errors, such as "standard input".</param>
    /// <exception cref="MnistMlException">The stream cannot be read, or does not hold such rows.</exception>
    public static Dataset Read(Stream stream, string name) => Read(stream, name, features: null);

    /// <summary>Reads a file with or without classes; <see cref="Dataset.HasLabels"/> tells which.</summary>
    /// <param name="path">The file.</param>
    /// <param name="featureCount">The number of pixels that the rows must have, at least 1.</param>
    /// <exception cref="MnistMlException">The file cannot be read, or is not such a file.</exception>
    public static Dataset ReadForPrediction(string path, int featureCount) => Read(path, featureCount);

    /// <summary>Reads rows with or without classes from a stream, from where it is to its end.</summary>
    /// <param name="stream">The text, or the gzipped text. It is left open.</param>
    /// <param name="name">What to call the stream in errors, such as "standard input".</param>
    /// <param name="featureCount">The number of pixels that the rows must have, at least 1.</param>
    /// <exception cref="MnistMlException">The stream cannot be read, or does not hold such rows.</exception>
    public static Dataset ReadForPrediction(Stream stream, string name, int featureCount) => Read(stream, name, featureCount);

    static Dataset Read(string path, int? features)
    {
        if (Directory.Exists(path))
            throw new MnistMlException($"{path} is a directory. Name a CSV file in it.");
        return DataFile.Read(path, file => Read(file, path, features));
    }

    static Dataset Read(Stream stream, string name, int? features) => DataFile.Read(name, () =>
    {
        var parser = new CsvParser(name, features);
        if (stream.CanSeek)
        {
            Parse(stream, DataFile.IsGzip(stream), parser, () => (double)stream.Position / stream.Length);
        }
        else
        {
            // What cannot be rewound is peeked at through a pipe.
            var pipe = PipeReader.Create(stream, new(bufferSize: BlockSize, leaveOpen: true));
            var start = pipe.ReadAtLeastAsync(2).AsTask().GetAwaiter().GetResult().Buffer;
            var isGzip = DataFile.IsGzip(start.Slice(0, Math.Min(2, start.Length)).ToArray());
            pipe.AdvanceTo(start.Start);
            using var rewound = pipe.AsStream();
            Parse(rewound, isGzip, parser, () => 1);
        }
        return parser.ToDataset();
    });

    static void Parse(Stream stream, bool isGzip, CsvParser parser, Func<double> share)
    {
        using var gzip = isGzip ? DataFile.Unzip(stream) : null;
        var text = gzip ?? stream;
        var (block, other) = (new byte[BlockSize], new byte[BlockSize]);
        var filled = 0;
        var parsing = Task.CompletedTask;
        try
        {
            for (var isLast = false; !isLast;)
            {
                filled += text.ReadAtLeast(block.AsSpan(filled), block.Length - filled, throwOnEndOfStream: false);
                isLast = filled < block.Length;
                var end = isLast ? filled : block.AsSpan().LastIndexOf((byte)'\n') + 1;
                if (end == 0 && !isLast)
                {
                    if (block.Length >= MaxLineLength)
                    {
                        throw new MnistMlException(
                            $"{parser.Name} is not a CSV file: it has a line of more than {MaxLineLength >> 20} MB.");
                    }
                    Array.Resize(ref block, 2 * block.Length);
                    continue;
                }

                // While these lines are parsed, the next are read into the other block, which must be free for that.
                parsing.GetAwaiter().GetResult();
                if (other.Length < block.Length)
                    other = new byte[block.Length];
                block.AsSpan(end..filled).CopyTo(other);
                var (lines, shareRead) = (block.AsMemory(0, end), share());
                parsing = Task.Run(() => parser.Parse(lines.Span, shareRead));
                (block, other, filled) = (other, block, filled - end);
            }
        }
        finally
        {
            // An error in a line comes before one in what follows it.
            parsing.GetAwaiter().GetResult();
        }
    }
}
