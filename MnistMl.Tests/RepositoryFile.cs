namespace MnistMl.Tests;

/// <summary>Reads the repository's own files.</summary>
static class RepositoryFile
{
    /// <summary>The text of a file, its path from the repository's root on, with lines that end as on Unix.</summary>
    public static string Read(string path)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Join(root.FullName, "MnistMl.sln")))
            root = root.Parent!;
        return File.ReadAllText(Path.Join(root.FullName, path)).ReplaceLineEndings("\n");
    }
}
