using MnistMl.Data;

namespace MnistMl.Commands;

/// <summary>
/// Reads the rows that a path names: all those of a CSV file, or of a folder of IDX files those to train or to test on.
/// </summary>
static class DataPath
{
    /// <summary>Whether the path names rows to test on, apart from those to train on.</summary>
    public static bool HasTestRows(string path) => Directory.Exists(path);

    /// <summary>Reads rows to train on.</summary>
    /// <exception cref="MnistMlException">They cannot be read.</exception>
    public static Dataset ReadTraining(string path) => HasTestRows(path) ? IdxFolder.ReadTraining(path) : DatasetFile.Read(path);

    /// <summary>Reads rows to test on.</summary>
    /// <exception cref="MnistMlException">They cannot be read.</exception>
    public static Dataset ReadTest(string path) => HasTestRows(path) ? IdxFolder.ReadTest(path) : DatasetFile.Read(path);

    /// <summary>Reads rows to predict, which are those to test on if the path names such.</summary>
    /// <exception cref="MnistMlException">They cannot be read, or the model does not take them.</exception>
    public static Dataset ReadForPrediction(string path, LoadedModel classifier, string model) => HasTestRows(path)
        ? ThrowIfOtherForm(IdxFolder.ReadTest(path), classifier, model)
        : DatasetFile.ReadForPrediction(path, classifier.FeatureCount);

    /// <summary>The rows with their classes numbered as others are.</summary>
    /// <exception cref="MnistMlException">A row has a label that the others have not.</exception>
    public static Dataset WithClassNames(Dataset rows, IReadOnlyList<string> classNames, string path, int firstRow = 0)
    {
        try
        {
            return rows.WithClassNames(classNames, firstRow);
        }
        catch (MnistMlException wrong)
        {
            throw new MnistMlException($"{path}: {wrong.Message} Test on rows of the classes that were trained on.", wrong);
        }
    }

    /// <summary>Gives the rows back if the model takes them.</summary>
    /// <exception cref="MnistMlException">It does not.</exception>
    public static Dataset ThrowIfOtherForm(Dataset rows, LoadedModel classifier, string model) => rows.FeatureCount == classifier.FeatureCount
        ? rows
        : throw new MnistMlException($"{model} takes {classifier.FeatureCount} pixels a row, but the data has {rows.FeatureCount}.");
}
