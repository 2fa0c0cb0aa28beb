using MnistMl.Optimizers;
using MnistMl.Training;

namespace MnistMl.Tests.Training;

/// <summary>The order in which a training takes its rows: what it is like, not which.</summary>
public sealed class RowOrderTests
{
    const int Rows = 23;

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(Rows)]
    public void Each_epoch_takes_every_row_once(int batchSize) =>
        Assert.All(Orders(epochs: 30, batchSize: batchSize), order => Assert.Equal(Enumerable.Range(0, Rows), order.Order()));

    [Fact]
    public void Each_epoch_has_an_order_of_its_own_and_none_that_of_the_rows()
    {
        int[][] orders = [Enumerable.Range(0, Rows).ToArray(), .. Orders(epochs: 30)];

        Assert.Equal(orders.Length, Different(orders));
    }

    [Fact]
    public void The_same_seed_gives_the_same_orders_and_another_seed_others()
    {
        var orders = Orders(epochs: 10, seed: 1);

        Assert.Equal(orders, Orders(epochs: 10, seed: 1));
        foreach (var seed in (int[])[2, 3, 0, -1, int.MinValue, int.MaxValue])
            Assert.Equal(20, Different([.. orders, .. Orders(epochs: 10, seed: seed)]));
    }

    [Fact]
    public void The_networks_of_an_ensemble_have_no_order_in_common()
    {
        var orders = Orders(epochs: 10, members: 3);

        Assert.Equal(30, orders.Length);
        Assert.Equal(30, Different(orders));
    }

    [Fact]
    public void Each_row_comes_as_often_at_each_place()
    {
        const int Few = 6, Epochs = 1200;
        const double Mean = (double)Epochs / Few;

        var orders = Orders(Epochs, rows: Few);

        // Six standard deviations of a binomial distribution.
        var max = 6 * Math.Sqrt(Mean * (1 - 1.0 / Few));
        for (var place = 0; place < Few; place++)
        {
            for (var row = 0; row < Few; row++)
                Assert.Equal(Mean, orders.Count(order => order[place] == row), max);
        }
    }

    [Fact]
    public void Orders_that_follow_each_other_agree_no_more_than_by_chance()
    {
        const int Seeds = 60, Epochs = 4;
        var orders = Enumerable.Range(1, Seeds).Select(seed => Orders(Epochs, seed: seed)).ToArray();

        // By epoch, and by seed, as in the networks of an ensemble.
        AssertUnrelated([.. orders.SelectMany(epochs => epochs.Zip(epochs.Skip(1)))]);
        AssertUnrelated([.. orders.Zip(orders.Skip(1)).SelectMany(seeds => seeds.First.Zip(seeds.Second))]);

        // Two random orders have one row in the same place in the mean, with a standard deviation of one.
        static void AssertUnrelated((int[] First, int[] Second)[] pairs) => Assert.Equal(
            1, pairs.Average(pair => pair.First.Zip(pair.Second).Count(rows => rows.First == rows.Second)), 6 / Math.Sqrt(pairs.Length));
    }

    static int Different(IEnumerable<int[]> orders) => orders.Select(order => string.Join(' ', order)).Distinct().Count();

    /// <summary>The order of each epoch of a training; of several networks, one after the other.</summary>
    static int[][] Orders(int epochs, int batchSize = 5, int rows = Rows, int seed = 1, int members = 1)
    {
        var input = new RecordedRows([.. Enumerable.Range(1, rows).Select(value => (float)value / rows)], featureCount: 1);
        input.Train([.. Enumerable.Range(0, rows).Select(row => row % 2)], ["even", "odd"], new TrainingOptions
        {
            HiddenLayers = [],
            Epochs = epochs,
            BatchSize = batchSize,
            Optimizer = new Sgd(Momentum: 0),
            Seed = seed,
            EnsembleSize = members,
        });
        return [.. input.Loaded.Chunk(rows)];
    }
}
