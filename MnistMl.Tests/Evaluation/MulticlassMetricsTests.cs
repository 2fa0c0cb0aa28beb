using FsCheck.Xunit;
using MnistMl.Evaluation;

namespace MnistMl.Tests.Evaluation;

public class MulticlassMetricsTests
{
    static readonly string[] _abc = ["a", "b", "c"];

    // Truth a a a b, predicted a b a b; no row is of class c, and none is predicted as it.
    static readonly float[] _scores =
    [
        0.5f, 0.25f, 0.25f,
        0.25f, 0.5f, 0.25f,
        0.5f, 0.25f, 0.25f,
        0.25f, 0.5f, 0.25f,
    ];
    static readonly int[] _classes = [0, 0, 0, 1];

    [Fact]
    public void Accuracy_is_the_share_of_correct_rows_and_macro_accuracy_leaves_out_classes_without_rows()
    {
        var metrics = MulticlassMetrics.Compute(_scores, _classes, _abc);

        Assert.Equal(4, metrics.Rows);
        Assert.Equal(3.0 / 4, metrics.MicroAccuracy);
        Assert.Equal((2.0 / 3 + 1) / 2, metrics.MacroAccuracy, 1e-15);
    }

    [Fact]
    public void Confusion_matrix_has_a_row_for_each_truth_and_a_column_for_each_prediction()
    {
        var metrics = MulticlassMetrics.Compute(_scores, _classes, _abc);

        Assert.Equal([[2, 1, 0], [0, 1, 0], [0, 0, 0]], metrics.ConfusionMatrix);
    }

    [Fact]
    public void Precision_recall_and_F1_are_0_for_a_class_that_never_occurs()
    {
        var metrics = MulticlassMetrics.Compute(_scores, _classes, _abc);

        Assert.Equal([1, 1.0 / 2, 0], metrics.Precision);
        Assert.Equal([2.0 / 3, 1, 0], metrics.Recall);
        Assert.Equal([0.8, 2.0 / 3, 0], metrics.F1, (x, y) => Math.Abs(x - y) < 1e-15);
    }

    [Fact]
    public void Log_loss_is_the_mean_in_nats_and_its_reduction_is_relative_to_the_shares_of_the_classes()
    {
        var metrics = MulticlassMetrics.Compute(_scores, _classes, _abc);

        var logLoss = (3 * Math.Log(2) + Math.Log(4)) / 4;
        var prior = -(0.75 * Math.Log(0.75) + 0.25 * Math.Log(0.25));
        Assert.Equal(logLoss, metrics.LogLoss, 1e-15);
        Assert.Equal(1 - logLoss / prior, metrics.LogLossReduction, 1e-15);
    }

    [Fact]
    public void A_true_class_of_probability_0_costs_no_more_than_one_of_1e_15()
    {
        var metrics = MulticlassMetrics.Compute([1, 0, 1, 0], [0, 1], ["a", "b"]);

        Assert.Equal(-Math.Log(1e-15f) / 2, metrics.LogLoss);
    }

    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(1, 0.0)]
    public void Of_equally_probable_classes_the_first_is_predicted(int truth, double accuracy)
    {
        var metrics = MulticlassMetrics.Compute([0.25f, 0.25f, 0.25f, 0.25f], [truth], ["a", "b", "c", "d"]);

        Assert.Equal(accuracy, metrics.MicroAccuracy);
        Assert.Equal(1, metrics.ConfusionMatrix[truth][0]);
    }

    [Theory]
    [InlineData(1, 1, 0.0)]
    [InlineData(1, 2, 1.0)]
    [InlineData(2, 2, 0.0)]
    [InlineData(2, 3, 1.0)]
    [InlineData(3, 1, 1.0)]
    [InlineData(2, 9, 1.0)]
    public void Ties_in_top_k_go_to_the_first_in_class_order(int truth, int topK, double accuracy)
    {
        var metrics = MulticlassMetrics.Compute([0.1f, 0.2f, 0.2f, 0.5f], [truth], ["a", "b", "c", "d"], topK);

        Assert.Equal(accuracy, metrics.TopKAccuracy);
    }

    [Fact]
    public void A_log_loss_reduction_is_not_finite_where_all_rows_are_of_one_class()
    {
        var metrics = MulticlassMetrics.Compute([0.9f, 0.1f], [0], ["a", "b"]);

        Assert.False(double.IsFinite(metrics.LogLossReduction));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Scores_that_are_not_finite_are_refused_with_their_row(float score)
    {
        var exception = Assert.Throws<MnistMlException>(
            () => MulticlassMetrics.Compute([0.9f, 0.1f, 0.5f, score], [0, 0], ["a", "b"]));

        Assert.StartsWith("The scores of row 2 are not finite", exception.Message);
    }

    [Fact]
    public void Sizes_that_do_not_fit_each_other_are_refused()
    {
        Assert.Throws<ArgumentException>(() => MulticlassMetrics.Compute([], [], ["a", "b"]));
        Assert.Throws<ArgumentException>(() => MulticlassMetrics.Compute([0.9f, 0.1f, 0.5f], [0], ["a", "b"]));
        Assert.Throws<ArgumentException>(() => MulticlassMetrics.Compute([0.9f, 0.1f], [2], ["a", "b"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MulticlassMetrics.Compute([0.9f, 0.1f], [0], ["a", "b"], 0));
    }

    [Property]
    public void Top_k_accuracy_starts_at_the_accuracy_and_grows_with_k_to_1(int seed)
    {
        var sample = new ScoredRows(seed, rows: 50, classes: 7, levels: 4);

        var byK = Enumerable.Range(1, 7).Select(k => sample.Compute(k).TopKAccuracy).ToArray();

        Assert.Equal(sample.Compute(1).MicroAccuracy, byK[0]);
        Assert.Equal(byK.Order(), byK);
        Assert.Equal(1, byK[^1]);
    }

    [Property]
    public void Every_row_is_counted_once_in_the_confusion_matrix(int seed)
    {
        var sample = new ScoredRows(seed, rows: 50, classes: 7, levels: 4);

        var metrics = sample.Compute();

        Assert.Equal(
            sample.Labels.Select((_, label) => sample.Classes.LongCount(truth => truth == label)),
            metrics.ConfusionMatrix.Select(row => row.Sum()));
        Assert.Equal(metrics.MicroAccuracy * 50, metrics.ConfusionMatrix.Select((row, i) => row[i]).Sum(), 1e-12);
    }
}
