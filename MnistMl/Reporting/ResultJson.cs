using System.Text.Json;

namespace MnistMl.Reporting;

/// <summary>
/// Writes what <c>--json</c> asks for: one object on one line. Figures that are not finite are null, and what only
/// training knows is left out of the result of an evaluation.
/// </summary>
static class ResultJson
{
    /// <summary>Writes what <c>train</c> or <c>evaluate</c> came to.</summary>
    public static void Write(TextWriter writer, RunResult result) =>
        writer.WriteLine(JsonSerializer.Serialize(RunJson.From(result), ResultJsonContext.Default.RunJson));

    /// <summary>Writes what <c>predict</c> came to.</summary>
    /// <param name="writer">Where to write it.</param>
    /// <param name="model">Path of the model file.</param>
    /// <param name="predictions">The predictions, in the order of their rows.</param>
    public static void Write(TextWriter writer, string model, IReadOnlyList<Prediction> predictions) =>
        writer.WriteLine(JsonSerializer.Serialize(
            new PredictionsJson(model, predictions), ResultJsonContext.Default.PredictionsJson));

    /// <summary>Writes what <c>tune</c> came to.</summary>
    internal static void Write(TextWriter writer, TuneResult result) =>
        writer.WriteLine(JsonSerializer.Serialize(result, ResultJsonContext.Default.TuneResult));
}

sealed record PredictionsJson(string Model, IReadOnlyList<Prediction> Predictions);
