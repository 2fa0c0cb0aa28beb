using MnistMl.Data;

namespace MnistMl.Commands;

/// <summary>Reads all rows of a CSV file, or the training or test rows of a folder of IDX files.</summary>
static class DataPath
{
    /// <summary>Whether the path has test rows apart from the training rows.</summary>
    public static bool HasTestRows(string path) => Directory.Exists(path);

    /// <summary>Reads training rows.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="labelColumn">The column of the label, as the user named it; null to find it.</param>
    /// <returns>The rows, and what a table was read as; null for a folder.</returns>
    /// <exception cref="MnistMlException">They cannot be read.</exception>
    public static (Dataset Rows, TableDescription? Table) ReadTraining(string path, string? labelColumn) =>
        HasTestRows(path) ? (IdxFolder.ReadTraining(path), null) : ReadTable(path, labelColumn);

    /// <summary>Reads test rows.</summary>
    /// <inheritdoc cref="ReadTraining"/>
    public static (Dataset Rows, TableDescription? Table) ReadTest(string path, string? labelColumn) =>
        HasTestRows(path) ? (IdxFolder.ReadTest(path), null) : ReadTable(path, labelColumn);

    static (Dataset Rows, TableDescription? Table) ReadTable(string path, string? labelColumn)
    {
        var table = DatasetFile.Read(path, new TableOptions { LabelColumn = labelColumn });
        return (table.Dataset, table.Description);
    }

    /// <summary>Reads rows to predict: the test rows, if the path has such.</summary>
    /// <exception cref="MnistMlException">They cannot be read, or the model does not take them.</exception>
    public static Dataset ReadForPrediction(string path, LoadedModel classifier, string model) => HasTestRows(path)
        ? ThrowIfOtherForm(IdxFolder.ReadTest(path), classifier, model)
        : DatasetFile.ReadForPrediction(path, classifier.FeatureCount);

    /// <summary>
    /// The rows with labels that number the given classes, and after them those that only these rows have: what a model does not know,
    /// it gets wrong.
    /// </summary>
    /// <exception cref="MnistMlException">No row is of one of the given classes.</exception>
    public static Dataset WithClassNames(Dataset rows, IReadOnlyList<string> classNames, string path)
    {
        var known = classNames.ToHashSet();
        var occurs = new bool[rows.ClassNames.Count];
        foreach (var label in rows.Labels)
            occurs[label] = true;
        string[] unknown = [.. rows.ClassNames.Where((name, label) => occurs[label] && !known.Contains(name))];
        if (unknown.Length == occurs.Count(isThere => isThere))
        {
            throw new MnistMlException($"{path}: no row is of a class that the model knows: labels are {Listed(unknown)}, "
                + $"expected {Listed(classNames)}. Test on the classes of the training rows.");
        }
        return rows.WithClassNames([.. classNames, .. unknown]);

        static string Listed(IReadOnlyList<string> names)
        {
            const int max = 10;
            var first = string.Join(", ", names.Take(max).Select(CsvLine.Quote));
            return names.Count > max ? $"{first} and {names.Count - max} more" : first;
        }
    }

    /// <summary>The rows themselves, if the model takes them.</summary>
    /// <exception cref="MnistMlException">It takes another number of pixels.</exception>
    public static Dataset ThrowIfOtherForm(Dataset rows, LoadedModel classifier, string model) =>
        rows.FeatureCount == classifier.FeatureCount
            ? rows
            : throw new MnistMlException(
                $"{model} takes {classifier.FeatureCount} pixels a row, but the data has {rows.FeatureCount}.");
}
