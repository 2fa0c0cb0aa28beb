namespace MnistMl.Data;

/// <summary>Lists folders of data, in the order of the paths; what is hidden is left out.</summary>
static class DataFolder
{
    /// <summary>The files in a folder, and in those below.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="depth">The most folders to go down.</param>
    /// <param name="pattern">Which files are wanted, in upper or lower case.</param>
    /// <param name="max">The most files to list; of more, it is any of them.</param>
    /// <exception cref="MnistMlException">One of the folders cannot be read.</exception>
    public static string[] Files(string path, int depth = int.MaxValue, string pattern = "*", int max = int.MaxValue) =>
        List(path, Directory.EnumerateFiles, depth, pattern, max);

    /// <summary>The folders in a folder.</summary>
    /// <inheritdoc cref="Files"/>
    public static string[] Folders(string path) => List(path, Directory.EnumerateDirectories, depth: 0, "*", int.MaxValue);

    static string[] List(string path, Func<string, string, EnumerationOptions, IEnumerable<string>> enumerate, int depth, string pattern, int max)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            MaxRecursionDepth = depth,
            MatchCasing = MatchCasing.CaseInsensitive,
            IgnoreInaccessible = false,
        };
        // To Windows, a name with a dot is not hidden.
        return DataFile.Read($"The folder {path}", () => enumerate(path, pattern, options)
            .Where(found => !Path.GetFileName(found).StartsWith('.')).Take(max).Order(StringComparer.Ordinal).ToArray());
    }
}
