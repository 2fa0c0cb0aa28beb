namespace MnistMl.Training;

/// <summary>How the learning rate changes over a training: it warms up, and then does what is left to each schedule.</summary>
/// <param name="WarmupRatio">Share of the steps over which the rate rises to its highest, from 0 to below 1.</param>
public abstract record LearningRateSchedule(double WarmupRatio)
{
    /// <summary>The factor on the learning rate in a step.</summary>
    /// <param name="step">The step's number, from 0.</param>
    /// <param name="stepsPerEpoch">Number of steps of an epoch.</param>
    /// <param name="epochs">Number of epochs of the whole training.</param>
    internal double FactorAt(long step, int stepsPerEpoch, int epochs)
    {
        var steps = (long)stepsPerEpoch * epochs;
        var warmupSteps = Math.Ceiling(WarmupRatio * steps);
        return step < warmupSteps
            ? Rise((step + 1) / warmupSteps)
            : AfterWarmup(step - warmupSteps, steps - warmupSteps, step / stepsPerEpoch);
    }

    internal virtual void Validate()
    {
        if (!(WarmupRatio is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(WarmupRatio), WarmupRatio, "The warm-up is a share from 0 to below 1.");
    }

    /// <summary>The factor in the warm-up, of which a share is over.</summary>
    private protected virtual double Rise(double share) => share;

    /// <summary>The factor after the warm-up.</summary>
    /// <param name="step">The step's number, from 0 after the warm-up.</param>
    /// <param name="steps">Number of steps after the warm-up.</param>
    /// <param name="epoch">The epoch's number, from 0 at the start of the training.</param>
    private protected abstract double AfterWarmup(double step, double steps, long epoch);

    private protected static double HalfCosine(double step, double steps) => 0.5 * (1 + Math.Cos(Math.PI * step / steps));
}

/// <summary>The rate does not change, a warm-up aside.</summary>
/// <param name="WarmupRatio">Share of the steps over which the rate rises linearly, from 0 to below 1.</param>
public sealed record ConstantRate(double WarmupRatio = 0) : LearningRateSchedule(WarmupRatio)
{
    private protected override double AfterWarmup(double step, double steps, long epoch) => 1;
}

/// <summary>The rate is multiplied by a factor every few epochs.</summary>
/// <param name="StepSize">Number of epochs from one change to the next, at least 1.</param>
/// <param name="Gamma">The factor, above 0 and at most 1.</param>
/// <param name="WarmupRatio">Share of the steps over which the rate rises linearly, from 0 to below 1.</param>
public sealed record StepDecay(int StepSize = 3, double Gamma = 0.3, double WarmupRatio = 0) : LearningRateSchedule(WarmupRatio)
{
    private protected override double AfterWarmup(double step, double steps, long epoch) =>
        Math.Pow(Gamma, epoch / StepSize);

    internal override void Validate()
    {
        base.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(StepSize, 1);
        if (!(Gamma is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(Gamma), Gamma, "The factor is above 0 and at most 1.");
    }
}

/// <summary>
/// The rate falls to zero along half a cosine (Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm
/// restarts", 2017, without the restarts).
/// </summary>
/// <param name="WarmupRatio">Share of the steps over which the rate rises linearly, from 0 to below 1.</param>
public sealed record CosineDecay(double WarmupRatio = 0.02) : LearningRateSchedule(WarmupRatio)
{
    private protected override double AfterWarmup(double step, double steps, long epoch) => HalfCosine(step, steps);
}

/// <summary>
/// The rate rises from a 25th and falls to zero, both along half a cosine (Smith, "A disciplined approach to neural network
/// hyper-parameters", 2018). The paper's cycle of the momentum, against that of the rate, is left out.
/// </summary>
/// <param name="WarmupRatio">Share of the steps over which the rate rises, from 0 to below 1.</param>
public sealed record OneCycle(double WarmupRatio = 0.3) : LearningRateSchedule(WarmupRatio)
{
    const double Start = 1.0 / 25;

    private protected override double Rise(double share) => Start + (1 - Start) * HalfCosine(1 - share, 1);

    private protected override double AfterWarmup(double step, double steps, long epoch) => HalfCosine(step, steps);
}
