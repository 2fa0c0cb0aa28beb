using Microsoft.ML;
using Microsoft.ML.Data;

namespace MnistMl.Tests;

public class TestMetricsTests
{
    const int ClassCount = 7, TopK = 3;

    readonly MLContext _mlContext = new(seed: 1);

    /// <summary>Class 5 has no rows, class 6 is never predicted, and some rows are of classes that the model does not know.</summary>
    static Row[] Rows(int unknown)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, 400).Select(row =>
        {
            var truth = random.Next(4) == 0 ? 6 : random.Next(5);
            var scores = Enumerable.Range(0, ClassCount).Select(label => label == 6 ? 0 : random.NextSingle() + (label == truth ? 0.7f : 0)).ToArray();
            var sum = scores.Sum();
            return new Row((uint)(row < unknown ? ClassCount + row % 2 : truth), Array.ConvertAll(scores, score => score / sum));
        })];
    }

    IDataView View(IEnumerable<Row> rows)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Label)].ColumnType = new KeyDataViewType(typeof(uint), ClassCount + 2);
        schema[nameof(Row.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, ClassCount);
        // Of objects, the first key is 0.
        return _mlContext.Data.LoadFromEnumerable(rows, schema);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    public void What_is_counted_for_many_classes_is_what_MLNET_evaluates(int unknown)
    {
        var view = View(Rows(unknown));
        var (expected, counted) = (TestMetrics.Evaluate(_mlContext, view, nameof(Row.Label), TopK), TestMetrics.Count(view, nameof(Row.Label), TopK));

        Assert.Equal(unknown, expected.UnknownRows);
        Assert.Equal(400, expected.RowCount);
        AssertClose(expected.Accuracy, counted.Accuracy);
        AssertClose(expected.MacroAccuracy, counted.MacroAccuracy);
        AssertClose(expected.LogLoss, counted.LogLoss);
        AssertClose(expected.LogLossReduction, counted.LogLossReduction);
        AssertClose(expected.TopKAccuracy, counted.TopKAccuracy);
        Assert.Equal(expected.TopK, counted.TopK);
        Assert.Equal(expected.Classes, counted.Classes);
        Assert.Equal(expected.Confusions, counted.Confusions);
        Assert.Equal(expected.UnknownRows, counted.UnknownRows);
        Assert.Equal(0, counted.Classes[5].Rows);
        Assert.Equal(0, counted.Classes[6].Predicted);

        static void AssertClose(double expected, double actual) => Assert.Equal(expected, actual, tolerance: 1e-9);
    }

    [Fact]
    public void Rows_of_unknown_classes_are_wrong()
    {
        var metrics = TestMetrics.Evaluate(_mlContext, View(Rows(unknown: 30)), nameof(Row.Label), TopK);
        Assert.Equal(metrics.Classes.Sum(figures => figures.Correct) / 400.0, metrics.Accuracy, tolerance: 1e-9);
    }

    [Fact]
    public void Precision_recall_and_F1_are_those_of_MLNET()
    {
        var view = View(Rows(unknown: 0));
        var theirs = _mlContext.MulticlassClassification.Evaluate(view, nameof(Row.Label), predictedLabelColumnName: nameof(Row.Label)).ConfusionMatrix;
        var ours = TestMetrics.Count(view, nameof(Row.Label), TopK).Classes;

        Assert.Equal(theirs.PerClassPrecision, ours.Select(figures => figures.Precision));
        Assert.Equal(theirs.PerClassRecall, ours.Select(figures => figures.Recall));
        Assert.Equal(new ClassMetrics(0, 0, 0).F1, ours[5].F1);
        Assert.Equal(2 / (1 / ours[0].Precision + 1 / ours[0].Recall), ours[0].F1, tolerance: 1e-12);
    }

    [Fact]
    public void Rows_with_scores_that_are_no_numbers_are_not_counted()
    {
        var rows = Rows(unknown: 0);
        rows[7].Score[3] = float.NaN;
        Assert.Equal(399, TestMetrics.Count(View(rows), nameof(Row.Label), TopK).RowCount);
    }

    [Fact]
    public void There_is_a_matrix_for_a_hundred_classes_and_none_for_more()
    {
        Assert.Equal([0L, 4], Metrics(100).Matrix![2][..2]);
        Assert.Null(Metrics(101).Matrix);

        static TestMetrics Metrics(int classes) => new(0, 0, 0, 0, 0, TopK, new ClassMetrics[classes], [new(2, 1, 4)], 0);
    }

    sealed record Row(uint Label, float[] Score);
}
