using System.Reflection;

namespace MnistMl.MLNet;

/// <summary>ML.NET's package that runs ONNX models, such as a model zip has inside of networks with max pooling.</summary>
static class OnnxPackage
{
    /// <summary>Its name, and its assembly's.</summary>
    public const string Name = "Microsoft.ML.OnnxTransformer";

    /// <summary>Whether the app has it.</summary>
    public static bool IsThere => CanLoad(Name);

    /// <summary>Whether the app has an assembly.</summary>
    public static bool CanLoad(string name)
    {
        try
        {
            Assembly.Load(name);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
