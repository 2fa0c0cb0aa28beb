using MnistMl.Data;

namespace MnistMl.Commands;

/// <summary>Data that the command line names: a file, a folder, or - for standard input.</summary>
static class DataPath
{
    const string StandardInput = "-";

    /// <summary>Looks at the data, and finds out what it is.</summary>
    /// <exception cref="MnistMlException">It cannot be read.</exception>
    public static DataSource Open(string path) => path == StandardInput
        ? DataSource.Open(Console.OpenStandardInput(), "standard input")
        : DataSource.Open(path);

    /// <summary>Reads rows to predict: the test rows, if the path has such.</summary>
    /// <exception cref="MnistMlException">They cannot be read, or the model does not take them.</exception>
    public static Dataset ReadForPrediction(string path, LoadedModel classifier, string model) =>
        ThrowIfOtherForm(Open(path).ReadForPrediction(classifier.FeatureCount).Dataset, classifier, model);

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
