using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum (Sutskever et al., "On the importance of initialization and momentum in
/// deep learning", 2013), in PyTorch's form: velocity = momentum × velocity + gradient, and the weights change by the
/// learning rate × velocity.
/// </summary>
/// <param name="Momentum">Share of the velocity that is kept, from 0, for plain SGD, to below 1.</param>
/// <param name="Nesterov">Whether the weights change by momentum × velocity + gradient: one step ahead.</param>
public sealed record Sgd(double Momentum = 0.9, bool Nesterov = false) : Optimizer
{
    internal override double DefaultLearningRate => 0.05;

    internal override int Moments => Momentum > 0 ? 1 : 0;

    internal override unsafe void Update(
        Parameters parameters, int firstRow, int rows, float* gradient, in StepFactors factors)
    {
        var weights = parameters.Row(firstRow);
        var length = (nint)rows * parameters.Stride;
        if (Moments == 0)
        {
            KernelSet.Best.SgdStep(weights, gradient, length, factors.StepSize);
            return;
        }
        var momentum = (float)Momentum;
        var (byGradient, byVelocity) =
            Nesterov ? (factors.StepSize, momentum * factors.StepSize) : (0, factors.StepSize);
        KernelSet.Best.Momentum(
            weights, parameters.Moment(0, firstRow), gradient, length, momentum, byGradient, byVelocity);
    }

    internal override void Validate()
    {
        if (!(Momentum is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(Momentum), Momentum, "The momentum is a number from 0 to below 1.");
        }
    }
}
