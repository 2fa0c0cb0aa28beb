namespace MnistMl.Training;

/// <summary>How the learning rate changes over a training.</summary>
public enum LearningRateSchedule
{
    /// <summary>It does not.</summary>
    Constant,

    /// <summary>
    /// It rises linearly over the first 2 % of the steps, and falls to zero along half a cosine over the others
    /// (Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm restarts", 2017, without the restarts).
    /// </summary>
    Cosine,
}

static class LearningRateScheduleExtensions
{
    const double WarmUp = 0.02;

    /// <summary>The factor on the learning rate in a step.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="step">The step's number, from 0.</param>
    /// <param name="steps">Number of steps of the whole training.</param>
    public static double Factor(this LearningRateSchedule schedule, long step, long steps)
    {
        if (schedule == LearningRateSchedule.Constant)
            return 1;

        var warmUpSteps = Math.Ceiling(WarmUp * steps);
        return step < warmUpSteps
            ? (step + 1) / warmUpSteps
            : 0.5 * (1 + Math.Cos(Math.PI * (step - warmUpSteps) / (steps - warmUpSteps)));
    }
}
