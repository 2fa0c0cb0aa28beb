using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Optimizers;

/// <summary>How weights and biases follow from their gradients, batch by batch.</summary>
public abstract unsafe record Optimizer
{
    /// <summary>A learning rate that suits it, for a small network and batches of 64.</summary>
    internal abstract double DefaultLearningRate { get; }

    /// <summary>Numbers that it remembers of each parameter, 0 to 2: running sums of what its gradients were.</summary>
    internal abstract int Moments { get; }

    /// <summary>What a step of training has in common for all parameters.</summary>
    /// <param name="learningRate">The step's learning rate.</param>
    /// <param name="number">The step's number, from 1.</param>
    internal virtual StepFactors At(double learningRate, long number) => new((float)learningRate);

    /// <summary>Moves some rows of parameters against their gradient.</summary>
    /// <param name="parameters">The parameters, with room for as many moments as there are.</param>
    /// <param name="firstRow">The first of the rows.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="gradient">[rows, stride]</param>
    /// <param name="factors">What <see cref="At"/> gave for this step.</param>
    internal abstract void Update(Parameters parameters, int firstRow, int rows, float* gradient, in StepFactors factors);

    /// <summary>Moves some rows of parameters against a gradient that is yet to be summed up.</summary>
    /// <param name="parameters">The parameters, with room for as many moments as there are.</param>
    /// <param name="firstRow">The first of the rows.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="gradient">The last part of the gradient.</param>
    /// <param name="sums">[rows, stride]: the gradient without that part, where it is not all; or room.</param>
    /// <param name="factors">What <see cref="At"/> gave for this step.</param>
    internal virtual void Update(
        Parameters parameters, int firstRow, int rows, in SparseGradient gradient, float* sums, in StepFactors factors)
    {
        gradient.AddTo(sums, parameters.Stride, rows);
        Update(parameters, firstRow, rows, sums, factors);
    }

    /// <summary>Throws where a setting is out of its range.</summary>
    internal virtual void Validate() { }
}

/// <summary>What a step of training has in common for all parameters.</summary>
/// <param name="StepSize">Factor on what the weights move by.</param>
/// <param name="Epsilon">What is added to a divisor, to keep it from zero.</param>
/// <param name="Kept">Share of the weights that their decay leaves.</param>
readonly record struct StepFactors(float StepSize, float Epsilon = 0, float Kept = 1);
