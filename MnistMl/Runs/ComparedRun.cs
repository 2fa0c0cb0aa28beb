using System.Text.Json;
using MnistMl.Data;
using MnistMl.Training;

namespace MnistMl.Runs;

/// <summary>What is known of a run, a report or a model that is compared with others; what is not known is null.</summary>
/// <param name="Name">What it is called.</param>
sealed record ComparedRun(string Name)
{
    public double? MicroAccuracy { get; init; }
    public double? MacroAccuracy { get; init; }
    public double? LogLoss { get; init; }
    public double? ExpectedCalibrationError { get; init; }
    public long? RowsTested { get; init; }
    public long? Parameters { get; init; }
    public int? Epochs { get; init; }
    public double? TrainSeconds { get; init; }
    public int? Seed { get; init; }
    public bool? Interrupted { get; init; }
    public bool? Diverged { get; init; }

    /// <summary>How it ended before its time; null if it did not.</summary>
    public string? Ending => Diverged == true ? "diverged" : Interrupted == true ? "interrupted" : null;

    public IReadOnlyList<EpochSummary> History { get; init; } = [];

    /// <summary>What it says of each test row.</summary>
    public RowPredictions? Predictions { get; init; }

    /// <summary>SHA-256 of the test rows.</summary>
    public string? TestHash { get; init; }

    /// <summary>The test rows, of a model that is tested now.</summary>
    public Dataset? TestRows { get; init; }

    /// <summary>The folder of a run, or the file of its report.</summary>
    /// <exception cref="MnistMlException">It is neither.</exception>
    public static ComparedRun Read(string path)
    {
        try
        {
            if (!Directory.Exists(path))
                return FromReport(path, File.ReadAllBytes(path));
            if (RunFolder.Read(path) is not { } record)
                throw new MnistMlException($"The folder '{path}' is none of a run: it has no {RunFolder.RecordFile} that can be read.");
            var metrics = Path.Join(path, RunFolder.MetricsFile);
            var predictions = Path.Join(path, RunFolder.PredictionsFile);
            var run = File.Exists(metrics) ? FromReport(path, File.ReadAllBytes(metrics)) : new(path) { History = HistoryOf(path) };
            return run with
            {
                Seed = record.Seed,
                Epochs = run.History.Count,
                Interrupted = record.Interrupted,
                Diverged = record.Diverged != null ? true : null,
                TestHash = record.Data.TestHash,
                Predictions = File.Exists(predictions) ? PredictionsFile.Read(predictions) : null,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MnistMlException($"'{path}' cannot be read: {e.Message}", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new MnistMlException($"'{path}' is no report of train or evaluate, as --json prints it.", e);
        }
    }

    /// <summary>A model that was tested.</summary>
    public static ComparedRun Of(string name, LoadedModel model, TestMetrics metrics, Dataset test) => new(name)
    {
        MicroAccuracy = metrics.Accuracy,
        MacroAccuracy = metrics.MacroAccuracy,
        LogLoss = metrics.LogLoss,
        ExpectedCalibrationError = metrics.Reliability?.ExpectedCalibrationError,
        RowsTested = metrics.RowCount,
        Parameters = model.Network?.Parameters,
        Predictions = metrics.Predictions,
        TestHash = RunData.HashOf(test),
        TestRows = test,
    };

    /// <summary>The test of whether this or another is better; null where they were not tested on the same rows, or it is not known what they say of each.</summary>
    public McNemarTest? TestAgainst(ComparedRun other) =>
        Predictions is { } mine && other.Predictions is { } others && TestHash == other.TestHash && mine.Labels.SequenceEqual(others.Labels)
            ? McNemarTest.Of(mine, others)
            : null;

    static ComparedRun FromReport(string name, byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var report = document.RootElement;
        // Every report has it, and it is null where it is not finite.
        if (report.ValueKind != JsonValueKind.Object || !report.TryGetProperty("microAccuracy", out _))
            throw new JsonException();
        return new(name)
        {
            MicroAccuracy = Number(report, "microAccuracy"),
            MacroAccuracy = Number(report, "macroAccuracy"),
            LogLoss = Number(report, "logLoss"),
            ExpectedCalibrationError = Number(report, "expectedCalibrationError"),
            RowsTested = (long?)Number(report, "rowsTested"),
            Parameters = (long?)Number(report, "parameters"),
            Epochs = (int?)Number(report, "epochs"),
            TrainSeconds = Number(report, "trainSeconds"),
            Seed = (int?)Number(report, "seed"),
            Interrupted = report.TryGetProperty("interrupted", out var interrupted) ? interrupted.GetBoolean() : null,
            History = report.TryGetProperty("history", out var history) ? HistoryOf(history) : [],
        };
    }

    static IReadOnlyList<EpochSummary> HistoryOf(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Join(folder, RunFolder.HistoryFile)));
        return HistoryOf(document.RootElement);
    }

    static IReadOnlyList<EpochSummary> HistoryOf(JsonElement history) =>
    [
        .. history.EnumerateArray().Select(epoch => new EpochSummary(
            (int)(Number(epoch, "epoch") ?? 0), Number(epoch, "trainLoss") ?? double.NaN, Number(epoch, "trainAccuracy") ?? double.NaN,
            Number(epoch, "validationLoss"), Number(epoch, "validationAccuracy"), Number(epoch, "seconds") ?? double.NaN, (int?)Number(epoch, "member"))),
    ];

    static double? Number(JsonElement element, string key) =>
        element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetDouble() : null;
}
