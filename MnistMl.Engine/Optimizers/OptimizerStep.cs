using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Optimizers;

/// <summary>One step of training as the parameters take it. Made once a step, and applied piece by piece.</summary>
readonly unsafe struct OptimizerStep
{
    readonly Optimizer _optimizer;
    readonly StepFactors _factors;
    readonly float? _clip;
    readonly float _intoAverage;

    /// <summary>Prepares a step.</summary>
    /// <param name="optimizer">What moves the parameters.</param>
    /// <param name="learningRate">The step's learning rate.</param>
    /// <param name="number">The step's number, from 1.</param>
    /// <param name="clip">What gradients are cut off at, element by element; null for not at all.</param>
    /// <param name="averageDecay">The decay of the average of the parameters; 0 where none is kept.</param>
    public OptimizerStep(
        Optimizer optimizer, double learningRate, long number, double? clip = null, double averageDecay = 0)
    {
        (_optimizer, _factors, _clip) = (optimizer, optimizer.At(learningRate, number), (float?)clip);
        // The average begins with the first weights, which are random: early on it forgets faster.
        if (averageDecay > 0)
            _intoAverage = (float)(1 - Math.Min(averageDecay, (1.0 + number) / (10 + number)));
    }

    /// <summary>Moves some rows of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="firstRow">The first of the rows.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="gradient">[rows, stride], clipped in place.</param>
    /// <param name="decays">Whether weight decay is meant for them: for weights, not for biases.</param>
    public void Update(Parameters parameters, int firstRow, int rows, float* gradient, bool decays)
    {
        if (_clip is { } clip)
            KernelSet.Best.Clip(gradient, (nint)rows * parameters.Stride, clip);
        if (decays)
            DecayWeights(parameters, firstRow, rows);
        _optimizer.Update(parameters, firstRow, rows, gradient, _factors);
        Average(parameters, firstRow, rows);
    }

    /// <summary>Moves some rows of weights by a gradient that is yet to be summed up.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="firstRow">The first of the rows.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="gradient">The last part of the gradient.</param>
    /// <param name="sums">[rows, stride]: the gradient without that part, where it is not all; or room.</param>
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

    /// <summary>Takes some rows of parameters into their average, if there is one.</summary>
    public void Average(Parameters parameters, int firstRow, int rows)
    {
        if (_intoAverage > 0)
            KernelSet.Best.Lerp(parameters.Average(firstRow), parameters.Row(firstRow), (nint)rows * parameters.Stride, _intoAverage);
    }
}
