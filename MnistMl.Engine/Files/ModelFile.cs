using MnistMl.Model;

namespace MnistMl.Files;

/// <summary>
/// The file of a trained network: by its name an <c>.onnx</c> file or, with any other ending, a zip that ML.NET loads.
/// </summary>
public static class ModelFile
{
    /// <summary>Reads a file that <see cref="Write(TrainedNetwork, string)"/> has written, or ML.NET has saved again.</summary>
    /// <param name="path">The file to read.</param>
    /// <returns>The network, bit for bit as it was written.</returns>
    /// <exception cref="MnistMlException">
    /// The file cannot be read, is damaged, or holds something else than a network that was written here.
    /// </exception>
    public static TrainedNetwork Read(string path)
    {
        try
        {
            using var file = OrdinaryFile.OpenRead(path);
            return IsOnnx(path) ? ModelOnnx.Read(file, path) : ModelZip.Read(file, path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MnistMlException($"There is no model file '{path}'. Train a model, or name another file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new MnistMlException($"The model file '{path}' cannot be read: {e.Message.TrimEnd('.')}. "
                + "Check that it is a file, and its permissions.", e);
        }
    }

    /// <summary>
    /// Writes a file, in place of the old one if there is one, whole or not at all. The same network gives the same
    /// bytes.
    /// </summary>
    /// <param name="network">The network to write.</param>
    /// <param name="path">The file to write, in a folder that exists.</param>
    /// <exception cref="MnistMlException">The file cannot be written, or cannot hold the network.</exception>
    public static void Write(TrainedNetwork network, string path) => Write(network, path, columns: null);

    /// <summary>Writes a file, in place of the old one if there is one, whole or not at all.</summary>
    /// <param name="network">The network to write.</param>
    /// <param name="path">The file to write, in a folder that exists.</param>
    /// <param name="columns">What a zip takes; null for the pixels.</param>
    internal static void Write(TrainedNetwork network, string path, ModelColumns? columns) => AtomicFile.Write(path, "model", file =>
    {
        if (IsOnnx(path))
            ModelOnnx.Write(network, file);
        else
            ModelZip.Write(network, file, columns);
    });

    /// <summary>Whether a file of that name is an ONNX file, and not a zip for ML.NET.</summary>
    internal static bool IsOnnx(string path) => path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);
}
