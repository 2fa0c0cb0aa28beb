using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Reporting;
using MnistMl.Training;

namespace MnistMl.Tests.Reporting;

/// <summary>Eight rows of cats, dogs and owls, two of them mistaken: small enough to check by hand.</summary>
static class SampleRun
{
    static readonly int[] _truths = [0, 0, 0, 0, 1, 1, 2, 2];
    static readonly int[] _predictions = [0, 0, 0, 1, 1, 1, 1, 2];

    public static RunResult Evaluated(params string[] classNames) => new()
    {
        Metrics = Evaluate(classNames.Length, _truths, _predictions),
        ClassNames = classNames,
        EvaluateSeconds = 0.25,
        Model = "pets.zip",
        ModelBytes = 430_512,
        Parameters = 109_386,
    };

    /// <summary>An evaluation on rows of the first class only, two of four mistaken.</summary>
    public static RunResult OfOneClass(params string[] classNames) =>
        Evaluated(classNames) with { Metrics = Evaluate(classNames.Length, [0, 0, 0, 0], [0, 0, 1, 1]) };

    public static RunResult Trained(params string[] classNames) => Evaluated(classNames) with
    {
        Training = new TrainingRun(
            60_000,
            [new EpochSummary(1, 0.5, 0.875, 0.25, 0.9375, 1.5), new EpochSummary(2, 0.25, 0.9375, null, null, 1.25)],
            Seconds: 2.75,
            IsInterrupted: false,
            EnsembleSize: 1,
            Seed: 1,
            Threads: 2),
    };

    /// <summary>A training with calibration, and how far its probabilities can be trusted.</summary>
    public static RunResult Calibrated(params string[] classNames)
    {
        var run = Trained(classNames);
        return run with
        {
            Training = run.Training! with { Temperature = 1.25 },
            Metrics = run.Metrics with
            {
                Reliability = new([new(0.5, 0.75, 6, 0.625, 0.5), new(0.75, 0.8125, 0, 0, 0), new(0.8125, 1, 2, 0.875, 1)]),
            },
        };
    }

    static TestMetrics Evaluate(int classCount, int[] truths, int[] predictions)
    {
        var context = new MLContext();
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Label)].ColumnType = schema[nameof(Row.PredictedLabel)].ColumnType = new KeyDataViewType(typeof(uint), classCount);
        schema[nameof(Row.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, classCount);
        var rows = truths.Zip(predictions, (truth, prediction) => new Row(
            (uint)truth, (uint)prediction,
            [.. Enumerable.Range(0, classCount).Select(label => label == prediction ? 0.625f : 0.125f)]));
        return TestMetrics.Evaluate(context, context.Data.LoadFromEnumerable(rows, schema), nameof(Row.Label), topK: 3);
    }

    sealed record Row(uint Label, uint PredictedLabel, float[] Score);
}
