namespace MnistMl.Commands;

/// <summary>The data set in the repository.</summary>
static class BundledData
{
    static readonly string _relativePath = Path.Join("Data", "mnist_784.csv.gz");

    /// <summary>Finds the file in the current folder, the program's, or any above them.</summary>
    /// <exception cref="MnistMlException">It is in none of them.</exception>
    public static string Find()
    {
        foreach (var start in (string[])[Environment.CurrentDirectory, AppContext.BaseDirectory])
        {
            for (var folder = new DirectoryInfo(start); folder != null; folder = folder.Parent)
            {
                var path = Path.Join(folder.FullName, _relativePath);
                if (File.Exists(path))
                    return Path.GetRelativePath(Environment.CurrentDirectory, path);
            }
        }
        throw new MnistMlException(
            $"{_relativePath} is not in this folder or any above it. Name a data file with --data FILE.");
    }
}
