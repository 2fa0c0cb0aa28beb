using System.Runtime.CompilerServices;

namespace MnistMl.Network.Kernels;

unsafe partial class KernelSet<TVector, TSimd>
{
    // Below these, numbers are cut off: they, or what they are multiplied into, would be subnormal numbers, on which
    // processors take a hundred times as long. Moments shrink into them where gradients stay away, and never get out;
    // gradients start there once a network is sure of a row. A weight moves by less than 1e-12 learning rates for it.
    const float LeastGradient = 1e-20f, LeastFirstMoment = 1e-30f, LeastSecondMoment = 1e-36f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SumWithBias(
        float* sources, nint sourceStride, int count, float* bias, float* destination, int rows, int stride)
    {
        for (nint row = 0; row < rows; row++)
        {
            for (nint column = 0; column < stride; column += TSimd.Count)
            {
                var sum = TSimd.Load(bias + column);
                var source = sources + row * stride + column;
                for (nint i = 0; i < count; i++)
                {
                    sum = TSimd.Add(sum, TSimd.Load(source));
                    source += sourceStride;
                }
                TSimd.Store(sum, destination + row * stride + column);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ColumnSums(float* source, nint stride, float* destination, int rows, int columns)
    {
        for (nint column = 0; column < columns; column += TSimd.Count)
        {
            var sum = TSimd.Zero;
            for (nint row = 0; row < rows; row++)
                sum = TSimd.Add(sum, TSimd.Load(source + row * stride + column));
            TSimd.Store(sum, destination + column);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Relu(float* values, nint stride, int rows, int columns)
    {
        for (nint row = 0; row < rows; row++)
        {
            for (nint i = row * stride; i < row * stride + columns; i += TSimd.Count)
                TSimd.Store(TSimd.Max(TSimd.Load(values + i), TSimd.Zero), values + i);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ReluGradient(float* output, float* δ, nint stride, int rows, int columns)
    {
        for (nint row = 0; row < rows; row++)
        {
            for (nint i = row * stride; i < row * stride + columns; i += TSimd.Count)
                TSimd.Store(TSimd.WhereGreater(TSimd.Load(output + i), TSimd.Zero, TSimd.Load(δ + i)), δ + i);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void CrossEntropyGradient(float* probabilities, float factor, float* δ, nint length)
    {
        var (scale, least) = (TSimd.Create(factor), TSimd.Create(LeastGradient));
        for (nint i = 0; i < length; i += TSimd.Count)
        {
            var scaled = TSimd.Multiply(TSimd.Load(probabilities + i), scale);
            TSimd.Store(TSimd.WhereGreater(scaled, least, scaled), δ + i);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Adam(
        float* weights, float* firstMoment, float* secondMoment, float* gradient, nint length,
        float stepSize, double beta1, double beta2, float epsilon)
    {
        var (keep1, take1) = (TSimd.Create((float)beta1), TSimd.Create((float)(1 - beta1)));
        var (keep2, rootTake2) = (TSimd.Create((float)beta2), TSimd.Create((float)Math.Sqrt(1 - beta2)));
        var (step, ε) = (TSimd.Create(stepSize), TSimd.Create(epsilon));
        var (leastFirst, leastSecond) = (TSimd.Create(LeastFirstMoment), TSimd.Create(LeastSecondMoment));
        for (nint i = 0; i < length; i += TSimd.Count)
        {
            var g = TSimd.Load(gradient + i);
            var m = TSimd.MultiplyAdd(keep1, TSimd.Load(firstMoment + i), TSimd.Multiply(take1, g));
            m = TSimd.WhereGreater(TSimd.Abs(m), leastFirst, m);
            TSimd.Store(m, firstMoment + i);

            var t = TSimd.Multiply(rootTake2, g);
            var v = TSimd.MultiplyAdd(t, t, TSimd.Multiply(keep2, TSimd.Load(secondMoment + i)));
            v = TSimd.Max(v, leastSecond);
            TSimd.Store(v, secondMoment + i);

            var root = TSimd.Multiply(v, TSimd.ReciprocalSqrt(v));
            var change = TSimd.Multiply(TSimd.Multiply(step, m), TSimd.Reciprocal(TSimd.Add(root, ε)));
            TSimd.Store(TSimd.Subtract(TSimd.Load(weights + i), change), weights + i);
        }
    }
}
