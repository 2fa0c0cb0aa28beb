using MnistMl.Optimizers;
using MnistMl.Training;

namespace MnistMl.Tests.Training.Reference;

/// <summary>How numbers are moved in a step, one after the other, as the papers have it.</summary>
static class ReferenceOptimizer
{
    /// <summary>Moves parameters against their gradient, after it is clipped.</summary>
    /// <param name="options">The optimizer, and what it is told.</param>
    /// <param name="parameters">What is moved.</param>
    /// <param name="rate">The step's learning rate.</param>
    /// <param name="step">The step's number, from 1.</param>
    public static void Step(TrainingOptions options, ReferenceParameters parameters, double rate, int step)
    {
        var (values, velocity, squares) = (parameters.Values, parameters.Velocity, parameters.Squares);
        for (var i = 0; i < values.Length; i++)
        {
            var g = parameters.Gradient[i];
            if (options.GradientClipValue is { } max)
                g = Math.Clamp(g, -max, max);
            switch (options.Optimizer)
            {
                case Adam adam:
                    if (adam is AdamW { WeightDecay: var decay } && parameters.Decays)
                        values[i] -= rate * decay * values[i];
                    velocity[i] = 0.9 * velocity[i] + 0.1 * g;
                    squares[i] = 0.999 * squares[i] + 0.001 * g * g;
                    var (mean, square) = (velocity[i] / (1 - Math.Pow(0.9, step)), squares[i] / (1 - Math.Pow(0.999, step)));
                    values[i] -= rate * mean / (Math.Sqrt(square) + 1e-8);
                    break;
                case RmsProp:
                    squares[i] = 0.99 * squares[i] + 0.01 * g * g;
                    values[i] -= rate * g / (Math.Sqrt(squares[i]) + 1e-8);
                    break;
                case Sgd { Momentum: var momentum, Nesterov: var looksAhead }:
                    velocity[i] = momentum * velocity[i] + g;
                    values[i] -= rate * (looksAhead ? g + momentum * velocity[i] : velocity[i]);
                    break;
            }
        }
    }

    /// <summary>The decay of the moving average in a step: at the start it forgets faster.</summary>
    /// <param name="options">The highest decay.</param>
    /// <param name="step">The step's number, from 1.</param>
    public static double AverageDecay(TrainingOptions options, int step) =>
        Math.Min(options.EmaDecay, (1.0 + step) / (10.0 + step));

    /// <summary>The learning rate in a step.</summary>
    /// <param name="options">The schedule and its highest rate.</param>
    /// <param name="step">The step's number, from 0.</param>
    /// <param name="steps">Number of steps.</param>
    /// <param name="stepsPerEpoch">Number of steps of an epoch.</param>
    public static double Rate(TrainingOptions options, int step, int steps, int stepsPerEpoch)
    {
        var warmup = (int)Math.Ceiling(options.Schedule.WarmupRatio * steps);
        var (warmed, done) = ((step + 1.0) / warmup, (double)(step - warmup) / (steps - warmup));
        return options.LearningRate * options.Schedule switch
        {
            OneCycle when step < warmup => 0.04 + 0.96 * (1 - Math.Cos(Math.PI * warmed)) / 2,
            _ when step < warmup => warmed,
            ConstantRate => 1,
            StepDecay { StepSize: var epochs, Gamma: var factor } => Math.Pow(factor, step / stepsPerEpoch / epochs),
            CosineDecay or OneCycle => (1 + Math.Cos(Math.PI * done)) / 2,
            var other => throw new ArgumentException($"{other} has no reference.", nameof(options)),
        };
    }
}
