using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using MnistMl.Files;
using MnistMl.Model;

namespace MnistMl.Tests.Files;

/// <summary>Runs ONNX models in ONNX Runtime. A test that needs it is skipped where it could not be restored.</summary>
static class OnnxRuntime
{
    /// <summary>Exports a network and runs it; see <see cref="Run(byte[], float[], int)"/>.</summary>
    public static (float[] Probabilities, string[] Labels) Run(TrainedNetwork network, float[] rows)
    {
        using var model = new MemoryStream();
        ModelOnnx.Write(network, model);
        return Run(model.ToArray(), rows, network.FeatureCount);
    }

    /// <summary>Runs a model on a batch.</summary>
    /// <param name="model">The model's file.</param>
    /// <param name="rows">[rows, features]</param>
    /// <param name="featureCount">Length of a row.</param>
    /// <returns>[rows, classes] and [rows], numbers as texts.</returns>
    public static (float[] Probabilities, string[] Labels) Run(byte[] model, float[] rows, int featureCount)
    {
        using var session = new InferenceSession(model);
        using var run = new RunOptions();
        var count = rows.Length / featureCount;
        using var pixels = OrtValue.CreateTensorValueFromMemory(rows, [count, featureCount]);
        using var outputs = session.Run(run, ["Pixels"], [pixels], ["probabilities", "label"]);
        var (probabilities, labels) = (outputs[0], outputs[1]);
        // ONNX Runtime runs a graph whose results have other shapes than it says.
        Assert.Equal([count, session.OutputMetadata["probabilities"].Dimensions[1]], probabilities.GetTensorTypeAndShape().Shape);
        Assert.Equal([count], labels.GetTensorTypeAndShape().Shape);
        return (
            probabilities.GetTensorDataAsSpan<float>().ToArray(),
            session.OutputMetadata["label"].IsString
                ? labels.GetStringTensorAsArray()
                : Array.ConvertAll(
                    labels.GetTensorDataAsSpan<long>().ToArray(), label => label.ToString(CultureInfo.InvariantCulture)));
    }
}
