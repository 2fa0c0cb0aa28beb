using System.Buffers;
using System.IO.Pipelines;

namespace MnistMl.Data;

/// <summary>
/// Reads data sets from CSV files, plain or gzipped. Each line is an image: its label, and its pixels as whole numbers
/// from 0 to 255.
/// <list type="bullet">
/// <item>If the first line has words in it, it is a header. The column named class, label or target holds the label.
/// The others hold pixels, in the order of the numbers in their names, if any: pixel1, pixel2; 1x1, 1x2.</item>
/// <item>Without a header, the label comes first, and then the pixels in order.</item>
/// <item>A label is the name of a class: any text; 5, '5' and 5.0 are the same. If all class names are numbers, the
/// classes are in numerical order, else in ordinal order of their names.</item>
/// <item>Columns are separated by commas. Names and values may be quoted by ' or ". Empty lines are skipped.</item>
/// </list>
/// </summary>
public static class DatasetFile
{
    const int BlockSize = 1 << 19;
    const int MaxLineLength = 1 << 26;

    /// <summary>Reads a file in which every row has a label.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="MnistMlException">The file cannot be read, or is not in this format.</exception>
    public static Dataset Read(string path) => Read(path, featureCount: null);

    /// <summary>Reads a stream in which every row has a label, from its position to its end.</summary>
    /// <param name="stream">The CSV, plain or gzipped. It is left open.</param>
    /// <param name="name">What error messages call the stream, such as "standard input".</param>
    /// <exception cref="MnistMlException">The stream cannot be read, or is not in this format.</exception>
    public static Dataset Read(Stream stream, string name) => Read(stream, name, featureCount: null);

    /// <summary>
    /// Reads a file whose rows may or may not have labels; <see cref="Dataset.HasLabels"/> says which.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="featureCount">The number of pixels that a row must have, at least 1.</param>
    /// <exception cref="MnistMlException">The file cannot be read, or is not in this format.</exception>
    public static Dataset ReadForPrediction(string path, int featureCount) => Read(path, featureCount);

    /// <summary>Reads a stream whose rows may or may not have labels, from its position to its end.</summary>
    /// <param name="stream">The CSV, plain or gzipped. It is left open.</param>
    /// <param name="name">What error messages call the stream, such as "standard input".</param>
    /// <param name="featureCount">The number of pixels that a row must have, at least 1.</param>
    /// <exception cref="MnistMlException">The stream cannot be read, or is not in this format.</exception>
    public static Dataset ReadForPrediction(Stream stream, string name, int featureCount) =>
        Read(stream, name, (int?)featureCount);

    static Dataset Read(string path, int? featureCount)
    {
        if (Directory.Exists(path))
            throw new MnistMlException($"{path} is a directory. Name a CSV file in it.");
        return DataFile.Read(path, file => Read(file, path, featureCount));
    }

    static Dataset Read(Stream stream, string name, int? featureCount) => DataFile.Read(name, () =>
    {
        var parser = new CsvParser(name, featureCount);
        if (stream.CanSeek)
        {
            Parse(stream, DataFile.IsGzip(stream), parser, () => (double)stream.Position / stream.Length);
        }
        else
        {
            // A pipe reader can look at the first bytes and give them back, which such a stream cannot.
            var pipe = PipeReader.Create(stream, new(bufferSize: BlockSize, leaveOpen: true));
            var start = pipe.ReadAtLeastAsync(2).AsTask().GetAwaiter().GetResult().Buffer;
            var isGzip = DataFile.IsGzip(start.Slice(0, Math.Min(2, start.Length)).ToArray());
            pipe.AdvanceTo(start.Start);
            using var whole = pipe.AsStream();
            Parse(whole, isGzip, parser, () => 1);
        }
        return parser.ToDataset();
    });

    static void Parse(Stream stream, bool isGzip, CsvParser parser, Func<double> fractionRead)
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

                // Reading and parsing overlap: while these lines are parsed, the next are read into the other block.
                // Its own lines must have been parsed before.
                parsing.GetAwaiter().GetResult();
                if (other.Length < block.Length)
                    other = new byte[block.Length];
                block.AsSpan(end..filled).CopyTo(other);
                var (lines, fraction) = (block.AsMemory(0, end), fractionRead());
                parsing = Task.Run(() => parser.Parse(lines.Span, fraction));
                (block, other, filled) = (other, block, filled - end);
            }
        }
        finally
        {
            // Also when reading failed: an error in these lines comes first in the file, so it is the one to report.
            parsing.GetAwaiter().GetResult();
        }
    }
}
