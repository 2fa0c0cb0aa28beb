namespace MnistMl.Data;

/// <summary>
/// Reads data sets from folders of four IDX files, as MNIST and data sets like it are published. The training set is in
/// train-images-idx3-ubyte and train-labels-idx1-ubyte, the test set in t10k-images-idx3-ubyte and
/// t10k-labels-idx1-ubyte.
/// <list type="bullet">
/// <item>A file may be gzipped. Its name may end in .gz, and may have a dot in place of the hyphen before idx.</item>
/// <item>Images are bytes [images, height, width]; an image is a row of the data set.</item>
/// <item>Labels are bytes [images]. The classes are the numbers that occur, in numerical order.</item>
/// </list>
/// </summary>
public static class IdxFolder
{
    /// <summary>Reads the training set. The files of the test set need not exist.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="MnistMlException">A file is missing, cannot be read, or is not in this format.</exception>
    public static Dataset ReadTraining(string folder) => Read(folder, "train");

    /// <summary>Reads the test set. The files of the training set need not exist.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="MnistMlException">A file is missing, cannot be read, or is not in this format.</exception>
    public static Dataset ReadTest(string folder) => Read(folder, "t10k");

    static Dataset Read(string folder, string part)
    {
        var imagesPath = Find(folder, $"{part}-images", "idx3-ubyte");
        var labelsPath = Find(folder, $"{part}-labels", "idx1-ubyte");
        var (sizes, pixels) = IdxFile.Read(imagesPath, dimensions: 3);
        var (_, numbers) = IdxFile.Read(labelsPath, dimensions: 1);
        if (numbers.Length != sizes[0])
        {
            throw new MnistMlException(
                $"{imagesPath} has {sizes[0]} images, but {labelsPath} has {numbers.Length} labels. "
                + "Take both files from the same data set.");
        }

        byte[] classes = [.. numbers.Distinct().Order()];
        var labels = Array.ConvertAll(numbers, number => classes.IndexOf(number));
        return new Dataset(pixels, labels, sizes[1] * sizes[2], Array.ConvertAll(classes, number => $"{number}"));
    }

    static string Find(string folder, string content, string format)
    {
        string[] names =
            [$"{content}-{format}", $"{content}.{format}", $"{content}-{format}.gz", $"{content}.{format}.gz"];
        return names.Select(name => Path.Join(folder, name)).FirstOrDefault(File.Exists) ?? throw new MnistMlException(
            $"There is no {names[0]} in the folder {folder}, with or without .gz. "
            + "Name a folder of IDX files, or a CSV file.");
    }
}
