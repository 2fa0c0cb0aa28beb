using System.Globalization;
using System.Text.Json;

namespace MnistMl.Benchmarks;

/// <summary>The result of a training: the output of <c>train --json</c>, stored in docs/runs.</summary>
/// <param name="Name">The name of the options: the file's name up to its last hyphen.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Accuracy">Test accuracy, 0 to 1.</param>
/// <param name="LogLoss">Mean cross-entropy on the test set, in nats.</param>
/// <param name="Seconds">Training time in seconds, without reading and testing.</param>
/// <param name="Parameters">Number of weights and biases.</param>
/// <param name="ValidationCurve">
/// Seconds since the start and validation error, 0 to 1, after each epoch; empty without validation rows.
/// </param>
sealed record RecordedRun(
    string Name, int Seed, double Accuracy, double LogLoss, double Seconds, long Parameters,
    IReadOnlyList<(double Seconds, double Error)> ValidationCurve)
{
    /// <summary>Whether the run is for its validation curve. The test accuracy of such a run is not reported.</summary>
    public bool IsValidation => ValidationCurve.Count > 0;

    /// <summary>Reads all runs of a folder, by name and seed.</summary>
    public static IReadOnlyList<RecordedRun> ReadAll(string folder) =>
        [.. Directory.GetFiles(folder, "*.json").Select(Read).OrderBy(run => run.Name).ThenBy(run => run.Seed)];

    static RecordedRun Read(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        var root = json.RootElement;
        var name = Path.GetFileNameWithoutExtension(path);
        return new(
            name[..name.LastIndexOf('-')], root.GetProperty("seed").GetInt32(),
            root.GetProperty("microAccuracy").GetDouble(), root.GetProperty("logLoss").GetDouble(),
            root.GetProperty("trainSeconds").GetDouble(), root.GetProperty("parameters").GetInt64(),
            [.. Curve(root.GetProperty("history"))]);
    }

    static IEnumerable<(double, double)> Curve(JsonElement history)
    {
        var seconds = 0.0;
        foreach (var epoch in history.EnumerateArray())
        {
            seconds += epoch.GetProperty("seconds").GetDouble();
            if (epoch.TryGetProperty("validationAccuracy", out var accuracy))
                yield return (seconds, 1 - accuracy.GetDouble());
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}, seed {Seed}");
}
