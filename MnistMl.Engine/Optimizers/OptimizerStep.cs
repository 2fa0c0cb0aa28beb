using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Optimizers;

/// <summary>
/// One training step of an optimizer, with clipping, weight decay and averages. Made once a step, and applied piece by
/// piece.
/// </summary>
readonly unsafe struct OptimizerStep
{
    readonly Optimizer _optimizer;
    readonly StepFactors _factors;
    readonly float? _clip;
    readonly float _intoAverage;

    /// <summary>Prepares a step.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="learningRate">The step's learning rate.</param>
    /// <param name="number">The step's number, from 1.</param>
    /// <param name="clip">The greatest absolute value of a gradient's element; null for no clipping.</param>
    /// <param name="averageDecay">EMA decay of the parameters; 0 for no average.</param>
    public OptimizerStep(
        Optimizer optimizer, double learningRate, long number, double? clip = null, double averageDecay = 0)
    {
        (_optimizer, _factors, _clip) = (optimizer, optimizer.At(learningRate, number), (float?)clip);
        if (averageDecay > 0)
            _intoAverage = (float)ShareInAverage(averageDecay, number);
    }

    /// <summary>The share that a step's parameters have in their average.</summary>
    /// <param name="averageDecay">EMA decay of the parameters.</param>
    /// <param name="number">The step's number, from 1.</param>
    public static double ShareInAverage(double averageDecay, long number) =>
        // The average begins with the initial weights, which are random: early on it decays faster.
        1 - Math.Min(averageDecay, (1.0 + number) / (10 + number));

    /// <summary>Updates some rows of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="firstRow">The first of the rows.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="gradient">[rows, stride], clipped in place.</param>
    /// <param name="decays">Whether weight decay applies: to weights, not to biases.</param>
    public void Update(Parameters parameters, int firstRow, int rows, float* gradient, bool decays)
    {
        if (_clip is { } clip)
            KernelSet.Best.Clip(gradient, (nint)rows * parameters.Stride, clip);
        if (decays)
            DecayWeights(parameters, firstRow, rows);
        _optimizer.Update(parameters, firstRow, rows, gradient, _factors);
        Average(parameters, firstRow, rows);
    }

    /// <summary>Updates some rows of weights by a gradient that is yet to be summed up.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="firstRow">The first of the rows.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="gradient">The last part of the gradient.</param>
    /// <param name="sums">[rows, stride]: the gradient without that part; overwritten where that part is all.</param>
    public void Update(Parameters weights, int firstRow, int rows, in SparseGradient gradient, float* sums)
    {
        if (_clip != null)
        {
            gradient.AddTo(sums, weights.Stride, rows);
            Update(weights, firstRow, rows, sums, decays: true);
            return;
        }
        DecayWeights(weights, firstRow, rows);
        _optimizer.Update(weights, firstRow, rows, gradient, sums, _factors);
        Average(weights, firstRow, rows);
    }

    void DecayWeights(Parameters parameters, int firstRow, int rows)
    {
        if (_factors.Kept != 1)
            KernelSet.Best.DecayWeights(parameters.Row(firstRow), (nint)rows * parameters.Stride, _factors.Kept);
    }

    /// <summary>Updates the average of some rows of parameters, if there is one.</summary>
    public void Average(Parameters parameters, int firstRow, int rows)
    {
        if (_intoAverage > 0)
        {
            KernelSet.Best.Lerp(
                parameters.Average(firstRow), parameters.Row(firstRow), (nint)rows * parameters.Stride, _intoAverage);
        }
    }
}
