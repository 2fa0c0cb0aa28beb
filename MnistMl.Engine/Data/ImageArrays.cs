namespace MnistMl.Data;

/// <summary>
/// A data set whose images and labels are arrays of their own: IDX files, as MNIST and its relatives are published, or NumPy's
/// arrays, in a folder, in a zip, or in an NPZ.
/// </summary>
sealed class ImageArrays
{
    readonly string _name, _format;
    readonly string? _packing;
    readonly SortedDictionary<string, (DataContent? Images, DataContent? Labels)> _parts = new(StringComparer.Ordinal);

    /// <summary>The part that the user named by its file; null if a whole folder, zip or NPZ was named.</summary>
    readonly string? _named;

    readonly IReadOnlyList<DataContent> _all;

    ImageArrays(
        string name, string format, string? packing, IEnumerable<(DataContent Content, ArrayName Name)> arrays, string? named = null,
        IReadOnlyList<DataContent>? all = null)
    {
        (_name, _format, _packing, _named) = (name, format, packing, named);
        // Of one file that is there twice, the first is taken, which is plain rather than gzipped, and in the folder rather than below.
        foreach (var (content, array) in arrays.OrderBy(array => array.Content.Path.Length).ThenBy(array => array.Content.Path, StringComparer.Ordinal))
        {
            var part = _parts.GetValueOrDefault(array.Part);
            _parts[array.Part] = array.IsLabels ? (part.Images, part.Labels ?? content) : (part.Images ?? content, part.Labels);
        }
        // Beside a file that was named, others are not meant.
        _all = all ?? (named == null ? [.. _parts.Values.SelectMany(Files)] : []);
    }

    /// <summary>Whether the test rows are apart from the training rows.</summary>
    public bool HasTestRows => TestPart != null;

    string? TestPart => _named is { } named and not ArrayName.Train ? null
        : HasImages(ArrayName.Test) ? ArrayName.Test
        : HasImages(ArrayName.Validation) && TrainingPart != null ? ArrayName.Validation
        : null;

    string? TrainingPart => _named ?? (HasImages(ArrayName.Train) ? ArrayName.Train : HasImages("") ? "" : null);

    bool HasImages(string part) => _parts.TryGetValue(part, out var arrays) && arrays.Images != null;

    /// <summary>Finds the files of a data set among those of a folder or a zip; null if there are none.</summary>
    /// <param name="name">What error messages call the folder or zip.</param>
    /// <param name="files">The files, with paths in it.</param>
    /// <param name="packing">What the files are packed in.</param>
    /// <param name="advice">How to name one of several data sets, by its file of images.</param>
    /// <exception cref="MnistMlException">There are several data sets.</exception>
    public static ImageArrays? Find(string name, IReadOnlyList<DataContent> files, string? packing, Func<string, string> advice)
    {
        var sets = SetsOf(files);
        if (sets.Length > 1 && sets.Where(set => set.Any(array => !array.Name.IsLabels)).ToArray() is { Length: > 0 } withImages)
            sets = withImages;
        if (sets.Length > 1)
        {
            var images = sets.Select(set => set.OrderBy(array => array.Name.IsLabels).ThenByDescending(array => array.Name.Part).First().Content.Path).Order(StringComparer.Ordinal).ToArray();
            throw new MnistMlException($"{name} holds {sets.Length} data sets: {ListOf(images)}. {advice(images[0])}");
        }
        return sets is [var only] ? new(name, FormatOf(only), packing, only) : null;
    }

    /// <summary>The data set that a file of images belongs to; its other files are found beside it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="beside">All files of its folder; none for what is no file.</param>
    public static ImageArrays OfFile(DataContent file, IReadOnlyList<DataContent> beside)
    {
        var name = ArrayName.Of(file.Path) ?? new("", "", IsLabels: false);
        if (name.IsLabels)
            throw new MnistMlException($"{file.Name} holds labels, by its name. Name the file of the images.");
        var set = SetsOf(beside).FirstOrDefault(set => set.Any(array => array.Content.Path == file.Path)) ?? [];
        (DataContent, ArrayName)[] all = [(file, name), .. set.Where(array => array.Name.IsLabels || array.Name.Part != name.Part)];
        return new(file.Name, FormatOf(all), packing: null, all, named: name.Part);
    }

    /// <summary>The arrays of an NPZ.</summary>
    /// <param name="name">What error messages call it.</param>
    /// <param name="arrays">Its arrays.</param>
    /// <param name="packing">What the NPZ is packed in.</param>
    public static ImageArrays OfNpz(string name, IReadOnlyList<DataContent> arrays, string? packing)
    {
        var named = arrays.Select(array => (Content: array, Name: ArrayName.Of(array.Path))).ToArray();
        var sets = named.Where(array => array.Name != null).GroupBy(array => array.Name!.Set).ToArray();
        var images = sets.Where(set => set.Any(array => !array.Name!.IsLabels)).ToArray();
        var set = images.FirstOrDefault(set => set.Key.Length == 0) ?? (images.Length == 1 ? images[0] : null);
        if (set != null)
            return new(name, "NPZ", packing, set.Select(array => (array.Content, array.Name!)), all: arrays);

        // Names such as arr_0 say nothing: of one array, or of images and labels, the sizes do.
        var dimensions = arrays.Count > 2 ? [] : arrays.Select(array =>
            NumberArray.Read(array, opened => opened.Header.Sizes is [_] or [_, 1] ? 1 : opened.Header.Sizes.Length)).ToArray();
        if (dimensions.Count(count => count > 1) == 1)
        {
            return new(name, "NPZ", packing, arrays.Zip(dimensions, (array, count) => (array, new ArrayName("", "", IsLabels: count == 1))));
        }
        throw new MnistMlException($"{name} holds the arrays {ListOf([.. arrays.Select(Stem)])}: which ones are images and labels is not clear. "
            + "Save them as x_train, y_train, x_test and y_test, or as x and y.");
    }

