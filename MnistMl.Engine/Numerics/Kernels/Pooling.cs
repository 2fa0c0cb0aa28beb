using System.Runtime.CompilerServices;

namespace MnistMl.Numerics.Kernels;

unsafe partial class KernelSet<TVector, TSimd>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void WindowMeans(
        float* source, ReadOnlySpan<int> starts, ReadOnlySpan<int> places, float* means, int columns)
    {
        var share = TSimd.Create(1f / places.Length);
        foreach (var start in starts)
        {
            for (nint column = 0; column < columns; column += TSimd.Count)
            {
                var sum = TSimd.Zero;
                foreach (var place in places)
                    sum = TSimd.Add(sum, TSimd.Load(source + start + place + column));
                TSimd.Store(TSimd.Multiply(sum, share), means + column);
            }
            means += columns;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void WindowMeansGradient(
        float* δMeans, ReadOnlySpan<int> starts, ReadOnlySpan<int> places, float* δSource, int columns)
    {
        var share = TSimd.Create(1f / places.Length);
        foreach (var start in starts)
        {
            for (nint column = 0; column < columns; column += TSimd.Count)
            {
                var δ = TSimd.Multiply(TSimd.Load(δMeans + column), share);
                foreach (var place in places)
                {
                    var target = δSource + start + place + column;
                    TSimd.Store(TSimd.Add(TSimd.Load(target), δ), target);
                }
            }
            δMeans += columns;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void WindowMaxima(
        float* source, ReadOnlySpan<int> starts, ReadOnlySpan<int> places, float* maxima, int columns)
    {
        foreach (var start in starts)
        {
            for (nint column = 0; column < columns; column += TSimd.Count)
            {
                var max = TSimd.Load(source + start + column);
                foreach (var place in places)
                    max = TSimd.Max(max, TSimd.Load(source + start + place + column));
                TSimd.Store(max, maxima + column);
            }
            maxima += columns;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void WindowMaximaGradient(
        float* source, float* maxima, float* δMaxima, ReadOnlySpan<int> starts, ReadOnlySpan<int> places,
        float* δSource, int columns)
    {
        foreach (var start in starts)
        {
            for (nint column = 0; column < columns; column += TSimd.Count)
            {
                var max = TSimd.Load(maxima + column);
                var δ = TSimd.Load(δMaxima + column);
                foreach (var place in places)
                {
                    // The first to reach the maximum takes all, and leaves nothing to the others.
                    var left = TSimd.WhereGreater(max, TSimd.Load(source + start + place + column), δ);
                    var target = δSource + start + place + column;
                    TSimd.Store(TSimd.Add(TSimd.Load(target), TSimd.Subtract(δ, left)), target);
                    δ = left;
                }
            }
            maxima += columns;
            δMaxima += columns;
        }
    }
}
