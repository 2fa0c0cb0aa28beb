using MnistMl.Data;
using MnistMl.Training;

namespace MnistMl.Tests.Training;

public class TrainTestSplitTests
{
    /// <summary>Rows that say which they are.</summary>
    static Dataset Rows(params int[] labels) => new(
        Enumerable.Range(0, labels.Length).SelectMany(row => (byte[])[(byte)row, (byte)(row >> 8)]).ToArray(), labels, 2,
        [.. Enumerable.Range(0, labels.Max() + 1).Select(label => $"{label}")]);

    static int[] Numbers(Dataset rows) => [.. Enumerable.Range(0, rows.RowCount).Select(row => rows.Row(row)[0] + 256 * rows.Row(row)[1])];

    static int[] Counts(Dataset rows) => [.. Enumerable.Range(0, rows.ClassNames.Count).Select(label => rows.Labels.Count(label))];

    static int[] Repeated(params int[] counts) => [.. counts.SelectMany((count, label) => Enumerable.Repeat(label, count))];

    [Fact]
    public void Each_row_is_in_one_part_with_its_label()
    {
        var rows = Rows(Repeated(100, 300, 50));
        var (train, test) = TrainTestSplit.Stratified(rows, 360, seed: 1);

        Assert.Equal(Enumerable.Range(0, 450), Numbers(train).Concat(Numbers(test)).Order());
        foreach (var part in (Dataset[])[train, test])
            Assert.All(Numbers(part).Index(), row => Assert.Equal(rows.Labels[row.Item], part.Labels[row.Index]));
        Assert.Equal(rows.ClassNames, test.ClassNames);
    }

    [Theory]
    [InlineData(new[] { 100, 300, 50 }, 360, new[] { 20, 60, 10 })]
    [InlineData(new[] { 5, 5, 5 }, 12, new[] { 1, 1, 1 })]
    [InlineData(new[] { 1, 1, 18 }, 16, new[] { 0, 0, 4 })]
    [InlineData(new[] { 3, 3, 4 }, 3, new[] { 2, 2, 3 })]
    [InlineData(new[] { 7, 0, 3 }, 8, new[] { 1, 0, 1 })]
    [InlineData(new[] { 2, 2, 2 }, 1, new[] { 2, 2, 1 })]
    public void The_test_has_its_share_of_each_class_and_training_at_least_a_row(int[] counts, int trainCount, int[] inTest)
    {
        var rows = Rows(Repeated(counts));
        var (train, test) = TrainTestSplit.Stratified(rows, trainCount, seed: 3);

        Assert.Equal(trainCount, train.RowCount);
        if (trainCount > 1)
            Assert.Equal(inTest, Counts(test));
        else
            Assert.Equal(inTest.Sum(), test.RowCount);
        if (trainCount >= counts.Count(count => count > 0))
            Assert.All(Counts(train).Zip(counts), pair => Assert.Equal(pair.Second > 0, pair.First > 0));
    }

    [Fact]
    public void The_draw_follows_from_the_seed_and_is_in_random_order()
    {
        var rows = Rows(Repeated(200, 200));
        int[] Train(int seed) => Numbers(TrainTestSplit.Stratified(rows, 320, seed).Train);

        Assert.Equal(Train(1), Train(1));
        Assert.NotEqual(Train(1), Train(2));
        Assert.NotEqual(Train(1).Order(), Train(2).Order());
        // Of sorted rows, the last and the first of the training rows are of both classes.
        Assert.Equal(2, Train(1)[^20..].Select(row => row / 200).Distinct().Count());
        Assert.Equal(2, Train(1)[..20].Select(row => row / 200).Distinct().Count());
    }

    [Fact]
    public void Rows_sorted_by_class_are_not_to_be_cut()
    {
        Assert.False(TrainTestSplit.IsOrderRandom(Rows(Repeated(5, 5, 5)), 12));
        Assert.False(TrainTestSplit.IsOrderRandom(Rows([.. Repeated(5, 5, 5).Reverse()]), 12));
        Assert.True(TrainTestSplit.IsOrderRandom(Rows([.. Enumerable.Range(0, 15).Select(row => row % 3)]), 12));
        Assert.True(TrainTestSplit.IsOrderRandom(Rows(0, 1, 2), 2));
        Assert.True(TrainTestSplit.IsOrderRandom(Rows(0, 0, 0), 2));
    }

    [Fact]
    public void A_class_on_one_side_only_is_no_chance_where_it_has_many_rows()
    {
        // Sorted within the training rows and within the test rows, as MNIST once was published.
        int[] mnist = [.. Repeated(60, 60), .. Repeated(10, 10)];
        Assert.True(TrainTestSplit.IsOrderRandom(Rows(mnist), 120));
        // All of class 1 is behind 60.
        Assert.False(TrainTestSplit.IsOrderRandom(Rows(mnist), 60));
        // The test should have 10 of class 2, and has none; then it should have 9.
        Assert.False(TrainTestSplit.IsOrderRandom(Rows([.. Mixed(80), .. Enumerable.Repeat(2, 50), .. Mixed(20), .. Mixed(20)]), 136));
        Assert.True(TrainTestSplit.IsOrderRandom(Rows([.. Mixed(80), .. Enumerable.Repeat(2, 30), .. Mixed(20), .. Mixed(20)]), 120));

        static int[] Mixed(int count) => [.. Enumerable.Range(0, count).Select(row => row % 2)];
    }

    [Fact]
    public void In_order_the_first_rows_are_to_train_on()
    {
        var (train, test) = TrainTestSplit.InOrder(Rows(0, 1, 0, 1, 0), 3);
        Assert.Equal([0, 1, 2], Numbers(train));
        Assert.Equal([3, 4], Numbers(test));
    }
}
