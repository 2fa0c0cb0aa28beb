using MnistMl.Fetching;

namespace MnistMl.Commands;

/// <summary>The data set in the repository; where there is no repository, the same as <c>data fetch</c> has it.</summary>
static class BundledData
{
    /// <summary>Its number at OpenML.</summary>
    public const int OpenMlId = 554;

    static readonly string _relativePath = Path.Join("Data", "mnist_784.csv.gz");

    /// <summary>Whether it would be found where <c>data fetch</c> saves it.</summary>
    public static bool IsFetched => In(Folders) == null && DataCache.Find(OpenMlId) != null;

    static IReadOnlyList<string> Folders => [Environment.CurrentDirectory, AppContext.BaseDirectory];

    /// <summary>Finds the file in the current folder, the program's, or any above them, or where it was fetched.</summary>
    /// <exception cref="MnistMlException">It is in none of them.</exception>
    public static string Find() => Find(Folders);

    /// <summary>Finds the file in any of the given folders, or any above them, or where it was fetched.</summary>
    internal static string Find(IReadOnlyList<string> folders) => In(folders) ?? DataCache.Find(OpenMlId) ?? throw new MnistMlException(
        $"{_relativePath} is not in this folder or any above it. Download it once with {CommandLine.Program} {DataFetchCommand.Name}, "
        + "or name a data file with --data FILE.");

    static string? In(IReadOnlyList<string> folders)
    {
        foreach (var start in folders)
        {
            for (var folder = new DirectoryInfo(start); folder != null; folder = folder.Parent)
            {
                var path = Path.Join(folder.FullName, _relativePath);
                if (File.Exists(path))
                    return Path.GetRelativePath(Environment.CurrentDirectory, path);
            }
        }
        return null;
    }
}
