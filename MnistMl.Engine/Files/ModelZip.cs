using System.IO.Compression;
using Google.Protobuf;
using MnistMl.Model;

namespace MnistMl.Files;

/// <summary>
/// The zip in which ML.NET saves its models, as the file of a trained network. It holds transforms of ML.NET's own
/// only: <c>mlContext.Model.Load</c> needs the package Microsoft.ML and nothing of this program; for images and for an
/// ONNX model inside, more packages of ML.NET's. See
/// docs/model-file.md.
/// </summary>
static class ModelZip
{
    /// <summary>The folder of the chain of transforms, which is the whole model.</summary>
    public const string Chain = "TransformerChain";

    /// <summary>Entry that has the network as it is, where the transforms differ. ML.NET does not look at it.</summary>
    public const string Network = "Network.onnx";

    /// <summary>The entry of the schema that the model takes.</summary>
    const string Schema = "Schema";

    /// <summary>Training, testing, scoring: with less, some versions of ML.NET leave the transform out.</summary>
    const int EveryScope = 7;

    /// <summary>Writes a model file. The same network gives the same bytes.</summary>
    /// <param name="network">The network to write.</param>
    /// <param name="stream">A stream to write to; it is left open.</param>
    /// <param name="columns">Names of the columns; by default those of <see cref="ModelColumns"/>.</param>
    /// <param name="trainSchema">
    /// Gives, from name and length of the column the scorer takes, the schema it is said to be trained on, whose label
    /// column tells what the predicted keys stand for; null for the texts that are the network's labels.
    /// </param>
    /// <exception cref="MnistMlException">ML.NET would not load the network.</exception>
    public static void Write(
        TrainedNetwork network, Stream stream, ModelColumns? columns = null,
        Func<string, int, byte[]>? trainSchema = null)
    {
        columns ??= new();
        ModelLimits.ThrowIfUnwritable(network, asOnnx: columns.HasOnnxInside);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        var count = 0;
        foreach (var transform in TransformWriter.Write(network, columns, trainSchema))
        {
            foreach (var (name, content) in transform)
                WriteEntry(archive, $"{Folder(Chain, count)}/{name}", content.Span);
            count++;
        }

        using var chain = new ModelKeyWriter(MLNetClass.Chain);
        chain.Add(count);
        for (var i = 0; i < count; i++)
            chain.Add(EveryScope);
        WriteEntry(archive, $"{Chain}/{TransformWriter.Key}", chain.Finish().Span);
        // ML.NET has no form for the type of an image, and does without a schema then.
        if (columns.Images is null or { ArePaths: true })
        {
            WriteEntry(archive, Schema, columns.Images == null
                ? EmptyDataView.Write(columns.Features, network.FeatureCount)
                : EmptyDataView.OfText(ImageInput.Path));
        }
        if (network.SpatialLayers.Count > 0 && !columns.HasOnnxInside && !network.HasMaxPooling)
            WriteEntry(archive, Network, OnnxWriter.ToModel(network).ToByteArray());
    }

    /// <summary>Reads a model file, whether written here or saved again by ML.NET.</summary>
    /// <param name="stream">A readable stream; it is left open.</param>
    /// <param name="name">What messages call the file.</param>
    /// <returns>The network, bit for bit as it was written.</returns>
    /// <exception cref="UnknownModelException">The file holds another model of ML.NET's.</exception>
    /// <exception cref="MnistMlException">The file is damaged, or too large.</exception>
    public static TrainedNetwork Read(Stream stream, string name)
    {
        using var archive = new ModelArchive(stream, name);
        var network = new TransformReader(archive).Read();
        archive.CheckAll();
        return network;
    }

    /// <summary>The folder of a transform of a chain.</summary>
    public static string Folder(string chain, int transform) => $"{chain}/Transform_{transform:000}";

    static void WriteEntry(ZipArchive archive, string name, ReadOnlySpan<byte> content)
    {
        var entry = archive.CreateEntry(name, CompressionLevel.Optimal);
        // The clock and the file system have no say in the bytes.
        entry.LastWriteTime = new DateTime(1980, 1, 1);
        entry.ExternalAttributes = 0;
        using var stream = entry.Open();
        stream.Write(content);
    }
}
