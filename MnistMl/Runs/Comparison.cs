using System.Text.Json;
using System.Text.Json.Serialization;
using MnistMl.Reporting;
using MnistMl.Training;

namespace MnistMl.Runs;

/// <summary>Runs next to each other.</summary>
/// <param name="Runs">The runs, at least two.</param>
sealed record Comparison(IReadOnlyList<ComparedRun> Runs)
{
    /// <summary>More than so many have no letters.</summary>
    public const int MaxRuns = 26;

    /// <summary>Each run but the first, the test of it against the first, and null where there can be none.</summary>
    public IReadOnlyList<McNemarTest?> Tests { get; } = [.. Runs.Skip(1).Select(run => Runs[0].TestAgainst(run))];

    /// <summary>What a run is called in tables.</summary>
    public static string Letter(int run) => $"{(char)('A' + run)}";

    /// <summary>Writes the comparison as JSON: one object on one line.</summary>
    public void WriteJson(TextWriter writer)
    {
        var json = new ComparisonJson(
            [.. Runs.Select(run => new ComparedJson(
                run.Name, run.MicroAccuracy, run.MacroAccuracy, run.LogLoss, run.ExpectedCalibrationError, run.RowsTested, run.Parameters,
                run.Epochs, run.TrainSeconds, run.Seed, run.Interrupted, run.History.Count > 0 ? run.History : null))],
            [.. Tests.Zip(Runs.Skip(1)).Where(pair => pair.First != null).Select(pair => new McNemarJson(
                Runs[0].Name, pair.Second.Name, pair.First!.Probability, RowNumbers(pair.First.OnlyFirst), RowNumbers(pair.First.OnlySecond)))]);
        writer.WriteLine(JsonSerializer.Serialize(json, ComparisonJsonContext.Default.ComparisonJson));
    }

    static IReadOnlyList<int> RowNumbers(IReadOnlyList<int> rows) => [.. rows.Select(row => row + 1)];
}

/// <summary>A comparison as JSON.</summary>
sealed record ComparisonJson(IReadOnlyList<ComparedJson> Runs, IReadOnlyList<McNemarJson> McNemar);

/// <summary>A run in it: keys are those of the report of <c>train</c>.</summary>
sealed record ComparedJson(
    string Name, double? MicroAccuracy, double? MacroAccuracy, double? LogLoss, double? ExpectedCalibrationError, long? RowsTested,
    long? Parameters, int? Epochs, double? TrainSeconds, int? Seed, bool? Interrupted, IReadOnlyList<EpochSummary>? History);

/// <summary>A test in it: rows are numbered from 1.</summary>
sealed record McNemarJson(string First, string Second, double Probability, IReadOnlyList<int> OnlyFirst, IReadOnlyList<int> OnlySecond);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(FiniteDoubleConverter)])]
[JsonSerializable(typeof(ComparisonJson))]
sealed partial class ComparisonJsonContext : JsonSerializerContext;