    /// <summary>Reads the training rows, or all.</summary>
    /// <param name="hasLabels">Whether labels are among the arrays, rather than elsewhere.</param>
    public LoadedData ReadTraining(bool hasLabels) => Read(
        TrainingPart ?? throw new MnistMlException($"{_name} has no images to train on: {Known}."), hasLabels ? null : TableColumns.LabelsElsewhere);

    /// <summary>Reads the test rows, or all.</summary>
    /// <inheritdoc cref="ReadTraining"/>
    public LoadedData ReadTest(bool hasLabels) =>
        TestPart is { } test ? Read(test, hasLabels ? null : TableColumns.LabelsElsewhere) : ReadTraining(hasLabels);

    /// <summary>Reads images to predict: those to test on, if there are such.</summary>
    public LoadedData ReadForPrediction(int featureCount) => Read(
        TestPart ?? TrainingPart ?? _parts.Keys.FirstOrDefault(HasImages) ?? throw new MnistMlException($"{_name} has no images: {Known}."), TableColumns.LabelsToPredict, featureCount);

    LoadedData Read(string part, string? whyNoLabels, int? featureCount = null)
    {
        var (imagesContent, labelsContent) = _parts[part];
        if (whyNoLabels == null && labelsContent == null)
            throw new MnistMlException($"{imagesContent!.Name} holds images without labels. {HowToLabel(imagesContent)}");
        var images = NumberArray.Read(imagesContent!, array => array.ReadImages(featureCount));
        int[] labels = [];
        string[] classNames = [];
        if (whyNoLabels == null)
        {
            (labels, classNames) = NumberArray.Read(labelsContent!, array => array.ReadLabels());
            if (labels.Length != images.RowCount)
            {
                throw new MnistMlException($"{imagesContent!.Name} has {images.RowCount} images, but {labelsContent!.Name} has {labels.Length} labels. "
                    + "Take both from the same data set.");
            }
        }
        var rows = new Dataset(images.Pixels, labels, images.FeatureCount, classNames, images.Range);
        string[] sources = [$"images {Stem(imagesContent!)}", .. whyNoLabels == null ? [$"labels {Stem(labelsContent!)}"] : (string[])[]];
        return new(rows, new DataDescription
        {
            Format = _format,
            Packing = _packing,
            Sources = sources,
            LabelReason = whyNoLabels ?? "",
            Notes = Notes(part),
            RowCount = images.RowCount,
            FeatureCount = images.FeatureCount,
            Height = images.Height,
            Width = images.Width,
            Range = images.Range,
        });
    }

    /// <summary>What neither training rows nor test rows are read of.</summary>
    string[] Notes(string part)
    {
        string?[] read = [part, TrainingPart, TestPart];
        var used = read.OfType<string>().Distinct().SelectMany(each => Files(_parts[each]));
        string[] unread = [.. _all.Except(used).Select(Stem)];
        return unread.Length > 0 ? [$"Left out: {ListOf(unread)}."] : [];
    }

    static IEnumerable<DataContent> Files((DataContent? Images, DataContent? Labels) part) =>
        new[] { part.Images, part.Labels }.OfType<DataContent>();

    string Known => $"it has {ListOf([.. _parts.Values.SelectMany(Files).Select(Stem)])}";

    static (DataContent Content, ArrayName Name)[][] SetsOf(IReadOnlyList<DataContent> files) =>
    [
        .. files.Select(file => (Content: file, Name: ArrayName.Of(file.Path)))
            .Where(file => file.Name != null && (ArrayName.IsOfArray(file.Content.Path) || IsArray(file.Content)))
            .GroupBy(file => (ArrayName.FolderOf(file.Content.Path), file.Name!.Set), file => (file.Content, file.Name!))
            .Select(set => set.ToArray()),
    ];

    /// <summary>Whether a file is an array by its content; one of another kind, or that cannot be read, is none.</summary>
    static bool IsArray(DataContent file)
    {
        try
        {
            return file.Format.Kind is ContentKind.Idx or ContentKind.Npy;
        }
        catch (MnistMlException)
        {
            return false;
        }
    }

    static string HowToLabel(DataContent images)
    {
        var name = Stem(images);
        (string Images, string Labels)[] names = [("images-idx3", "labels-idx1"), ("images.idx3", "labels.idx1"), ("images", "labels"), ("imgs", "labels"), ("x_", "y_"), ("X_", "y_")];
        var pair = names.FirstOrDefault(pair => name.Contains(pair.Images, StringComparison.Ordinal));
        return pair.Images == null
            ? "Save both in one NPZ, as x and y."
            : $"Expected them in {name.Replace(pair.Images, pair.Labels)}.";
    }

    static string FormatOf(IEnumerable<(DataContent Content, ArrayName)> arrays) => arrays.First().Content.Format.Kind switch
    {
        ContentKind.Npy => "NPY",
        ContentKind.Zip => "NPZ",
        _ => "IDX",
    };

    static string Stem(DataContent content)
    {
        var name = content.Path[(content.Path.LastIndexOfAny(['/', '\\']) + 1)..];
        return name.EndsWith(".npy", StringComparison.Ordinal) ? name[..^4] : name;
    }

    static string ListOf(string[] names) => names.Length == 0 ? "nothing" : Listing.Of(names);
}
