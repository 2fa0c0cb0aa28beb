using Google.Protobuf;
using MnistMl.Model;

namespace MnistMl.Files;

/// <summary>
/// Writes a trained network as an ONNX model, which ONNX Runtime and others run in many languages and on many devices, and
/// reads it back. See docs/onnx.md.
/// </summary>
static class ModelOnnx
{
    /// <summary>Writes an ONNX file, in place of the old one if there is one, whole or not at all.</summary>
    /// <param name="network">The network to write.</param>
    /// <param name="path">The file to write, in a folder that exists.</param>
    /// <exception cref="MnistMlException">The file cannot be written, or cannot hold the network.</exception>
    public static void Write(TrainedNetwork network, string path) =>
        AtomicFile.Write(path, "model", file => Write(network, file));

    /// <summary>Writes an ONNX file to a stream. The same network gives the same bytes.</summary>
    /// <param name="network">The network to write.</param>
    /// <param name="stream">A stream to write to; it is left open.</param>
    /// <exception cref="MnistMlException">The file cannot hold the network.</exception>
    public static void Write(TrainedNetwork network, Stream stream)
    {
        ModelLimits.Check(network);
        ModelLimits.ThrowIfTooLarge(network.Parameters);
        OnnxWriter.ToModel(network).WriteTo(stream);
    }

    /// <summary>Reads an ONNX file that this class has written.</summary>
    /// <param name="path">The file to read.</param>
    /// <returns>The network, bit for bit as it was written.</returns>
    /// <exception cref="MnistMlException">
    /// The file cannot be read, is damaged, or holds a model that was not written by this class.
    /// </exception>
    public static TrainedNetwork Read(string path) => ModelFile.Open(path, file => Read(file, path));

    /// <summary>Reads an ONNX file from a stream.</summary>
    /// <param name="stream">A readable stream that knows its length; it is left open.</param>
    /// <param name="name">What messages call the file.</param>
    /// <returns>The network, bit for bit as it was written.</returns>
    /// <exception cref="MnistMlException">The file is damaged, or holds a model that was not written by this class.</exception>
    public static TrainedNetwork Read(Stream stream, string name)
    {
        if (stream.Length > ModelLimits.MaxBytes)
        {
            throw new MnistMlException($"The model file '{name}' has more than {ModelLimits.MaxBytes >> 20} MB, "
                + "the most that is read. Use a smaller model.");
        }
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return OnnxReader.Read(bytes, what => new MnistMlException(
            $"The model file '{name}' is damaged, or not an ONNX file of this program's making: it {what}. "
            + "Restore it from a copy, or export or train the model again."));
    }
}
