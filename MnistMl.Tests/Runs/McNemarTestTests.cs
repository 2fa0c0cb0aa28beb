using System.Numerics;
using MnistMl.Runs;

namespace MnistMl.Tests.Runs;

public sealed class McNemarTestTests
{
    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(3, 3, 1)]
    [InlineData(5, 0, 2 / 32.0)]
    [InlineData(0, 5, 2 / 32.0)]
    [InlineData(1, 9, 22 / 1024.0)]
    [InlineData(101, 59, 0.00112)]
    public void Its_probability_is_that_of_heads_and_tails(int onlyFirst, int onlySecond, double probability)
    {
        var test = new McNemarTest(new int[onlyFirst], new int[onlySecond]);
        Assert.Equal(probability, test.Probability, 1e-5);
        Assert.Equal(Exact(onlyFirst, onlySecond), test.Probability, 1e-12);
    }

    [Fact]
    public void It_is_as_exact_for_many_rows() =>
        Assert.Equal(Exact(4_800, 5_100), new McNemarTest(new int[4_800], new int[5_100]).Probability, 1e-9);

    [Fact]
    public void Only_rows_that_one_gets_right_count()
    {
        string[] labels = ["a", "b", "a", "b", "a"];
        var test = McNemarTest.Of(
            new(labels, ["a", "b", "b", "a", "a"], new float[5]),
            new(labels, ["a", "a", "b", "b", "b"], new float[5]));
        Assert.Equal([1, 4], test.OnlyFirst);
        Assert.Equal([3], test.OnlySecond);
    }

    /// <summary>Twice the share of the sequences of heads and tails that have at most so few of either, counted.</summary>
    static double Exact(int one, int other)
    {
        var (count, ways, sum) = (one + other, BigInteger.One, BigInteger.Zero);
        for (var k = 0; k <= Math.Min(one, other); k++)
        {
            sum += ways;
            ways = ways * (count - k) / (k + 1);
        }
        return Math.Min(1, Math.Exp(BigInteger.Log(2 * sum) - count * Math.Log(2)));
    }
}
