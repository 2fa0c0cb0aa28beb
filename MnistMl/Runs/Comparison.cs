using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MnistMl.Reporting;
using MnistMl.Training;

namespace MnistMl.Runs;

/// <summary>Runs next to each other.</summary>
/// <param name="Runs">The runs, at least two.</param>
sealed record Comparison(IReadOnlyList<ComparedRun> Runs)
{
    /// <summary>Rows that are shown of those that only one gets right.</summary>
    const int MaxRows = 10;

    /// <summary>More than so many have no letters.</summary>
    public const int MaxRuns = 26;

    /// <summary>Each run but the first, the test of it against the first, and null where there can be none.</summary>
    public IReadOnlyList<McNemarTest?> Tests { get; } = [.. Runs.Skip(1).Select(run => Runs[0].TestAgainst(run))];

    /// <summary>The figures of a run: what each is called and what it is, null where it is not known. The first are the most important.</summary>
    static IReadOnlyList<(string Name, Func<ComparedRun, string?> Of)> Columns { get; } =
    [
        ("Accuracy", run => run.MicroAccuracy is { } share ? Figures.Percent(share) : null),
        ("Log-loss", run => run.LogLoss is { } loss ? Figures.Loss(loss) : null),
        ("Training", run => run.TrainSeconds is { } seconds ? Figures.Duration(seconds) : null),
        ("Epochs", run => run.Epochs is { } epochs ? Figures.Count(epochs) : null),
        ("Parameters", run => run.Parameters is { } count ? Figures.Count(count) : null),
        ("Calibration error", run => run.ExpectedCalibrationError is { } error ? Figures.Percent(error) : null),
        ("Macro-accuracy", run => run.MacroAccuracy is { } share ? Figures.Percent(share) : null),
        ("Test rows", run => run.RowsTested is { } rows ? Figures.Count(rows) : null),
        ("Seed", run => run.Seed?.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>The figures that are known of a run at least.</summary>
    public IReadOnlyList<(string Name, Func<ComparedRun, string?> Of)> KnownColumns => [.. Columns.Where(column => Runs.Any(run => column.Of(run) != null))];

    /// <summary>What came out, in one line.</summary>
    public string Verdict
    {
        get
        {
            if (Tests is [{ } only])
                return Capital(Better(only, 1));
            var best = Runs.Index().MaxBy(run => run.Item.MicroAccuracy ?? double.NegativeInfinity);
            return best.Item.MicroAccuracy is { } accuracy
                ? $"{Letter(best.Index)} has the highest accuracy, {Figures.Percent(accuracy)}"
                : $"{Runs.Count} runs";
        }
    }

    /// <summary>How a run stands against the first, in a sentence or two.</summary>
    /// <param name="index">The run's index, from 1.</param>
    public string Sentence(int index)
    {
        var (a, b) = (Letter(0), Letter(index));
        if (Tests[index - 1] is not { } test)
        {
            return Runs[0].Predictions == null || Runs[index].Predictions == null
                ? $"{a} and {b}: which rows only one gets right is known of runs and models, not of reports and of runs that were not tested."
                : $"{a} and {b} were tested on different rows: their figures do not compare.";
        }
        return $"{a} and {b}: {Figures.Count(test.OnlyFirst.Count)} rows only {a} gets right, {Figures.Count(test.OnlySecond.Count)} only {b}; "
            + string.Create(CultureInfo.InvariantCulture, $"McNemar's test: p = {test.Probability:G2}, {Better(test, index)}.");
    }

    /// <summary>Rows, from 0, that only the first run or only another gets right: of each, those that the other is surest of, which say most.</summary>
    /// <param name="index">The other's index, from 1.</param>
    public IReadOnlyList<int> TellingRows(int index)
    {
        if (Tests[index - 1] is not { } test)
            return [];
        var (first, second) = (Runs[0].Predictions!, Runs[index].Predictions!);
        return
        [
            .. test.OnlyFirst.OrderByDescending(row => second.Probabilities[row]).Take(MaxRows),
            .. test.OnlySecond.OrderByDescending(row => first.Probabilities[row]).Take(MaxRows),
        ];
    }

    static string Better(McNemarTest test, int index) => test.Probability >= McNemarTest.Significance
        ? "the difference may be chance"
        : $"{Letter(test.OnlyFirst.Count > test.OnlySecond.Count ? 0 : index)} is better";

    static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>What a run is called in tables.</summary>
    public static string Letter(int run) => $"{(char)('A' + run)}";

    /// <summary>Writes the comparison as JSON: one object on one line.</summary>
    public void WriteJson(TextWriter writer)
    {
        var json = new ComparisonJson(
            [.. Runs.Select(run => new ComparedJson(
                run.Name, run.MicroAccuracy, run.MacroAccuracy, run.LogLoss, run.ExpectedCalibrationError, run.RowsTested, run.Parameters,
                run.Epochs, run.TrainSeconds, run.Seed, run.Interrupted, run.Diverged, run.History.Count > 0 ? run.History : null))],
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
    long? Parameters, int? Epochs, double? TrainSeconds, int? Seed, bool? Interrupted, bool? Diverged, IReadOnlyList<EpochSummary>? History);

/// <summary>A test in it: rows are numbered from 1.</summary>
sealed record McNemarJson(string First, string Second, double Probability, IReadOnlyList<int> OnlyFirst, IReadOnlyList<int> OnlySecond);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(FiniteDoubleConverter)])]
[JsonSerializable(typeof(ComparisonJson))]
sealed partial class ComparisonJsonContext : JsonSerializerContext;
