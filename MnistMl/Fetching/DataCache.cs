namespace MnistMl.Fetching;

/// <summary>The user's folder for data that can be fetched again.</summary>
static class DataCache
{
    const string Application = "mnistml", End = ".arff.gz";

    /// <summary>
    /// Where the platform has such folders: <c>XDG_CACHE_HOME</c> or <c>~/.cache</c>, on macOS <c>~/Library/Caches</c>, on Windows the
    /// local application data.
    /// </summary>
    public static string Folder
    {
        get
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            // Relative paths are to be ignored (XDG Base Directory Specification).
            var caches = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : OperatingSystem.IsMacOS() ? Path.Join(home, "Library", "Caches")
                : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { } named && Path.IsPathRooted(named) ? named
                : Path.Join(home, ".cache");
            return Path.Join(caches, Application);
        }
    }

    /// <summary>The file of a data set.</summary>
    /// <param name="name">Its name; what is no letter or digit in it becomes a hyphen.</param>
    /// <param name="id">Its number.</param>
    public static string PathOf(string name, int id)
    {
        const int maxLength = 100;
        var plain = string.Concat(name.Take(maxLength).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_' ? letter : '-'));
        return Path.Join(Folder, $"{plain}-{id}{End}");
    }

    /// <summary>The file of a data set that was fetched; null if it was not.</summary>
    public static string? Find(int id)
    {
        try
        {
            return Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, $"*-{id}{End}").Order(StringComparer.Ordinal).FirstOrDefault() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
