using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Evaluation;
using MnistMl.Pipelines;

namespace MnistMl.Tests.Evaluation;

public class MLNetAgreementTests
{
    [Theory]
    [InlineData(1000, 10, 1 << 20, 3)]
    [InlineData(1000, 26, 1 << 20, 5)]
    [InlineData(1000, 2, 1 << 20, 2)]
    [InlineData(1000, 2, 1 << 20, 3)]
    [InlineData(1000, 10, 3, 3)]
    [InlineData(1000, 10, 1, 3)]
    [InlineData(20, 26, 1 << 20, 1)]
    [InlineData(1, 10, 1 << 20, 3)]
    [InlineData(1, 10, 2, 3)]
    public void Metrics_are_those_of_MLNet(int rows, int classes, int levels, int topK)
    {
        for (var seed = 0; seed < 5; seed++)
            AssertAgreement(new ScoredRows(seed, rows, classes, levels), topK);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1e-20f)]
    [InlineData(1e-15f)]
    [InlineData(1.5f)]
    public void Metrics_are_those_of_MLNet_for_probabilities_at_the_limits(float probability)
    {
        AssertAgreement(
            new ScoredRows(0, 2, 3, 1) { Classes = [0, 2], Scores = [probability, 1, 0, 0.5f, 0, 0.5f] }, topK: 3);
    }

    static void AssertAgreement(ScoredRows sample, int topK)
    {
        var (expected, actual) = (EvaluateWithMLNet(sample, topK), sample.Compute(topK));

        Assert.Equal(expected.MicroAccuracy, actual.MicroAccuracy);
        Assert.Equal(expected.ConfusionMatrix, actual.ConfusionMatrix);
        Assert.Equal(expected.Precision, actual.Precision);
        Assert.Equal(expected.Recall, actual.Recall);
        AssertClose(expected.MacroAccuracy, actual.MacroAccuracy);
        AssertClose(expected.TopKAccuracy, actual.TopKAccuracy);
        AssertClose(expected.LogLoss, actual.LogLoss);
        AssertClose(expected.LogLossReduction, actual.LogLossReduction);
    }

    static void AssertClose(double expected, double actual)
    {
        if (double.IsFinite(expected))
            Assert.Equal(expected, actual, 1e-9 * Math.Abs(expected));
        else
            Assert.Equal(expected, actual);
    }

    static MulticlassMetrics EvaluateWithMLNet(ScoredRows sample, int topK)
    {
        var context = new MLContext();
        var classes = sample.Labels.Length;
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Label)].ColumnType = new KeyDataViewType(typeof(uint), classes);
        schema[nameof(Row.PredictedLabel)].ColumnType = new KeyDataViewType(typeof(uint), classes);
        schema[nameof(Row.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, classes);
        // The evaluator wants a PredictedLabel column, but finds the predicted class from the scores.
        var rows = sample.Classes.Zip(sample.Scores.Chunk(classes), (label, scores) => new Row((uint)label, 0, scores));
        var metrics = context.MulticlassClassification.Evaluate(
            context.Data.LoadFromEnumerable(rows, schema), topKPredictionCount: topK);

        return MLNetPipeline.ToMetrics(metrics, sample.Labels, sample.Classes.Length);
    }

    sealed record Row(uint Label, uint PredictedLabel, float[] Score);
}
