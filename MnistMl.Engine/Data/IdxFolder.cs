namespace MnistMl.Data;

/// <summary>
/// Reads data sets from folders of four IDX files, in which MNIST and its relatives are published. The rows to train on
/// are in train-images-idx3-ubyte and train-labels-idx1-ubyte, those to test on in t10k-images-idx3-ubyte and
/// t10k-labels-idx1-ubyte.
/// <list type="bullet">
/// <item>A file may be gzipped, its name may end in .gz, and may have a dot in place of the hyphen before idx.</item>
/// <item>Pictures are bytes in three dimensions: pictures, lines, columns. A row is the lines of a picture, one after
/// another.</item>
/// <item>Labels are bytes in one dimension. The classes are the numbers among them, in order.</item>
/// </list>
/// </summary>
public static class IdxFolder
{
    /// <summary>Reads the rows to train on; the files with those to test on need not be there.</summary>
    /// <exception cref="MnistMlException">A file is missing, cannot be read, or is not such a file.</exception>
    public static Dataset ReadTraining(string folder) => Read(folder, "train");

    /// <summary>Reads the rows to test on; the files with those to train on need not be there.</summary>
    /// <exception cref="MnistMlException">A file is missing, cannot be read, or is not such a file.</exception>
    public static Dataset ReadTest(string folder) => Read(folder, "t10k");

    static Dataset Read(string folder, string part)
    {
        var imagesPath = Find(folder, $"{part}-images", "idx3-ubyte");
        var labelsPath = Find(folder, $"{part}-labels", "idx1-ubyte");
        var (sizes, pixels) = IdxFile.Read(imagesPath, dimensions: 3);
        var (_, numbers) = IdxFile.Read(labelsPath, dimensions: 1);
        if (numbers.Length != sizes[0])
        {
            throw new MnistMlException($"{imagesPath} has {sizes[0]} pictures, but {labelsPath} has {numbers.Length} labels. " +
                "Take both files from the same data set.");
        }

        byte[] ofClass = [.. numbers.Distinct().Order()];
        var labels = Array.ConvertAll(numbers, number => ofClass.IndexOf(number));
        return new Dataset(pixels, labels, sizes[1] * sizes[2], Array.ConvertAll(ofClass, number => $"{number}"));
    }

    static string Find(string folder, string content, string format)
    {
        string[] names = [$"{content}-{format}", $"{content}.{format}", $"{content}-{format}.gz", $"{content}.{format}.gz"];
        return names.Select(name => Path.Join(folder, name)).FirstOrDefault(File.Exists) ?? throw new MnistMlException(
            $"There is no {names[0]} in the folder {folder}, with or without .gz. Name a folder of IDX files, or a CSV file.");
    }
}
