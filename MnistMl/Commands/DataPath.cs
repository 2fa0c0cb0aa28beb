using MnistMl.Data;
using MnistMl.Formats;

namespace MnistMl.Commands;

/// <summary>Data that the command line names: a file, a folder, or - for standard input.</summary>
static class DataPath
{
    /// <summary>What stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>Looks at the data, and finds out what it is.</summary>
    /// <param name="path">The file or folder, or - for standard input.</param>
    /// <param name="isPrepared">Whether pictures are brought into MNIST's form.</param>
    /// <param name="input">Standard input, if its first bytes were looked at.</param>
    /// <exception cref="MnistMlException">It cannot be read, or is to be prepared and is no pictures.</exception>
    public static DataSource Open(string path, bool isPrepared, Stream? input = null)
    {
        if (path != StandardInput && (ImageFolder.Find(path, isPrepared) ?? ParquetData.Find(path, isPrepared)) is { } source)
            return source;
        if (isPrepared)
        {
            throw new MnistMlException($"{ReadingOptions.Prepare.Name} is for pictures: a folder of them for each class, or a Parquet file. "
                + $"{(path == StandardInput ? "Standard input" : path)} is neither.");
        }
        return path == StandardInput ? DataSource.Open(input ?? Console.OpenStandardInput(), "standard input") : DataSource.Open(path);
    }

    /// <summary>Reads rows and their labels, and transforms the images.</summary>
    /// <param name="read">Reads the rows.</param>
    /// <param name="options">What is known of the columns of a table.</param>
    /// <param name="labels">File of the labels; null where they are among the data.</param>
    /// <param name="transform">What is done to the images.</param>
    public static LoadedData Read(Func<TableOptions, LoadedData> read, TableOptions options, string? labels, ImageTransform transform)
    {
        var data = labels == null ? read(options) : DataSource.WithLabels(read(options with { HasLabelsElsewhere = true }), labels);
        return data with { Dataset = transform.Apply(data.Dataset) };
    }

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

        static string Listed(IReadOnlyList<string> names) => Listing.Of([.. names.Select(CsvLine.Quote)]);
    }

    /// <summary>The rows themselves, if the model takes them.</summary>
    /// <exception cref="MnistMlException">It takes another number of pixels.</exception>
    public static Dataset ThrowIfOtherSize(Dataset rows, LoadedModel classifier, string model) =>
        rows.FeatureCount == classifier.FeatureCount
            ? rows
            : throw new MnistMlException(
                $"{model} takes {classifier.FeatureCount} pixels a row, but the data has {rows.FeatureCount}.");
}
