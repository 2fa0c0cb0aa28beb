using MnistMl.Commands;
using MnistMl.Data;

namespace MnistMl.Tests.Commands;

public class TrainPartTests
{
    static Dataset Rows(int count, bool sorted = false) => new(
        new byte[count], Enumerable.Range(0, count).Select(row => sorted ? row * 10 / count : row % 10).ToArray(), 1,
        [.. Enumerable.Range(0, 10).Select(label => $"{label}")]);

    [Fact]
    public void Of_70000_rows_in_random_order_60000_are_to_train_on_of_others_four_fifths()
    {
        Assert.Equal(TrainPart.Parse("60000"), TrainPart.DefaultOf(Rows(70_000)));
        Assert.Equal(TrainPart.Parse("80%"), TrainPart.DefaultOf(Rows(70_000, sorted: true)));
        Assert.Equal(TrainPart.Parse("80%"), TrainPart.DefaultOf(Rows(69_999)));
    }

    [Theory]
    [InlineData("7", 10, 7)]
    [InlineData("80%", 10, 8)]
    [InlineData("12.5%", 80, 10)]
    [InlineData("1%", 10, 1)]
    [InlineData("99%", 10, 9)]
    [InlineData("80%", 1, 1)]
    public void A_share_leaves_a_row_on_each_side(string text, int rows, int expected) =>
        Assert.Equal(expected, TrainPart.Parse(text).CountOf(rows));

    [Fact]
    public void A_number_is_cut_off_where_it_lies_and_a_share_is_drawn()
    {
        Assert.False(TrainPart.Parse("80").Split(Rows(100), seed: 1).IsRandom);
        Assert.True(TrainPart.Parse("80").Split(Rows(100, sorted: true), seed: 1).IsRandom);
        Assert.True(TrainPart.Parse("80%").Split(Rows(100), seed: 1).IsRandom);
    }
}
