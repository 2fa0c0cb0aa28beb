namespace MnistMl.Data;

/// <summary>
/// Data in any format that is read, told by its content, not by its name:
/// <list type="bullet">
/// <item>tables of text (<see cref="DatasetFile"/>), ARFF (OpenML, Weka) and libsvm;</item>
/// <item>NPZ, NumPy's arrays: <c>x_train</c>, <c>y_train</c>, <c>x_test</c> and <c>y_test</c>, or <c>x</c> and <c>y</c>, and names
/// like these;</item>
/// <item>folders of IDX files, as MNIST and its relatives are published, or of NumPy's arrays; or one such file of images, whose
/// labels are found beside it;</item>
/// <item>each of them gzipped, or alone in a zip.</item>
/// </list>
/// </summary>
public sealed class DataSource
{
    const int MaxFolders = 2, MaxFiles = 1_000;

    readonly ImageArrays? _arrays;
    readonly Func<TableOptions, LoadedData>? _table;
    readonly Func<TableOptions, LoadedData>? _test;
    readonly DataContent? _lines;

    DataSource(ImageArrays arrays) => _arrays = arrays;

    DataSource(Func<TableOptions, LoadedData> table, DataContent? lines) => (_table, _lines) = (table, lines);

    DataSource(Func<TableOptions, LoadedData> training, Func<TableOptions, LoadedData>? test) => (_table, _test) = (training, test);

    /// <summary>Data of a format that is read elsewhere.</summary>
    /// <param name="readTraining">Reads the training rows.</param>
    /// <param name="readTest">Reads the test rows; null if there are none apart from the training rows.</param>
    internal static DataSource Of(Func<TableOptions, LoadedData> readTraining, Func<TableOptions, LoadedData>? readTest) =>
        new(readTraining, readTest);

    /// <summary>Whether there are test rows apart from the training rows.</summary>
    public bool HasTestRows => _test != null || _arrays is { HasTestRows: true };

    /// <summary>Looks at a file or a folder, and finds out what it is.</summary>
    /// <param name="path">The file or folder.</param>
    /// <exception cref="MnistMlException">It cannot be read, or is none of the formats.</exception>
    public static DataSource Open(string path) => Directory.Exists(path) ? OpenFolder(path) : Open(DataContent.OfFile(path), packing: null);

    /// <summary>Looks at a stream, from its position on, and finds out what it is. It is left open, and read once.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="name">What error messages call it, such as "standard input".</param>
    /// <exception cref="MnistMlException">It cannot be read, or is none of the formats.</exception>
    public static DataSource Open(Stream stream, string name) => Open(DataContent.OfStream(stream, name), packing: null);

    /// <summary>Reads the training rows; all rows, if there are no test rows apart from them.</summary>
    /// <param name="options">What is known of the columns of a table.</param>
    /// <exception cref="MnistMlException">They cannot be read.</exception>
    /// <exception cref="LabelColumnException">Which column is the label is not clear.</exception>
    public LoadedData ReadTraining(TableOptions options) =>
        _table != null ? _table(options) : _arrays!.ReadTraining(hasLabels: !options.HasLabelsElsewhere);

    /// <summary>Reads the test rows; all rows, if there are none apart from the training rows.</summary>
    /// <inheritdoc cref="ReadTraining"/>
    public LoadedData ReadTest(TableOptions options) =>
        (_test ?? _table) is { } read ? read(options) : _arrays!.ReadTest(hasLabels: !options.HasLabelsElsewhere);

    /// <summary>Gives rows the labels of a file of labels: a line of text for each, an IDX file, or an array of NumPy's.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="labelPath">The file.</param>
    /// <exception cref="MnistMlException">It cannot be read, or has more or fewer labels than there are rows.</exception>
    public static LoadedData WithLabels(LoadedData data, string labelPath)
    {
        var (rows, description) = data;
        var (labels, classNames) = LabelFile.Read(labelPath);
        if (labels.Length != rows.RowCount)
            throw new MnistMlException($"{labelPath} has {labels.Length} labels, but there are {rows.RowCount} rows. Take both from the same data set.");
        return new(
            new Dataset(rows.PixelMemory, labels, rows.FeatureCount, classNames, rows.Range),
            description with { LabelReason = "", Notes = [.. description.Notes, $"Labels are those of {labelPath}."] });
    }

    /// <summary>Reads rows to predict: the test rows, if there are such. Labels need not exist, and are not looked at.</summary>
    /// <param name="featureCount">The number of pixels of an image.</param>
    /// <exception cref="MnistMlException">They cannot be read.</exception>
    public LoadedData ReadForPrediction(int featureCount) => ReadForPrediction(new TableOptions { FeatureCount = featureCount });

    /// <inheritdoc cref="ReadForPrediction(int)"/>
    /// <param name="options">What is known of the columns of a table, and the number of pixels of an image.</param>
    public LoadedData ReadForPrediction(TableOptions options)
    {
        var featureCount = options.FeatureCount ?? throw new ArgumentException("The number of pixels is to be known.", nameof(options));
        return (_test ?? _table) is { } read ? read(options) : _arrays!.ReadForPrediction(featureCount);
    }

