using System.Runtime.CompilerServices;

namespace MnistMl.Numerics.Kernels;

unsafe partial class KernelSet<TVector, TSimd>
{
    // Without these, means of gradients would shrink into subnormal numbers where gradients stay away, and never get
    // out: processors take a hundred times as long for them. A weight moves by less than 1e-12 learning rates for it.
    const float MinVelocity = 1e-30f;

    /// <summary>Added to a sum of squares at every step.</summary>
    const float SquareFloor = 1e-36f;

    /// <summary>Added to and taken from a sum of gradients: rounds it to multiples of 1e-25.</summary>
    const float Rounder = 1e-18f;

    // The same for weights that decay.
    const float MinWeight = 1e-30f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SgdStep(float* weights, float* gradient, nint length, float stepSize)
    {
        var step = TSimd.Create(-stepSize);
        for (nint i = 0; i < length; i += TSimd.Count)
            TSimd.Store(TSimd.MultiplyAdd(step, TSimd.Load(gradient + i), TSimd.Load(weights + i)), weights + i);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Momentum(
        float* weights, float* velocity, float* gradient, nint length, float momentum, float byGradient,
        float byVelocity)
    {
        var (keep, min) = (TSimd.Create(momentum), TSimd.Create(MinVelocity));
        var (gradientStep, velocityStep) = (TSimd.Create(-byGradient), TSimd.Create(-byVelocity));
        for (nint i = 0; i < length; i += TSimd.Count)
        {
            var g = TSimd.Load(gradient + i);
            var v = TSimd.MultiplyAdd(keep, TSimd.Load(velocity + i), g);
            v = TSimd.WhereGreater(TSimd.Abs(v), min, v);
            TSimd.Store(v, velocity + i);

            var moved = TSimd.MultiplyAdd(gradientStep, g, TSimd.Load(weights + i));
            TSimd.Store(TSimd.MultiplyAdd(velocityStep, v, moved), weights + i);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void RmsProp(
        float* weights, float* squares, float* gradient, nint length, float stepSize, float keep, float epsilon)
    {
        var (keepSquares, floor) = (TSimd.Create(keep), TSimd.Create(SquareFloor));
        var (step, ε) = (TSimd.Create(-stepSize), TSimd.Create(epsilon));
        for (nint i = 0; i < length; i += TSimd.Count)
        {
            var g = TSimd.Load(gradient + i);
            var v = TSimd.MultiplyAdd(g, g, TSimd.MultiplyAdd(keepSquares, TSimd.Load(squares + i), floor));
            TSimd.Store(v, squares + i);

            var move = TSimd.Multiply(step, g);
            TSimd.Store(TSimd.MultiplyAdd(move, TSimd.ReciprocalOfRoot(v, ε), TSimd.Load(weights + i)), weights + i);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Adam(in AdamStep step, float* gradient, nint length)
    {
        var stepped = new StepEpilogue(step);
        for (nint i = 0; i < length; i += TSimd.Count)
            stepped.Take(TSimd.Load(gradient + i), i);
    }

    /// <summary>Takes the sums as gradients for a step of Adam.</summary>
    readonly struct StepEpilogue(in AdamStep step) : IEpilogue
    {
        readonly float* _weights = step.Weights, _gradients = step.Gradients, _squares = step.Squares;
        readonly TVector _keepGradients = TSimd.Create(step.Beta1), _rounder = TSimd.Create(Rounder);
        readonly TVector _keepSquares = TSimd.Create(step.Beta2), _floor = TSimd.Create(SquareFloor);
        readonly TVector _stepSize = TSimd.Create(-step.StepSize), _ε = TSimd.Create(step.Epsilon);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(TVector g, nint at)
        {
            var m = TSimd.MultiplyAdd(_keepGradients, TSimd.Load(_gradients + at), g);
            m = TSimd.Subtract(TSimd.Add(m, _rounder), _rounder);
            TSimd.Store(m, _gradients + at);

            var v = TSimd.MultiplyAdd(g, g, TSimd.MultiplyAdd(_keepSquares, TSimd.Load(_squares + at), _floor));
            TSimd.Store(v, _squares + at);

            var move = TSimd.Multiply(_stepSize, m);
            TSimd.Store(
                TSimd.MultiplyAdd(move, TSimd.ReciprocalOfRoot(v, _ε), TSimd.Load(_weights + at)), _weights + at);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Clip(float* values, nint length, float greatest)
    {
        var (max, min) = (TSimd.Create(greatest), TSimd.Create(-greatest));
        for (nint i = 0; i < length; i += TSimd.Count)
            TSimd.Store(TSimd.Min(max, TSimd.Max(min, TSimd.Load(values + i))), values + i);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void DecayWeights(float* weights, nint length, float kept)
    {
        var (keep, min) = (TSimd.Create(kept), TSimd.Create(MinWeight));
        for (nint i = 0; i < length; i += TSimd.Count)
        {
            var w = TSimd.Multiply(keep, TSimd.Load(weights + i));
            TSimd.Store(TSimd.WhereGreater(TSimd.Abs(w), min, w), weights + i);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Lerp(float* values, float* target, nint length, float share)
    {
        var way = TSimd.Create(share);
        for (nint i = 0; i < length; i += TSimd.Count)
        {
            var value = TSimd.Load(values + i);
            TSimd.Store(TSimd.MultiplyAdd(way, TSimd.Subtract(TSimd.Load(target + i), value), value), values + i);
        }
    }
}
