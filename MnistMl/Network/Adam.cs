using MnistMl.Network.Kernels;

namespace MnistMl.Network;

/// <summary>The optimiser of Kingma and Ba, "Adam: A method for stochastic optimization" (2015), β₁ 0.9, β₂ 0.999, ε 1e-8.</summary>
/// <param name="learningRate">The step's learning rate.</param>
/// <param name="step">The step's number, from 1.</param>
readonly unsafe struct Adam(double learningRate, long step)
{
    const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    // The paper's section 2: the moments' bias corrections, moved out of the loop over the weights.
    readonly float _stepSize = (float)(learningRate * Math.Sqrt(1 - Math.Pow(Beta2, step)) / (1 - Math.Pow(Beta1, step)));
    readonly float _epsilon = (float)(Epsilon * Math.Sqrt(1 - Math.Pow(Beta2, step)));

    /// <summary>Moves some rows of parameters against their gradient.</summary>
    public void Update(Parameters parameters, int firstRow, int rows, float* gradient) =>
        KernelSet.Best.Adam(
            parameters.Row(firstRow), parameters.FirstMoment(firstRow), parameters.SecondMoment(firstRow),
            gradient, (nint)rows * parameters.Stride, _stepSize, Beta1, Beta2, _epsilon);
}
