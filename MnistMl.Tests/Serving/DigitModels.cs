using System.Net;
using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Files;
using MnistMl.Serving;
using MnistMl.Tests.Data;
using MnistMl.Training;

namespace MnistMl.Tests.Serving;

/// <summary>Two models that read digits, and servers of them.</summary>
public sealed class DigitModels : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public DigitModels()
    {
        const int trainRows = 4_000;
        var digits = DatasetFile.Read(BundledData.Find());
        Test = digits.Slice(trainRows, 100);
        foreach (var (path, epochs) in (ReadOnlySpan<(string, int)>)[(Model, 4), (Other, 1)])
            ModelFile.Write(Trainer.Train(digits.Slice(0, trainRows), null, new() { HiddenLayers = [64], Epochs = epochs }).Network, path);
    }

    /// <summary>Digits that the models have not seen.</summary>
    internal Dataset Test { get; }

    /// <summary>The model.</summary>
    public string Model => Path.Join(_folder.Path, "digits.zip");

    /// <summary>Another.</summary>
    public string Other => Path.Join(_folder.Path, "other.zip");

    public void Dispose() => _folder.Dispose();

    /// <summary>A model's file that is a test's own.</summary>
    public string Copy() => Replace(Path.Join(_folder.Path, $"{Guid.NewGuid()}.zip"), Model);

    /// <summary>Puts a file in place of another, at once.</summary>
    public string Replace(string path, string with)
    {
        var copy = Path.Join(_folder.Path, $"{Guid.NewGuid()}.tmp");
        File.Copy(with, copy);
        File.Move(copy, path, overwrite: true);
        return path;
    }

    internal Task<Server> Serve(ServerLimits? limits = null, string? model = null, TextWriter? messages = null) =>
        Server.StartAsync(model ?? Model, new(IPAddress.Loopback, 0), limits ?? new(), messages ?? TextWriter.Null);
}

/// <summary>Tests that share the models, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ServingTests : ICollectionFixture<DigitModels>
{
    public const string Name = "Serving";
}
