using Microsoft.ML;
using Microsoft.ML.Data;

namespace MnistMl.Tests;

public class ReliabilityTests
{
    readonly MLContext _mlContext = new();

    [Fact]
    public void Predictions_are_sorted_by_their_probability()
    {
        var reliability = Of(
            new Row(0, [0.9f, 0.1f]), new Row(1, [0.88f, 0.12f]), new Row(1, [0.3f, 0.7f]), new Row(0, [1f, 0f]), new Row(1, [0f, 1f]))!;

        Assert.Equal(15, reliability.Bins.Count);
        Assert.All(reliability.Bins.Index(), bin => Assert.Equal((bin.Index / 15.0, (bin.Index + 1) / 15.0), (bin.Item.From, bin.Item.To)));
        // From 12/15 to 13/15 there is nothing; 0.88 and 0.9 are in the next.
        AssertBin(2, 0.89, 0.5, reliability.Bins[13]);
        AssertBin(1, 0.7, 1, reliability.Bins[10]);
        AssertBin(2, 1, 1, reliability.Bins[14]);
        Assert.Equal(5, reliability.Bins.Sum(bin => bin.Rows));
        Assert.Equal((2 * 0.39 + 0.3) / 5, reliability.ExpectedCalibrationError, 1e-6);
        Assert.Equal(Math.Sqrt(2 / Math.PI) * (Math.Sqrt(2 * 0.89 * 0.11) + Math.Sqrt(0.7 * 0.3)) / 5, reliability.ErrorByChance, 1e-6);

        static void AssertBin(long rows, double probability, double accuracy, ReliabilityBin actual)
        {
            Assert.Equal(rows, actual.Rows);
            Assert.Equal(probability, actual.Probability, 1e-6);
            Assert.Equal(accuracy, actual.Accuracy, 1e-6);
        }
    }

    [Fact]
    public void The_error_by_chance_is_that_of_right_probabilities()
    {
        const int rows = 2_000, tests = 20;
        var random = new Random(1);
        var errors = Enumerable.Range(0, tests).Select(_ => Of([.. Enumerable.Range(0, rows).Select(_ =>
        {
            var probability = (float)(1 - 0.5 * Math.Pow(random.NextDouble(), 4));
            return new Row(random.NextDouble() < probability ? 0u : 1, [probability, 1 - probability]);
        })])!).ToArray();

        var byChance = errors.Average(error => error.ErrorByChance);
        Assert.InRange(errors.Average(error => error.ExpectedCalibrationError), 0.8 * byChance, 1.2 * byChance);
    }

    [Fact]
    public void Rows_of_unknown_classes_are_wrong() =>
        Assert.Equal(0.8, Of(new Row(2, [0.8f, 0.2f]))!.ExpectedCalibrationError, 1e-6);

    [Fact]
    public void Scores_that_are_no_probabilities_have_none()
    {
        Assert.Null(Of(new Row(0, [0.9f, 0.3f])));
        Assert.Null(Of(new Row(0, [1.5f, -0.5f])));
        Assert.Null(Of());
    }

    Reliability? Of(params Row[] rows)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Label)].ColumnType = new KeyDataViewType(typeof(uint), 3);
        schema[nameof(Row.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 2);
        // Of objects, the first key is 0.
        return Reliability.Of(_mlContext.Data.LoadFromEnumerable(rows, schema), nameof(Row.Label));
    }

    sealed record Row(uint Label, float[] Score);
}
