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

    /// <summary>The rows with labels that number the given classes.</summary>
    /// <exception cref="MnistMlException">A row is of none of these classes.</exception>
    public static Dataset WithClassNames(Dataset rows, IReadOnlyList<string> classNames, string path, int firstRow = 0)
    {
        try
        {
            return rows.WithClassNames(classNames, firstRow);
        }
        catch (MnistMlException wrong)
        {
            throw new MnistMlException($"{path}: {wrong.Message} Test on the classes of the training rows.", wrong);
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
