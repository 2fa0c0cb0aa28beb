using MnistMl.Training;

namespace MnistMl.Tests.Training;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void Constant_does_not_change() =>
        Assert.All(Factors(LearningRateSchedule.Constant, 100), factor => Assert.Equal(1, factor));

    [Fact]
    public void Cosine_warms_up_to_one_and_falls_to_zero()
    {
        var factors = Factors(LearningRateSchedule.Cosine, 1000);
        Assert.Equal(1.0 / 20, factors[0], 1e-12);
        Assert.Equal(1, factors[19], 1e-12);
        Assert.Equal(1, factors[20], 1e-12);
        Assert.Equal(0.5, factors[20 + 490], 1e-12);
        Assert.InRange(factors[^1], 0, 1e-5);
        Assert.Equal(factors[20..].OrderDescending(), factors[20..]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(49)]
    [InlineData(51)]
    public void Short_trainings_have_usable_rates_too(int steps) =>
        Assert.All(Factors(LearningRateSchedule.Cosine, steps), factor => Assert.InRange(factor, double.Epsilon, 1));

    static double[] Factors(LearningRateSchedule schedule, int steps) =>
        [.. Enumerable.Range(0, steps).Select(step => schedule.Factor(step, steps))];
}
