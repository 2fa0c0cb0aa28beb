using MnistMl.Model;

namespace MnistMl.Files;

/// <summary>Reads and writes files of trained networks, in the format that their name says.</summary>
public static class ModelFile
{
    /// <summary>Whether a file of that name is an ONNX file, and not a zip for ML.NET.</summary>
    public static bool IsOnnx(string path) => path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a file, in the format that its name says.</summary>
    /// <exception cref="MnistMlException">It cannot be read, or holds something else than a network of this program.</exception>
    public static TrainedNetwork Read(string path) => IsOnnx(path) ? ModelOnnx.Read(path) : ModelZip.Read(path);

    /// <summary>Writes a file, in the format that its name says, in place of the old one, whole or not at all.</summary>
    /// <exception cref="MnistMlException">The file cannot be written, or cannot hold the network.</exception>
    public static void Write(TrainedNetwork network, string path)
    {
        if (IsOnnx(path))
            ModelOnnx.Write(network, path);
        else
            ModelZip.Write(network, path);
    }

    /// <summary>Opens a file of a network to read it.</summary>
    /// <exception cref="MnistMlException">There is no such file, or it cannot be read.</exception>
    internal static TrainedNetwork Open(string path, Func<Stream, TrainedNetwork> read)
    {
        try
        {
            using var file = File.OpenRead(path);
            return read(file);
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
}
