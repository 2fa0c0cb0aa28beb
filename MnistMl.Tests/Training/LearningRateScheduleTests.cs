using MnistMl.Training;

namespace MnistMl.Tests.Training;

public sealed class LearningRateScheduleTests
{
    const int StepsPerEpoch = 100, Epochs = 10;

    public static TheoryData<LearningRateSchedule> All =>
        [new ConstantRate(), new ConstantRate(0.1), new StepDecay(), new CosineDecay(), new OneCycle()];

    [Fact]
    public void A_constant_rate_does_not_change() =>
        Assert.All(Factors(new ConstantRate()), factor => Assert.Equal(1, factor));

    [Fact]
    public void A_cosine_warms_up_to_one_and_falls_to_zero()
    {
        var factors = Factors(new CosineDecay());
        Assert.Equal(1.0 / 20, factors[0], 1e-12);
        Assert.Equal(1, factors[19], 1e-12);
        Assert.Equal(1, factors[20], 1e-12);
        Assert.Equal(0.5, factors[20 + 490], 1e-12);
        Assert.InRange(factors[^1], 0, 1e-5);
        Assert.Equal(factors[20..].OrderDescending(), factors[20..]);
    }

    [Fact]
    public void A_step_decay_falls_every_few_epochs()
    {
        var factors = Factors(new StepDecay(StepSize: 4, Gamma: 0.1));
        Assert.All(factors[..400], factor => Assert.Equal(1, factor));
        Assert.All(factors[400..800], factor => Assert.Equal(0.1, factor, 1e-12));
        Assert.All(factors[800..], factor => Assert.Equal(0.01, factor, 1e-12));
    }

    [Fact]
    public void One_cycle_rises_from_a_25th_for_three_tenths_and_falls_to_zero()
    {
        var factors = Factors(new OneCycle());
        Assert.Equal(0.04, factors[0], 1e-3);
        Assert.Equal(0.52, factors[149], 1e-12);
        Assert.Equal(1, factors[299], 1e-12);
        Assert.Equal(1, factors[300], 1e-12);
        Assert.Equal(0.5, factors[300 + 350], 1e-12);
        Assert.InRange(factors[^1], 0, 1e-5);
        Assert.Equal(factors[..300].Order(), factors[..300]);
        Assert.Equal(factors[300..].OrderDescending(), factors[300..]);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_warm_up_ends_in_what_comes_after_it(LearningRateSchedule schedule)
    {
        var factors = Factors(schedule with { WarmupRatio = 0.25 });
        Assert.InRange(factors[0], double.Epsilon, 0.05);
        Assert.Equal(factors[..250].Distinct().Order(), factors[..250]);
        Assert.Equal(1, factors[249], 1e-12);
        Assert.Equal(1, factors[250], 1e-12);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Short_trainings_have_usable_rates_too(LearningRateSchedule schedule)
    {
        foreach (var steps in (int[])[1, 2, 49, 51])
            Assert.All(Factors(schedule, steps, epochs: 1), factor => Assert.InRange(factor, double.Epsilon, 1));
    }

    [Fact]
    public void A_warm_up_of_a_part_of_a_step_takes_the_whole_step()
    {
        Assert.Equal([0.5, 1, 1, 1, 1], Factors(new ConstantRate(0.21), stepsPerEpoch: 5, epochs: 1));
        Assert.Equal([0.5, 1, 1, 0.5], Factors(new CosineDecay(0.3), stepsPerEpoch: 2, epochs: 2));
    }

    static double[] Factors(LearningRateSchedule schedule, int stepsPerEpoch = StepsPerEpoch, int epochs = Epochs) =>
        [.. Enumerable.Range(0, stepsPerEpoch * epochs).Select(step => schedule.FactorAt(step, stepsPerEpoch, epochs))];
}
