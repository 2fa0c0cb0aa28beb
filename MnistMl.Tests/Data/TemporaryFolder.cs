namespace MnistMl.Tests.Data;

/// <summary>A new folder, deleted with its content when disposed of.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mnistml-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
