using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace MnistMl.Data;

/// <summary>
/// Reads the sparse text of LIBSVM and SVMlight. Each line is an image: its label, and index:value for each pixel that is not zero, in
/// ascending order. Comments begin with #; qid:N is not looked at. Indices are from 0 if one is 0 or a comment says so, else from 1.
/// </summary>
static class LibsvmFile
{
    /// <summary>Pixels that are always allowed, and those that each byte of the file may stand for.</summary>
    const long MaxPixels = 50_000_000, MaxPixelsFromByte = 10;

    /// <summary>Whether a line is a row of such a file; null if it may be a row of anything.</summary>
    /// <param name="line">The line, not empty, without blanks around it.</param>
    public static bool? IsRow(ReadOnlySpan<byte> line)
    {
        if (line.IndexOf((byte)'#') is >= 0 and var comment)
            line = line[..comment].TrimEnd(CsvLine.Blanks);
        var pairs = 0;
        for (var first = true; !line.IsEmpty; first = false)
        {
            var token = Take(ref line);
            var colon = token.IndexOf((byte)':');
            if (colon > 0 && (token[..colon].SequenceEqual("qid"u8) || !token[..colon].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
                && double.TryParse(token[(colon + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            {
                pairs++;
            }
            else if (first ? token.ContainsAny(",;"u8) && line.IsEmpty : pairs == 0 || !line.IsEmpty)
            {
                // What follows pairs at the end of a line may be cut off, or a mistake.
                return false;
            }
        }
        return pairs > 0 ? true : null;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="text">Its text, UTF-8.</param>
    /// <param name="name">What error messages call it.</param>
    /// <param name="options">What is known besides.</param>
    /// <exception cref="MnistMlException">It is not in this format.</exception>
    public static LoadedData Read(Stream text, string name, TableOptions options)
    {
        var isForPrediction = options.FeatureCount != null;
        var (indices, values, ends, labels) = (new List<int>(), new List<float>(), new List<int>(), new List<int>());
        var classes = new ClassLabels();
        var (number, bytes) = (0L, 0L);
        bool? isZeroBased = null;
        var (greatest, greatestLine) = (0, 0L);
        using var blocks = new LineBlocks(text, name);
        blocks.Read();
        foreach (var block in blocks.TakeAll())
        {
            var lines = block.Span;
            bytes += lines.Length;
            while (!lines.IsEmpty)
            {
                var line = CsvLine.TakeLine(ref lines);
                if (++number == 1 && line.StartsWith(Encoding.UTF8.Preamble))
                    line = line[Encoding.UTF8.Preamble.Length..];
                if (line.IndexOf((byte)'#') is >= 0 and var comment)
                {
                    isZeroBased ??= line[comment..].IndexOf("zero-based"u8) >= 0 ? true : line[comment..].IndexOf("one-based"u8) >= 0 ? false : null;
                    line = line[..comment];
                }
                line = line.Trim(CsvLine.Blanks);
                if (!line.IsEmpty)
                    ReadRow(line);
            }
        }
        if (ends.Count == 0)
            throw new MnistMlException($"{name} has no rows.");
        return ToData();

        void ReadRow(ReadOnlySpan<byte> line)
        {
            var label = line;
            var first = Take(ref label);
            if (!first.Contains((byte)':'))
            {
                line = label;
                if (!isForPrediction)
                    labels.Add(LabelOf(first));
            }
            else if (!isForPrediction && !options.HasLabelsElsewhere)
            {
                throw Wrong("the label is missing.");
            }

            var previous = -1;
            while (!line.IsEmpty)
            {
                var token = Take(ref line);
                var colon = token.IndexOf((byte)':');
                if (colon > 0 && token[..colon].SequenceEqual("qid"u8))
                    continue;
                if (colon < 0 || !int.TryParse(token[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                    || !double.TryParse(token[(colon + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                {
                    throw Wrong($"found {CsvLine.Quote(token)}, expected index:value.");
                }
                if (index <= previous)
                    throw Wrong($"index {index} does not come after index {previous}.");
                if (index > TableHead.MaxColumns)
                    throw Wrong($"index {index} is more than an image has pixels.");
                if (!float.IsFinite((float)value))
                    throw Wrong($"{CsvLine.Quote(token)} is out of range, expected a finite number.");
                previous = index;
                if (index == 0)
                    isZeroBased = isZeroBased == false ? throw Wrong("index 0, but a comment says that indices are one-based.") : true;
                if (index > greatest)
                    (greatest, greatestLine) = (index, number);
                indices.Add(index);
                values.Add((float)value);
            }
            ends.Add(indices.Count);
        }

        int LabelOf(ReadOnlySpan<byte> label)
        {
            if (label.Contains((byte)','))
                throw Wrong($"{CsvLine.Quote(label)} are several labels. A row is of one class.");
            if (double.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && ClassLabels.IsWhole(value))
                return classes.LabelOf((long)value);
            Span<char> className = stackalloc char[ClassLabels.MaxNameLength];
            return Utf8.ToUtf16(label, className, out _, out var length, replaceInvalidSequences: false) == OperationStatus.Done
                ? classes.LabelOf(className[..length])
                : throw Wrong($"found {CsvLine.Quote(label)}, expected UTF-8 of at most {ClassLabels.MaxNameLength} characters.");
        }

        LoadedData ToData()
        {
            var firstIndex = isZeroBased == true ? 0 : 1;
            var least = greatest - firstIndex + 1;
            var notes = new List<string>
            {
                isZeroBased == null ? "No index is 0, so indices are taken to be from 1." : $"Indices are from {firstIndex}.",
            };
            if ((options.FeatureCount ?? options.SparseFeatureCount) is not { } featureCount)
            {
                var side = (int)Math.Ceiling(Math.Sqrt(least));
                featureCount = side * side - least < side ? side * side : Math.Max(1, least);
                notes.Add(featureCount == least
                    ? $"The greatest index is {greatest}, so a row is taken to have {least} pixels."
                    : $"The greatest index is {greatest}, so an image is taken to be {side}×{side}.");
            }
            else if (least > featureCount)
            {
                throw new MnistMlException($"{name}, line {greatestLine}: index {greatest} is more than the {featureCount} pixels of an image.");
            }

            var rowCount = ends.Count;
            if (Math.BigMul(rowCount, featureCount) > Math.Min(Array.MaxLength, MaxPixels + MaxPixelsFromByte * bytes))
            {
                throw new MnistMlException($"{name}, line {greatestLine}: with index {greatest}, the {rowCount} rows have more pixels than can be held "
                    + "in memory, nearly all of them zeros.");
            }
            var hasZeros = values.Count < Math.BigMul(rowCount, featureCount);
            if (hasZeros)
                values.Add(0);
            var range = PixelRange.Of(CollectionsMarshal.AsSpan(values));
            var pixels = new byte[rowCount * featureCount];
            pixels.AsSpan().Fill(range.ToByte(0));
            for (int row = 0, entry = 0; row < rowCount; row++)
            {
                for (; entry < ends[row]; entry++)
                    pixels[row * featureCount + indices[entry] - firstIndex] = range.ToByte(values[entry]);
            }
            var rowLabels = labels.ToArray();
            var classNames = classes.Sort(rowLabels);
            var size = DataDescription.SquareOf(featureCount);
            return new(new Dataset(pixels, rowLabels, featureCount, classNames, range), new DataDescription
            {
                Format = "libsvm",
                LabelReason = isForPrediction ? TableColumns.LabelsToPredict : "",
                Notes = notes,
                RowCount = rowCount,
                FeatureCount = featureCount,
                Height = size,
                Width = size,
                Range = range,
            });
        }

        MnistMlException Wrong(string problem) => new($"{name}, line {number}: {problem}");
    }

    /// <summary>Takes characters up to a blank off a line, and the blanks after them.</summary>
    static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> line)
    {
        var length = line.IndexOfAny((byte)' ', (byte)'\t');
        var token = length < 0 ? line : line[..length];
        line = length < 0 ? [] : line[length..].TrimStart(CsvLine.Blanks);
        return token;
    }
}
