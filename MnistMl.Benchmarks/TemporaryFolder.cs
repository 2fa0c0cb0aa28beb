namespace MnistMl.Benchmarks;

/// <summary>A folder for what measuring leaves behind, gone when disposed of.</summary>
sealed class TemporaryFolder : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mnistml-");

    public string Path(string file) => System.IO.Path.Join(_folder.FullName, file);

    public void Dispose() => _folder.Delete(recursive: true);
}
