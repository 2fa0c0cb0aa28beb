using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Optimizers;

/// <summary>Updates weights and biases by their gradients, batch by batch.</summary>
public abstract unsafe record Optimizer
{
    /// <summary>The learning rate for a small network and batches of 64.</summary>
    internal abstract double DefaultLearningRate { get; }

    /// <summary>Moments of each parameter, 0 to 2: running sums of its gradients or their squares.</summary>
    internal abstract int Moments { get; }

    /// <summary>The factors of a training step, the same for all parameters.</summary>
    /// <param name="learningRate">The step's learning rate.</param>
    /// <param name="number">The step's number, from 1.</param>
    internal virtual StepFactors At(double learningRate, long number) => new((float)learningRate);

    /// <summary>Takes a step for some rows of parameters.</summary>
    /// <param name="parameters">The parameters, with as many moments as <see cref="Moments"/> says.</param>
    /// <param name="firstRow">The first of the rows.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="gradient">[rows, stride]</param>
    /// <param name="factors">The step's factors, from <see cref="At"/>.</param>
    internal abstract void Update(
        Parameters parameters, int firstRow, int rows, float* gradient, in StepFactors factors);

    /// <summary>Takes a step for some rows of parameters, by a gradient that is yet to be summed up.</summary>
    /// <param name="parameters">The parameters, with as many moments as <see cref="Moments"/> says.</param>
    /// <param name="firstRow">The first of the rows.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="gradient">The last part of the gradient.</param>
    /// <param name="sums">[rows, stride]: the gradient without that part; overwritten where that part is all.</param>
    /// <param name="factors">The step's factors, from <see cref="At"/>.</param>
    internal virtual void Update(
        Parameters parameters, int firstRow, int rows, in SparseGradient gradient, float* sums, in StepFactors factors)
    {
        gradient.AddTo(sums, parameters.Stride, rows);
        Update(parameters, firstRow, rows, sums, factors);
    }

    /// <summary>Throws where a setting is out of its range.</summary>
    internal virtual void Validate() { }
}

/// <summary>The factors of a training step, the same for all parameters.</summary>
/// <param name="StepSize">Factor of the weights' change.</param>
/// <param name="Epsilon">Added to a divisor, to keep it from zero.</param>
/// <param name="Kept">Share of the weights that weight decay leaves.</param>
readonly record struct StepFactors(float StepSize, float Epsilon = 0, float Kept = 1);
