using MnistMl.Files;

namespace MnistMl.Commands;

/// <summary>The packages that an app needs to load a model zip.</summary>
static class ModelPackages
{
    /// <summary>Names them.</summary>
    /// <param name="images">The images that the model takes; null for pixels.</param>
    /// <param name="hasOnnxInside">Whether it has an ONNX model inside.</param>
    public static string Sentence(ImageInput? images, bool hasOnnxInside)
    {
        string[] packages =
        [
            "Microsoft.ML",
            .. images == null ? (string[])[] : ["Microsoft.ML.ImageAnalytics"],
            .. hasOnnxInside ? (string[])["Microsoft.ML.OnnxTransformer", "Microsoft.ML.OnnxRuntime"] : [],
        ];
        return $"An ML.NET app loads it with the packages {string.Join(", ", packages[..^1])} and {packages[^1]}.";
    }
}
