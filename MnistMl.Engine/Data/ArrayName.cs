namespace MnistMl.Data;

/// <summary>What the name of a file or of an array of an NPZ says: <c>emnist-letters-train-images-idx3-ubyte.gz</c>, <c>x_train</c>.</summary>
/// <param name="Set">The data set, where the name says one: emnist-letters.</param>
/// <param name="Part">train, test or val; empty if it does not say.</param>
/// <param name="IsLabels">Whether it is of labels, not of images.</param>
sealed record ArrayName(string Set, string Part, bool IsLabels)
{
    public const string Train = "train", Test = "test", Validation = "val";

    static readonly Dictionary<string, string[]> _namesOfParts = new()
    {
        [Train] = ["train", "training", "trn", "tr"],
        [Test] = ["test", "testing", "t10k", "tst", "te"],
        [Validation] = ["val", "valid", "validation", "dev"],
    };

    static readonly Dictionary<string, string> _parts =
        _namesOfParts.SelectMany(part => part.Value, (part, name) => (part.Key, name)).ToDictionary(part => part.name, part => part.Key);

    static readonly HashSet<string> _images = ["images", "image", "imgs", "img", "x", "data", "features", "pixels", "inputs"];
    static readonly HashSet<string> _labels = ["labels", "label", "lbls", "lbl", "y", "target", "targets", "classes", "class", "outputs"];

    /// <summary>Whether a path is called as files of one array are.</summary>
    public static bool IsOfArray(string path)
    {
        var name = WithoutGzip(path);
        return name.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".npz", StringComparison.OrdinalIgnoreCase)
            || Words(name).Any(IsIdx);
    }

    /// <summary>The folder of a data set that a file is in: not that of a part of it, nor one of the file's own name, as some unpackers make.</summary>
    public static string FolderOf(string path)
    {
        var folder = Path.GetDirectoryName(path) ?? "";
        return PartOf(folder) != null || Of(folder) != null && IsOfArray(folder) ? Path.GetDirectoryName(folder) ?? "" : folder;
    }

    static string? PartOf(string folder) => _parts.GetValueOrDefault(Path.GetFileName(folder).ToLowerInvariant());

    /// <summary>What a name says; null if it is neither of images nor of labels.</summary>
    /// <param name="path">The name, perhaps behind folders.</param>
    public static ArrayName? Of(string path)
    {
        var name = WithoutGzip(path);
        foreach (var end in (string[])[".npy", ".npz", ".idx"])
            name = name.EndsWith(end, StringComparison.OrdinalIgnoreCase) ? name[..^end.Length] : name;
        var (set, part, isLabels) = (new List<string>(), PartOf(Path.GetDirectoryName(path) ?? "") ?? "", (bool?)null);
        foreach (var word in Words(name).TakeWhile(word => !IsIdx(word)))
        {
            if (_parts.TryGetValue(word, out var known))
                part = known;
            else if (_images.Contains(word) || _labels.Contains(word))
                isLabels = _labels.Contains(word);
            else if (Fused(word) is { } fused)
                (part, isLabels) = fused;
            else
                set.Add(word);
        }
        return isLabels == null ? null : new(string.Join('-', set), part, isLabels.Value);
    }

    /// <summary>Of words written as one, such as xtrain or trainlabels.</summary>
    static (string Part, bool IsLabels)? Fused(string word)
    {
        foreach (var (part, known) in _parts)
        {
            var rest = word.StartsWith(part, StringComparison.Ordinal) ? word[part.Length..]
                : word.EndsWith(part, StringComparison.Ordinal) ? word[..^part.Length] : "";
            if (_images.Contains(rest) || _labels.Contains(rest))
                return (known, _labels.Contains(rest));
        }
        return null;
    }

    static string WithoutGzip(string path)
    {
        var name = path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
        return name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
    }

    static bool IsIdx(string word) => word.StartsWith("idx", StringComparison.Ordinal) && word[3..].All(char.IsAsciiDigit);

    /// <summary>The words of a name, in lower case: between hyphens, dots, underscores and blanks, and before capitals.</summary>
    static IEnumerable<string> Words(string name)
    {
        var start = 0;
        for (var i = 0; i <= name.Length; i++)
        {
            var isBreak = i == name.Length || name[i] is '-' or '_' or '.' or ' ';
            if (!isBreak && !(i > start && char.IsUpper(name[i]) && char.IsLower(name[i - 1])))
                continue;
            if (i > start)
                yield return name[start..i].ToLowerInvariant();
            start = isBreak ? i + 1 : i;
        }
    }
}