    /// <summary>Reads rows to predict from a table of text as they come.</summary>
    /// <returns>Null if it is no such table, but of a format that is read as a whole.</returns>
    /// <inheritdoc cref="RowBatches.Read(DataContent, TableOptions, ImageTransform?, CancellationToken)"/>
    internal IEnumerable<RowBatch>? ReadLines(TableOptions options, ImageTransform transform, CancellationToken cancellation) =>
        _lines == null ? null : RowBatches.Read(_lines, options, transform, cancellation);

    static DataSource Open(DataContent content, string? packing, int depth = 0)
    {
        var (kind, isGzip) = content.Format;
        packing = isGzip ? packing == null ? "gzip" : $"gzip in {packing}" : packing;
        switch (kind)
        {
            case ContentKind.Zip:
                return OpenZip(content, packing, depth);
            case ContentKind.Idx or ContentKind.Npy:
                return new(ImageArrays.OfFile(content, depth > 0 || !File.Exists(content.Path) ? [] : FilesBeside(content.Path)));
            default:
                string[] sources = depth > 0 ? [content.Path] : [];
                return new(options =>
                {
                    var read = ReadTable(content, kind, options);
                    return read with { Description = read.Description with { Packing = packing, Sources = sources } };
                }, kind == ContentKind.Table ? content : null);
        }
    }

    static LoadedData ReadTable(DataContent content, ContentKind kind, TableOptions options) => DataFile.Read(content.Name, () =>
    {
        using var stream = content.Open();
        if (kind == ContentKind.Table)
            return DatasetFile.Read(stream, content.Name, options);
        using var text = DatasetFile.Text(stream);
        return kind == ContentKind.Arff ? ArffFile.Read(text, content.Name, options) : LibsvmFile.Read(text, content.Name, options);
    });

    static DataSource OpenZip(DataContent zip, string? packing, int depth)
    {
        const int maxDepth = 2;
        var entries = zip.Entries();
        if (entries.Count == 0)
            throw new MnistMlException($"{zip.Name} is a zip without files.");
        if (depth == maxDepth)
            throw new MnistMlException($"{zip.Name} is a zip in a zip in a zip. Unzip it first.");
        if (entries.All(entry => entry.Path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase)))
        {
            // One that holds a single array may be of images only, with the labels in another beside it.
            return new(entries.Count == 1 && depth == 0 && ArrayName.Of(zip.Path) != null && File.Exists(zip.Path)
                ? ImageArrays.OfFile(zip, FilesBeside(zip.Path))
                : ImageArrays.OfNpz(zip.Name, entries, packing));
        }
        if (entries.Any(entry => entry.Path is "[Content_Types].xml" or "mimetype"))
            throw new MnistMlException($"{zip.Name} is a spreadsheet or another document. Save its table as CSV.");

        packing = packing == null ? "zip" : $"zip in {packing}";
        var data = entries.Count == 1 ? entries : [.. entries.Where(entry => !IsAbout(entry.Path))];
        if (data is [var only])
            return Open(only, packing, depth + 1);
        var arrays = ImageArrays.Find(
            zip.Name, entries, packing, images => $"Unzip it, and name the images of one of them, such as {images}.");
        if (arrays != null)
            return new(arrays);
        throw new MnistMlException(data.Count == 0
            ? $"{zip.Name} holds no data: {ListOf(entries)}. Expected a row of pixels for each image."
            : $"{zip.Name} holds {data.Count} files of data: {ListOf(data)}. Unzip it, and name the file to train on, and that to test on if there is one.");
    }

    static DataSource OpenFolder(string folder)
    {
        var paths = DataFolder.Files(folder, MaxFolders, max: MaxFiles + 1);
        if (paths.Length > MaxFiles)
            throw new MnistMlException($"The folder {folder} holds more than {MaxFiles} files. Name the file of the images, or put the data set into a folder of its own.");
        var files = Array.ConvertAll(paths, DataContent.OfFileInFolder);
        if (ImageArrays.Find(folder, files, packing: null, images => $"Name the images of one of them, such as {images}.") is { } arrays)
            return new(arrays);
        var data = files.Where(file => !IsAbout(file.Path)).ToArray();
        throw new MnistMlException($"There are no IDX files and no arrays of images in the folder {folder}, such as train-images-idx3-ubyte. "
            + (data.Length == 0 ? "Name another folder, or a file." : $"Name one of its files: {ListOf(data)}."));
    }

    static DataContent[] FilesBeside(string path)
    {
        var folder = Path.GetDirectoryName(path);
        var paths = DataFolder.Files(folder is { Length: > 0 } ? folder : ".", depth: 0);
        return Array.ConvertAll(paths, file => DataContent.OfFileInFolder(folder is "" ? Path.GetFileName(file) : file));
    }

    /// <summary>Whether a file is about the data, by its name.</summary>
    static bool IsAbout(string path)
    {
        var name = Path.GetFileName(path).ToLowerInvariant();
        return name.StartsWith("readme", StringComparison.Ordinal) || name.StartsWith("licen", StringComparison.Ordinal)
            || Path.GetExtension(name) is ".md" or ".html" or ".pdf" or ".json" or ".xml" or ".yaml" or ".yml" or ".py" or ".ipynb" or ".r"
                or ".names" or ".png" or ".jpg" or ".jpeg" or ".gif" or ".svg" or ".bib" or ".tex";
    }

    static string ListOf(IReadOnlyCollection<DataContent> files) => Listing.Of([.. files.Select(file => file.Path)]);
}
