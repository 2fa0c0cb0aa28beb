using MnistMl.Reporting;

namespace MnistMl.Tests.Reporting;

public class SparklineTests
{
    [Theory]
    [InlineData(new[] { 0.0, 1, 2, 3, 4, 5, 6, 7 }, 8, "▁▂▃▄▅▆▇█")]
    [InlineData(new[] { 0.0, 0, 3, 4, 7, 7 }, 3, "▁▅█")]
    [InlineData(new[] { 0.0, 1, 7 }, 24, "▁▂█")]
    [InlineData(new[] { 2.0, 2, 2 }, 24, "▁▁▁")]
    [InlineData(new[] { 7.0, double.NaN, 0 }, 24, "█ ▁")]
    [InlineData(new[] { 7.0 }, 0, "")]
    [InlineData(new[] { 7.0 }, -3, "")]
    [InlineData(new double[0], 24, "")]
    public void Figures_are_bars_and_many_of_them_are_means(double[] values, int width, string bars) =>
        Assert.Equal(bars, Sparkline.Draw(values, width));

    [Fact]
    public void Curves_can_be_drawn_on_one_scale() => Assert.Equal("▁▃▅█", Sparkline.Draw([-1, 2, 4, 9], 24, min: 0, max: 7));
}
