using System.Globalization;
using System.Runtime.InteropServices;

namespace MnistMl.Data;

/// <summary>
/// Reads ARFF files, as OpenML and Weka have them: lines that name the columns and their types, <c>@data</c>, then rows as in CSV,
/// or sparse ones in braces, which leave out zeros: <c>{7 255, 784 5}</c>. Comments begin with %. The label is the column with one of
/// its usual names, else the nominal one, else as in a table.
/// </summary>
static class ArffFile
{
    /// <summary>Cells of sparse rows that are always allowed, and those that each byte of the file may stand for.</summary>
    const long MaxSparseCells = 50_000_000, MaxCellsFromByte = 10;

    /// <summary>Reads a file.</summary>
    /// <param name="text">Its text, UTF-8.</param>
    /// <param name="name">What error messages call it.</param>
    /// <param name="options">What is known of its columns.</param>
    /// <exception cref="MnistMlException">It is not in this format.</exception>
    public static LoadedData Read(Stream text, string name, TableOptions options)
    {
        using var blocks = new LineBlocks(text, name);
        var header = ArffHeader.Read(blocks, name);
        return IsSparse(blocks.Lines.Span) ? ReadSparse(blocks, header, name, options) : ReadDense(blocks, header, name, options);
    }

    static LoadedData ReadDense(LineBlocks blocks, ArffHeader header, string name, TableOptions options)
    {
        var head = new TableHead(blocks.Lines, blocks.IsLast, name, header);
        var parser = new CsvParser(name, head, new TableColumns(head, options, name, ReadAll));
        DatasetFile.Parse(blocks, parser, () => 1);
        return parser.ToTable();

        ColumnValues[] ReadAll(int[] columns)
        {
            using var fork = blocks.Fork();
            return DatasetFile.Values(fork, head, columns);
        }
    }

    static LoadedData ReadSparse(LineBlocks blocks, ArffHeader header, string name, TableOptions options)
    {
        // A sparse row is written as a dense one, and read as such.
        const int maxSampledCells = 200_000;
        var dense = new List<byte>();
        var number = header.LineCount;
        var sample = blocks.Lines.Span;
        for (var left = Math.Clamp(maxSampledCells / header.Names.Length, 1, 50); left > 0 && !sample.IsEmpty; left--)
            AppendDense(ref sample);
        var head = new TableHead(dense.ToArray(), isWhole: sample.IsEmpty && blocks.IsLast, name, header);
        var parser = new CsvParser(name, head, new TableColumns(head, options, name, head.Values));

        number = header.LineCount;
        var (bytes, cells) = (0L, 0L);
        foreach (var block in blocks.TakeAll())
        {
            var lines = block.Span;
            bytes += lines.Length;
            while (!lines.IsEmpty)
            {
                dense.Clear();
                AppendDense(ref lines);
                cells += dense.Count > 1 ? header.Names.Length : 0;
                if (cells > MaxSparseCells + MaxCellsFromByte * bytes)
                {
                    throw new MnistMlException($"{name}, line {number}: so many rows of {header.Names.Length} columns, nearly all of them zeros, "
                        + "are no data set of images.");
                }
                parser.Parse(CollectionsMarshal.AsSpan(dense), fractionRead: 1);
            }
        }
        var read = parser.ToTable();
        return read with { Description = read.Description with { Notes = ["Its rows are sparse."] } };

        void AppendDense(ref ReadOnlySpan<byte> lines)
        {
            var line = CsvLine.TakeLine(ref lines).Trim(CsvLine.Blanks);
            number++;
            if (line is not ([] or [(byte)'%', ..]))
                AppendRow(line);
            dense.Add((byte)'\n');
        }

        void AppendRow(ReadOnlySpan<byte> line)
        {
            if (line is not [(byte)'{', .., (byte)'}'])
                throw Wrong($"found {CsvLine.Quote(line)}, expected a sparse row in braces, as in the others.");
            var column = 0;
            for (line = line[1..^1].Trim(CsvLine.Blanks); !line.IsEmpty; line = line.TrimStart(CsvLine.Blanks))
            {
                ArffHeader.TryTakeValue(ref line, out var index);
                if (!int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var next) || next >= header.Names.Length)
                    throw Wrong($"found {CsvLine.Quote(index)}, expected the number of an attribute, from 0 to {header.Names.Length - 1}.");
                if (next < column)
                    throw Wrong($"attribute {next} does not come after attribute {column - 1}.");
                AppendOmitted(ref column, next);
                var value = line = line.TrimStart(CsvLine.Blanks);
                if (!ArffHeader.TryTakeValue(ref line, out _))
                    throw Wrong("a quote is not closed.");
                Append(value[..^line.Length], column++);
                line = line.TrimStart(CsvLine.Blanks);
                if (line.IsEmpty)
                    break;
                if (line[0] != ',')
                    throw Wrong($"found {CsvLine.Quote(line)}, expected a comma.");
                line = line[1..];
            }
            AppendOmitted(ref column, header.Names.Length);
        }

        void AppendOmitted(ref int column, int end)
        {
            for (; column < end; column++)
                Append(header.FirstValues[column] ?? "0"u8, column);
        }

        void Append(ReadOnlySpan<byte> value, int column)
        {
            if (column > 0)
                dense.Add((byte)',');
            dense.AddRange(value);
        }

        MnistMlException Wrong(string problem) => new($"{name}, line {number}: {problem}");
    }

    static bool IsSparse(ReadOnlySpan<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var line = CsvLine.TakeLine(ref lines).TrimStart(CsvLine.Blanks);
            if (line is not ([] or [(byte)'%', ..]))
                return line[0] == '{';
        }
        return false;
    }
}
