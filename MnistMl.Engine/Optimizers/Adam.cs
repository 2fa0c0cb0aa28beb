using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Optimizers;

/// <summary>
/// The optimizer of Kingma and Ba, "Adam: A method for stochastic optimization" (2015), β₁ 0.9, β₂ 0.999, ε 1e-8.
/// </summary>
public record Adam : Optimizer
{
    const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    internal override double DefaultLearningRate => 0.003;

    internal override int Moments => 2;

    // The moments are kept as sums. The factors that make them the paper's bias-corrected means are the same for all
    // weights at a step, and moved out of the loop over them: m = M·scale1, √v = √V·scale2, so that m ÷ (√v + ε) =
    // scale1 ÷ scale2 · M ÷ (√V + ε ÷ scale2).
    internal override StepFactors At(double learningRate, long number)
    {
        var scale1 = (1 - Beta1) / (1 - Math.Pow(Beta1, number));
        var scale2 = Math.Sqrt((1 - Beta2) / (1 - Math.Pow(Beta2, number)));
        return new((float)(learningRate * scale1 / scale2), (float)(Epsilon / scale2));
    }

    internal sealed override unsafe void Update(
        Parameters parameters, int firstRow, int rows, float* gradient, in StepFactors factors) =>
        KernelSet.Best.Adam(Step(parameters, firstRow, factors), gradient, (nint)rows * parameters.Stride);

    internal sealed override unsafe void Update(
        Parameters parameters, int firstRow, int rows, in SparseGradient gradient, float* sums,
        in StepFactors factors) =>
        KernelSet.Best.SparseAdam(
            gradient.Inputs, gradient.Δ, gradient.Stride, gradient.IsFirst ? null : sums,
            Step(parameters, firstRow, factors), parameters.Stride, rows, gradient.Columns);

    static unsafe AdamStep Step(Parameters parameters, int firstRow, in StepFactors factors) => new(
        parameters.Row(firstRow), parameters.Moment(0, firstRow), parameters.Moment(1, firstRow),
        factors.StepSize, (float)Beta1, (float)Beta2, factors.Epsilon);
}
