using System.Text.Json;
using MnistMl.Data;
using Parquet;
using Parquet.Schema;

namespace MnistMl.Formats;

/// <summary>The labels of Parquet files: numbers, with the names that Hugging Face keeps beside them, or texts.</summary>
/// <param name="named">The column that is said to be it; null to find it by its name.</param>
sealed class ParquetLabels(string? named)
{
    readonly ClassLabels _classes = new();
    readonly List<int> _labels = [];
    string _file = "";
    DataField? _field;
    string[]? _names;
    int _column;

    /// <summary>Finds the column in a file.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="images">The column of the images.</param>
    /// <param name="file">Its path.</param>
    /// <exception cref="LabelColumnException">It is not clear which one it is.</exception>
    public void Begin(ParquetReader reader, DataField images, string file)
    {
        _file = file;
        if (_field != null)
        {
            _field = ParquetData.FieldOf(reader.Schema, _field.Path.ToString(), file);
            return;
        }
        DataField[] others = [.. reader.Schema.DataFields.Where(field => field.Path.ToString().Split('/')[0] != images.Path.ToString().Split('/')[0])];
        DataField[] found = [.. others.Where(field => named == null ? ColumnName.IsLabel(field.Name) : IsNamed(field))];
        _field = found switch
        {
            [var one] => one,
            [] when named == null && others is [var one] => one,
            [] when named != null => throw new LabelColumnException($"{file} has no column {CsvLine.Quote(named)}. Columns are {ListOf(others)}."),
            _ => throw new LabelColumnException($"Which column of {file} is the label? Columns beside the images are {ListOf(others)}."),
        };
        _column = Array.IndexOf(reader.Schema.DataFields, _field);
        _names = NamesIn(reader.CustomMetadata.GetValueOrDefault("huggingface"), _field.Name);

        bool IsNamed(DataField field) => field.Path.ToString() == named || named == "last" && field == others[^1] || named == "first" && field == others[0];
    }

    /// <summary>Reads the labels of a group of rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="before">Number of rows that came before.</param>
    /// <exception cref="MnistMlException">A label is missing, or has no name.</exception>
    public async Task Read(ParquetRowGroupReader rows, int before)
    {
        var column = await ParquetColumn.Read(rows, _field!).ConfigureAwait(false)
            ?? throw new MnistMlException($"The column '{_field!.Path}' of {_file} has neither numbers nor texts: it is no label.");
        for (var row = 0; row < rows.RowCount; row++)
        {
            var text = column.Text(row);
            if (text.Length == 0)
                throw new MnistMlException($"Row {before + row + 1} of {_file} has no label.");
            if (_names != null)
            {
                text = int.TryParse(text, out var number) && number >= 0 && number < _names.Length
                    ? _names[number]
                    : throw new MnistMlException($"Row {before + row + 1} of {_file} is labelled {text}, but there are {_names.Length} classes.");
            }
            _labels.Add(_classes.LabelOf(text));
        }
    }

    /// <summary>The labels, as indices into the names of the classes.</summary>
    public (int[] Labels, IReadOnlyList<string> ClassNames) Finish()
    {
        int[] labels = [.. _labels];
        return (labels, _classes.Sort(labels));
    }

    /// <summary>Says which column it is.</summary>
    public DataDescription Describe(DataDescription description) => description with
    {
        LabelColumn = _column + 1,
        LabelName = _field!.Name,
        LabelReason = named != null ? "it was said to be" : ColumnName.IsLabel(_field.Name) ? "by its name" : "it is the only one beside the images",
        Notes = _names == null ? description.Notes : [.. description.Notes, "Classes are named as the file's description has them."],
    };

    /// <summary>The names of the classes in the description that Hugging Face's library leaves in a file; null without one.</summary>
    static string[]? NamesIn(string? description, string column)
    {
        if (description == null)
            return null;
        try
        {
            using var json = JsonDocument.Parse(description);
            return json.RootElement.TryGetProperty("info", out var info) && info.TryGetProperty("features", out var features)
                && features.TryGetProperty(column, out var feature) && feature.TryGetProperty("names", out var names)
                && names.EnumerateArray().Select(name => name.GetString() ?? "").ToArray() is { Length: > 0 } all && all.Distinct().Count() == all.Length
                    ? all
                    : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Numbers are names, too.
            return null;
        }
    }

    static string ListOf(DataField[] fields) => Listing.Of([.. fields.Select(field => field.Path.ToString())]);
}
