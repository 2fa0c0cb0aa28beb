using Google.Protobuf;

namespace MnistMl.Models.Onnx;

/// <summary>
/// Writes a trained network as an ONNX model, which ONNX Runtime and others run in many languages and on many devices.
/// See docs/onnx.md.
/// </summary>
public static class OnnxModelFile
{
    /// <summary>Writes an ONNX file, in place of the old one if there is one, whole or not at all.</summary>
    /// <param name="network">The network to write.</param>
    /// <param name="path">The file to write, in a folder that exists.</param>
    /// <exception cref="MnistMlException">The file cannot be written, or cannot hold the network.</exception>
    public static void Write(TrainedNetwork network, string path) =>
        WholeFile.Write(path, "model", file => Write(network, file));

    /// <summary>Writes an ONNX file to a stream. The same network gives the same bytes.</summary>
    /// <param name="network">The network to write.</param>
    /// <param name="stream">A stream to write to; it is left open.</param>
    /// <exception cref="MnistMlException">The file cannot hold the network.</exception>
    public static void Write(TrainedNetwork network, Stream stream)
    {
        ModelFile.Check(network);
        var affine = network.ToAffine();
        ModelFile.RefuseTooLarge(affine.Parameters);
        OnnxModelWriter.ToModel(affine).WriteTo(stream);
    }
}
