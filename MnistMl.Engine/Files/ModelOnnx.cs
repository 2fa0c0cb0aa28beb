using Google.Protobuf;
using MnistMl.Model;

namespace MnistMl.Files;

/// <summary>
/// An ONNX model as the file of a trained network: ONNX Runtime and others run it in many languages and on many
/// devices. See docs/onnx.md.
/// </summary>
static class ModelOnnx
{
    /// <summary>Writes an ONNX file. The same network gives the same bytes.</summary>
    /// <param name="network">The network to write.</param>
    /// <param name="stream">A stream to write to; it is left open.</param>
    /// <exception cref="MnistMlException">The file cannot hold the network.</exception>
    public static void Write(TrainedNetwork network, Stream stream)
    {
        ModelLimits.ThrowIfUnwritable(network, asOnnx: true);
        OnnxWriter.ToModel(network).WriteTo(stream);
    }

    /// <summary>Reads an ONNX file that was written here.</summary>
    /// <param name="stream">A readable stream that knows its length; it is left open.</param>
    /// <param name="name">What messages call the file.</param>
    /// <returns>The network, bit for bit as it was written.</returns>
    /// <exception cref="MnistMlException">The file is damaged, or holds a model that was not written here.</exception>
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
