namespace MnistMl.Numerics.Kernels;

/// <summary>
/// One step of Adam (Kingma and Ba 2015): gradients = beta1·gradients + gradient, squares = beta2·squares + gradient²,
/// weights −= stepSize·gradients ÷ (√squares + epsilon). The moments are sums, not means; that, and their bias
/// correction, are part of <paramref name="stepSize"/> and <paramref name="epsilon"/>.
/// </summary>
/// <param name="weights">The weights.</param>
/// <param name="gradients">The first moment of each weight.</param>
/// <param name="squares">The second moment of each weight.</param>
/// <param name="stepSize">The learning rate, corrected.</param>
/// <param name="beta1">Share of the first moment that is kept.</param>
/// <param name="beta2">Share of the second moment that is kept.</param>
/// <param name="epsilon">Keeps the divisor from zero.</param>
readonly unsafe struct AdamStep(
    float* weights, float* gradients, float* squares, float stepSize, float beta1, float beta2, float epsilon)
{
    public readonly float* Weights = weights;
    public readonly float* Gradients = gradients;
    public readonly float* Squares = squares;
    public readonly float StepSize = stepSize;
    public readonly float Beta1 = beta1;
    public readonly float Beta2 = beta2;
    public readonly float Epsilon = epsilon;
}
