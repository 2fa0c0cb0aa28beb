namespace MnistMl.Benchmarks;

/// <summary>A new folder for the files of a benchmark, deleted with its content when disposed of.</summary>
sealed class TemporaryFolder : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mnistml-");

    public string Path(string file) => System.IO.Path.Join(_folder.FullName, file);

    public void Dispose() => _folder.Delete(recursive: true);
}
