namespace MnistMl.Tests.Data;

/// <summary>A folder that is deleted in the end, with all that is in it.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mnistml-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
