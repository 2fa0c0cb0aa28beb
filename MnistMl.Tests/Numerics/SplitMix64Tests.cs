using MnistMl.Numerics;

namespace MnistMl.Tests.Numerics;

public sealed class SplitMix64Tests
{
    [Fact]
    public void The_numbers_are_those_that_others_get()
    {
        // From the reference implementation in C, with the seed 1234567.
        var random = new SplitMix64(1234567);
        Assert.Equal(6457827717110365317UL, random.Next());
        Assert.Equal(3203168211198807973UL, random.Next());
        Assert.Equal(9817491932198370423UL, random.Next());
    }

    [Fact]
    public void Every_seed_epoch_and_row_has_its_own()
    {
        var firsts = from seed in Enumerable.Range(-2, 5) from epoch in Enumerable.Range(0, 20) from row in Enumerable.Range(0, 50) select First(seed, epoch, row);
        Assert.Equal(5 * 20 * 50, firsts.Distinct().Count());

        static ulong First(int seed, long epoch, int row) => SplitMix64.For(seed, epoch, row).Next();
    }

    [Fact]
    public void Shares_and_signed_numbers_are_uniform()
    {
        const int Count = 100_000;
        var random = new SplitMix64(1);
        var shares = Enumerable.Range(0, Count).Select(_ => (double)random.NextShare()).ToArray();
        var signed = Enumerable.Range(0, Count).Select(_ => (double)random.NextSigned()).ToArray();

        Assert.All(shares, share => Assert.InRange(share, 0, 0.99999999));
        Assert.Equal(0.5, shares.Average(), 0.005);
        Assert.Equal(1.0 / 3, shares.Average(x => x * x), 0.005);
        Assert.Equal(0, signed.Average(), 0.01);
        Assert.Equal(1.0 / 3, signed.Average(x => x * x), 0.01);
    }
}
