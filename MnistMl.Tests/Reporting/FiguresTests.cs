using MnistMl.Reporting;

namespace MnistMl.Tests.Reporting;

public class FiguresTests
{
    [Theory]
    [InlineData(0.0456, "0.05 s")]
    [InlineData(9.994, "9.99 s")]
    [InlineData(9.996, "10.0 s")]
    [InlineData(99.94, "99.9 s")]
    [InlineData(99.96, "1 min 40 s")]
    [InlineData(179.6, "3 min 0 s")]
    [InlineData(4000, "66 min 40 s")]
    public void Durations_have_about_three_digits(double seconds, string text) =>
        Assert.Equal(text, Figures.Duration(seconds));

    [Theory]
    [InlineData(430_512, "431 kB")]
    [InlineData(999_499, "999 kB")]
    [InlineData(999_500, "1.0 MB")]
    [InlineData(20_000_000, "20.0 MB")]
    public void Sizes_are_in_kB_or_MB(long bytes, string text) => Assert.Equal(text, Figures.Bytes(bytes));
}
