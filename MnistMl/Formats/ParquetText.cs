using System.Text;
using System.Text.RegularExpressions;
using MnistMl.Data;
using Parquet;
using Parquet.Schema;

namespace MnistMl.Formats;

/// <summary>The rows of Parquet files as a table of text, with a header, made as it is read.</summary>
/// <param name="files">The files, of the same columns.</param>
sealed partial class ParquetText(string[] files) : ForwardStream
{
    const int RowsAtOnce = 256;

    readonly IEnumerator<string> _parts = Parts(files).GetEnumerator();
    ReadOnlyMemory<byte> _left;

    public override int Read(Span<byte> buffer)
    {
        while (_left.IsEmpty)
        {
            if (!_parts.MoveNext())
                return 0;
            _left = Encoding.UTF8.GetBytes(_parts.Current);
        }
        var count = Math.Min(buffer.Length, _left.Length);
        _left.Span[..count].CopyTo(buffer);
        _left = _left[count..];
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _parts.Dispose();
        base.Dispose(disposing);
    }

    static IEnumerable<string> Parts(string[] files)
    {
        string[]? names = null;
        foreach (var file in files)
        {
            using var stream = File.OpenRead(file);
            var reader = ParquetReader.CreateAsync(stream).GetAwaiter().GetResult();
            try
            {
                DataField[] fields = [.. reader.Schema.DataFields.Where(field => !PandasIndex().IsMatch(field.Name))];
                string[] found = [.. fields.Select(field => field.Path.ToString())];
                if (names == null)
                    yield return $"{string.Join(',', found.Select(Cell))}\n";
                else if (!names.SequenceEqual(found))
                    throw new MnistMlException($"{file} has other columns than {files[0]}. Name one file of the folder.");
                names = found;
                for (var group = 0; group < reader.RowGroupCount; group++)
                {
                    foreach (var part in Parts(reader, group, fields, file))
                        yield return part;
                }
            }
            finally
            {
                reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }
        }
    }

    static IEnumerable<string> Parts(ParquetReader reader, int group, DataField[] fields, string file)
    {
        using var rows = reader.OpenRowGroupReader(group);
        ParquetColumn[] columns = [.. fields.Select(field => ParquetColumn.Read(rows, field).GetAwaiter().GetResult()
            ?? throw new MnistMlException($"The column '{field.Path}' of {file} has neither numbers nor texts. "
                + "Expected a column for each pixel, or one of encoded images, and one for the label."))];
        var text = new StringBuilder();
        for (var row = 0; row < rows.RowCount; row++)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                text.Append(i == 0 ? "" : ",");
                if (fields[i].ClrType == typeof(ReadOnlyMemory<char>))
                    text.Append(Cell(columns[i].Text(row)));
                else
                    columns[i].Append(text, row);
            }
            text.Append('\n');
            if (row % RowsAtOnce == RowsAtOnce - 1 || row == rows.RowCount - 1)
            {
                yield return text.ToString();
                text.Clear();
            }
        }
    }

    static string Cell(string text) => text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    /// <summary>How pandas calls the numbers of rows that it writes.</summary>
    [GeneratedRegex(@"^__index_level_\d+__$")]
    private static partial Regex PandasIndex();
}
