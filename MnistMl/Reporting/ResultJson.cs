using System.Text.Json;

namespace MnistMl.Reporting;

/// <summary>
/// Writes results as JSON for <c>--json</c>: one object on one line. Figures that are not finite are null. The result
/// of an evaluation has none of the figures of training.
/// </summary>
static class ResultJson
{
    /// <summary>Writes the result of <c>train</c> or <c>evaluate</c>.</summary>
    public static void Write(TextWriter writer, RunResult result) =>
        writer.WriteLine(JsonSerializer.Serialize(RunJson.From(result), ResultJsonContext.Default.RunJson));

    /// <summary>Writes the result of <c>tune</c>.</summary>
    internal static void Write(TextWriter writer, TuneResult result) =>
        writer.WriteLine(JsonSerializer.Serialize(result, ResultJsonContext.Default.TuneResult));

    /// <summary>Writes the result of <c>data info</c>.</summary>
    public static void Write(TextWriter writer, DataSummary summary) =>
        writer.WriteLine(JsonSerializer.Serialize(DataJson.From(summary), ResultJsonContext.Default.DataJson));
}
