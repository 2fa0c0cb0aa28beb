using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Optimizers;

/// <summary>
/// Each gradient divided by the root of a running mean of its squares (Tieleman and Hinton, "Neural networks for
/// machine learning", lecture 6.5, 2012), in PyTorch's form: the mean keeps 0.99 of itself, and ε 1e-8 is added to the
/// root.
/// </summary>
public sealed record RmsProp : Optimizer
{
    const double Keep = 0.99, Epsilon = 1e-8;

    /// <summary>Factor from the root of a sum of squares to that of their mean.</summary>
    static readonly double _rootScale = Math.Sqrt(1 - Keep);

    internal override double DefaultLearningRate => 0.001;

    internal override int Moments => 1;

    internal override StepFactors At(double learningRate, long number) =>
        new((float)(learningRate / _rootScale), (float)(Epsilon / _rootScale));

    internal override unsafe void Update(
        Parameters parameters, int firstRow, int rows, float* gradient, in StepFactors factors) =>
        KernelSet.Best.RmsProp(
            parameters.Row(firstRow), parameters.Moment(0, firstRow), gradient, (nint)rows * parameters.Stride,
            factors.StepSize, (float)Keep, factors.Epsilon);
}
