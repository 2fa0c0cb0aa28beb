namespace MnistMl.Data;

/// <summary>
/// Reads labels that are in a file of their own: a table of text with one label a line, an IDX file or an array of NumPy's.
/// A table may have a header, and an index beside the labels.
/// </summary>
static class LabelFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, plain or gzipped.</param>
    /// <returns>Labels [rows], indices into the class names, which are in order.</returns>
    /// <exception cref="MnistMlException">It cannot be read, or which of its columns holds the labels is not clear.</exception>
    public static (int[] Labels, string[] ClassNames) Read(string path)
    {
        var content = DataContent.OfFile(path);
        return content.Format.Kind is ContentKind.Idx or ContentKind.Npy
            ? NumberArray.Read(content, array => array.ReadLabels())
            : DataFile.Read(path, () => ReadTable(content));
    }

    static (int[] Labels, string[] ClassNames) ReadTable(DataContent content)
    {
        using var stream = content.Open();
        using var text = DatasetFile.Text(stream);
        using var blocks = new LineBlocks(text, content.Name);
        blocks.Read();
        var head = new TableHead(blocks.Lines, blocks.IsLast, content.Name);
        var column = FindLabels(head, content.Name);

        var (classes, labels, number) = (new ClassLabels(), new List<int>(), 0L);
        foreach (var block in blocks.TakeAll())
        {
            var lines = block.Span;
            while (head.TryTakeRow(ref lines, ref number, out var row))
            {
                var cell = CellOf(row, head.Separator, column);
                if (cell.IsEmpty)
                    throw new MnistMlException($"{content.Name}, line {number}: the label is missing.");
                labels.Add(classes.LabelOf(cell, head.HasDecimalComma)
                    ?? throw new MnistMlException($"{content.Name}, line {number}: {ClassLabels.NoName(cell)}"));
            }
        }
        int[] numbered = [.. labels];
        var classNames = classes.Sort(numbered);
        if (ClassLabels.AreMissing(classNames))
            throw new MnistMlException($"{content.Name} has labels that are missing: its classes are {string.Join(", ", classNames.Take(20))}.");
        return (numbered, classNames);
    }

    /// <summary>The column of the labels: the one with a usual name, or the only one that is no index.</summary>
    static int FindLabels(TableHead head, string name)
    {
        var columns = Enumerable.Range(0, head.ColumnCount).Where(column => !head.IsEmpty(column)).ToArray();
        if (head.Names is { } names)
        {
            int[] named = [.. columns.Where(column => ColumnName.IsLabel(names[column]))];
            columns = named.Length > 0 ? named : [.. columns.Where(column => !ColumnName.IsIndex(names[column]))];
        }
        if (columns is [_, _])
            columns = [.. columns.Zip(head.Values(columns)).Where(column => !column.Second.IsConsecutive).Select(column => column.First)];
        return columns is [var only]
            ? only
            : throw new MnistMlException($"{name} has {head.ColumnCount} columns: expected one label a line. Keep the column of the labels only.");
    }

    static ReadOnlySpan<byte> CellOf(ReadOnlySpan<byte> row, byte separator, int column)
    {
        var cells = new CsvLine(row, separator);
        ReadOnlySpan<byte> cell = default;
        for (var i = 0; i <= column; i++)
        {
            if (cells.AtEnd || !cells.TryReadCell(out cell))
                return default;
        }
        return cell;
    }
}
