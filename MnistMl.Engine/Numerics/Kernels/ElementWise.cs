using System.Runtime.CompilerServices;

namespace MnistMl.Numerics.Kernels;

unsafe partial class KernelSet<TVector, TSimd>
{
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
                TSimd.Store(TSimd.Max(TSimd.Zero, TSimd.Load(values + i)), values + i);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ReluGradient(float* output, float* δ, float factor, nint stride, int rows, int columns)
    {
        var scale = TSimd.Create(factor);
        for (nint row = 0; row < rows; row++)
        {
            for (nint i = row * stride; i < row * stride + columns; i += TSimd.Count)
            {
                TSimd.Store(
                    TSimd.WhereGreater(TSimd.Load(output + i), TSimd.Zero, TSimd.Multiply(scale, TSimd.Load(δ + i))),
                    δ + i);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void CrossEntropyGradient(float* probabilities, float factor, float* δ, nint length)
    {
        var (scale, min) = (TSimd.Create(factor), TSimd.Create(MinGradient));
        for (nint i = 0; i < length; i += TSimd.Count)
        {
            var scaled = TSimd.Multiply(TSimd.Load(probabilities + i), scale);
            TSimd.Store(TSimd.WhereGreater(scaled, min, scaled), δ + i);
        }
    }
}
