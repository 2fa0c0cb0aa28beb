using MnistMl.Network.Kernels;

namespace MnistMl.Network.Optimizers;

/// <summary>The optimiser of Kingma and Ba, "Adam: A method for stochastic optimization" (2015), β₁ 0.9, β₂ 0.999, ε 1e-8.</summary>
public record Adam : Optimizer
{
    const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    internal override double DefaultLearningRate => 0.003;

    internal override int Moments => 2;

    // The paper's section 2: the moments' bias corrections, moved out of the loop over the weights.
    internal override StepFactors At(double learningRate, long number) => new(
        (float)(learningRate * Math.Sqrt(1 - Math.Pow(Beta2, number)) / (1 - Math.Pow(Beta1, number))),
        (float)(Epsilon * Math.Sqrt(1 - Math.Pow(Beta2, number))));

    internal sealed override unsafe void Update(
        Parameters parameters, int firstRow, int rows, float* gradient, in StepFactors factors) =>
        KernelSet.Best.Adam(
            parameters.Row(firstRow), parameters.Moment(0, firstRow), parameters.Moment(1, firstRow),
            gradient, (nint)rows * parameters.Stride, factors.StepSize, Beta1, Beta2, factors.Epsilon);
}
