using System.Runtime.CompilerServices;

namespace MnistMl.Network.Kernels;

unsafe partial class KernelSet<TVector, TSimd>
{
    // Below these, numbers are cut off: they, or what they are multiplied into, would be subnormal numbers, on which
    // processors take a hundred times as long. Moments shrink into them where gradients stay away, and never get out.
    // A weight moves by less than 1e-12 learning rates for it.
    const float LeastFirstMoment = 1e-30f, LeastSecondMoment = 1e-36f;

    // The same for weights that decay.
    const float LeastWeight = 1e-30f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Descend(float* weights, float* gradient, nint length, float stepSize)
    {
        var step = TSimd.Create(-stepSize);
        for (nint i = 0; i < length; i += TSimd.Count)
            TSimd.Store(TSimd.MultiplyAdd(step, TSimd.Load(gradient + i), TSimd.Load(weights + i)), weights + i);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Momentum(
        float* weights, float* velocity, float* gradient, nint length, float momentum, float byGradient, float byVelocity)
    {
        var (keep, least) = (TSimd.Create(momentum), TSimd.Create(LeastFirstMoment));
        var (gradientStep, velocityStep) = (TSimd.Create(-byGradient), TSimd.Create(-byVelocity));
        for (nint i = 0; i < length; i += TSimd.Count)
        {
            var g = TSimd.Load(gradient + i);
            var v = TSimd.MultiplyAdd(keep, TSimd.Load(velocity + i), g);
            v = TSimd.WhereGreater(TSimd.Abs(v), least, v);
            TSimd.Store(v, velocity + i);

            var moved = TSimd.MultiplyAdd(gradientStep, g, TSimd.Load(weights + i));
            TSimd.Store(TSimd.MultiplyAdd(velocityStep, v, moved), weights + i);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void RmsProp(
        float* weights, float* secondMoment, float* gradient, nint length, float stepSize, double keep, float epsilon)
    {
        var (keep2, rootTake2) = (TSimd.Create((float)keep), TSimd.Create((float)Math.Sqrt(1 - keep)));
        var (step, ε, least) = (TSimd.Create(stepSize), TSimd.Create(epsilon), TSimd.Create(LeastSecondMoment));
        for (nint i = 0; i < length; i += TSimd.Count)
        {
            var g = TSimd.Load(gradient + i);
            var v = UpdateMeanSquare(secondMoment + i, g, keep2, rootTake2, least);
            var change = OverRoot(TSimd.Multiply(step, g), v, ε);
            TSimd.Store(TSimd.Subtract(TSimd.Load(weights + i), change), weights + i);
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

            var v = UpdateMeanSquare(secondMoment + i, g, keep2, rootTake2, leastSecond);
            var change = OverRoot(TSimd.Multiply(step, m), v, ε);
            TSimd.Store(TSimd.Subtract(TSimd.Load(weights + i), change), weights + i);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Clip(float* values, nint length, float greatest)
    {
        var (most, least) = (TSimd.Create(greatest), TSimd.Create(-greatest));
        for (nint i = 0; i < length; i += TSimd.Count)
            TSimd.Store(TSimd.Min(TSimd.Max(TSimd.Load(values + i), least), most), values + i);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Shrink(float* weights, nint length, float kept)
    {
        var (keep, least) = (TSimd.Create(kept), TSimd.Create(LeastWeight));
        for (nint i = 0; i < length; i += TSimd.Count)
        {
            var w = TSimd.Multiply(keep, TSimd.Load(weights + i));
            TSimd.Store(TSimd.WhereGreater(TSimd.Abs(w), least, w), weights + i);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Approach(float* values, float* target, nint length, float share)
    {
        var way = TSimd.Create(share);
        for (nint i = 0; i < length; i += TSimd.Count)
        {
            var value = TSimd.Load(values + i);
            TSimd.Store(TSimd.MultiplyAdd(way, TSimd.Subtract(TSimd.Load(target + i), value), value), values + i);
        }
    }

    /// <summary>mean = keep·mean + (1 − keep)·g²</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector UpdateMeanSquare(float* mean, TVector g, TVector keep, TVector rootTake, TVector least)
    {
        var t = TSimd.Multiply(rootTake, g);
        var v = TSimd.MultiplyAdd(t, t, TSimd.Multiply(keep, TSimd.Load(mean)));
        v = TSimd.Max(v, least);
        TSimd.Store(v, mean);
        return v;
    }

    /// <summary>x ÷ (√v + ε)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector OverRoot(TVector x, TVector v, TVector ε) =>
        TSimd.Multiply(x, TSimd.Reciprocal(TSimd.Add(TSimd.Multiply(v, TSimd.ReciprocalSqrt(v)), ε)));
}
