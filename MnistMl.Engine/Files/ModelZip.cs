using MnistMl.Model;

namespace MnistMl.Files;

/// <summary>
/// Writes a trained network as the zip that ML.NET saves its models in, and reads it back. The zip holds transforms of
/// ML.NET's own only: <c>mlContext.Model.Load</c> needs the package Microsoft.ML and nothing of this program.
/// See docs/model-file.md.
/// </summary>
static class ModelZip
{
    /// <summary>
    /// Writes a model file. The file at <paramref name="path"/> is replaced at once and only when all is written:
    /// whatever fails, whoever opens it finds the old file or the new one.
    /// </summary>
    /// <param name="network">The network to write.</param>
    /// <param name="path">The file to write, in a folder that exists.</param>
    /// <param name="columns">Names of the columns; by default those of <see cref="ModelColumns"/>.</param>
    /// <exception cref="MnistMlException">The file cannot be written, or ML.NET would not load it.</exception>
    public static void Write(TrainedNetwork network, string path, ModelColumns? columns = null) =>
        AtomicFile.Write(path, "model", file => Write(network, file, columns));

    /// <summary>Writes a model file to a stream. The same network gives the same bytes.</summary>
    /// <param name="network">The network to write.</param>
    /// <param name="stream">A stream to write to; it is left open.</param>
    /// <param name="columns">Names of the columns; by default those of <see cref="ModelColumns"/>.</param>
    /// <exception cref="MnistMlException">ML.NET would not load the network.</exception>
    public static void Write(TrainedNetwork network, Stream stream, ModelColumns? columns = null) =>
        Write(network, stream, columns ?? new ModelColumns(), trainSchema: null);

    /// <summary>Writes a model file whose labels may be something else than texts.</summary>
    /// <param name="network">The network to write.</param>
    /// <param name="stream">A stream to write to; it is left open.</param>
    /// <param name="columns">Names of the columns.</param>
    /// <param name="trainSchema">
    /// Gives, from name and length of the column the scorer takes, the schema it is said to be trained on, whose label
    /// column tells what the predicted keys stand for; null for the texts that are the network's labels.
    /// </param>
    internal static void Write(
        TrainedNetwork network, Stream stream, ModelColumns columns, Func<string, int, byte[]>? trainSchema) =>
        ZipWriter.Write(network, columns, stream, trainSchema);

    /// <summary>Reads a model file, whether written by this class or saved again by ML.NET.</summary>
    /// <param name="path">The file to read.</param>
    /// <returns>The network, bit for bit as it was written.</returns>
    /// <exception cref="MnistMlException">
    /// The file cannot be read, is damaged, or holds a model that is not a network of this program's making.
    /// </exception>
    public static TrainedNetwork Read(string path) => ModelFile.Open(path, file => Read(file, path));

    /// <summary>Reads a model file from a stream.</summary>
    /// <param name="stream">A readable stream; it is left open.</param>
    /// <param name="name">What messages call the file.</param>
    /// <returns>The network, bit for bit as it was written.</returns>
    /// <exception cref="MnistMlException">
    /// The file is damaged, or holds a model that is not a network of this program's making.
    /// </exception>
    public static TrainedNetwork Read(Stream stream, string name)
    {
        using var archive = new ModelArchive(stream, name);
        var transforms = new ZipReader(archive);
        return archive.Has(ZipWriter.NetworkEntry) ? ReadNetworkEntry(archive, transforms) : transforms.Read();
    }

    static TrainedNetwork ReadNetworkEntry(ModelArchive archive, ZipReader transforms)
    {
        const string entry = ZipWriter.NetworkEntry;
        var (featureCount, classNames) = transforms.ReadShape();
        var network = OnnxReader.Read(archive.Read(entry), what => archive.Damaged(entry, what));
        return network.FeatureCount == featureCount && network.ClassNames.SequenceEqual(classNames)
            ? network
            : throw archive.Damaged(entry, "is of another network than the transforms");
    }
}
