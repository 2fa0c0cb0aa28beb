using System.Runtime.CompilerServices;

namespace MnistMl.Numerics.Kernels;

unsafe partial class KernelSet<TVector, TSimd>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ChannelStatistics(float* source, in SpatialLayout layout, float* means, float* variances)
    {
        var (ofImage, ofAll) = (TSimd.Create(1f / layout.Positions), TSimd.Create(1f / layout.Count));
        for (nint column = 0; column < layout.Columns; column += TSimd.Count)
        {
            // Shifted by a number near the mean, the first image's mean, the squares lose no precision to cancellation.
            var (sum, squares) = Sums(source + column, layout.Positions, layout.Columns, TSimd.Zero);
            var near = TSimd.Multiply(sum, ofImage);
            (sum, squares) = (TSimd.Zero, TSimd.Zero);
            var image = source + column;
            for (var row = 0; row < layout.RowCount; row++)
            {
                var (imageSum, imageSquares) = Sums(image, layout.Positions, layout.Columns, near);
                (sum, squares) = (TSimd.Add(sum, imageSum), TSimd.Add(squares, imageSquares));
                image += layout.Stride;
            }
            var difference = TSimd.Multiply(sum, ofAll);
            var variance = TSimd.Subtract(TSimd.Multiply(squares, ofAll), TSimd.Multiply(difference, difference));
            TSimd.Store(TSimd.Add(near, difference), means + column);
            TSimd.Store(TSimd.Max(TSimd.Zero, variance), variances + column);
        }
    }

    /// <summary>
    /// The sums of the differences from a number, and of their squares: even and odd positions first, then both.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (TVector Sum, TVector Squares) Sums(float* source, nint positions, nint stride, TVector from)
    {
        TVector sum0 = TSimd.Zero, sum1 = TSimd.Zero, squares0 = TSimd.Zero, squares1 = TSimd.Zero;
        for (nint i = 0; i < positions - 1; i += 2)
        {
            var x0 = TSimd.Subtract(TSimd.Load(source), from);
            var x1 = TSimd.Subtract(TSimd.Load(source + stride), from);
            sum0 = TSimd.Add(sum0, x0);
            sum1 = TSimd.Add(sum1, x1);
            squares0 = TSimd.MultiplyAdd(x0, x0, squares0);
            squares1 = TSimd.MultiplyAdd(x1, x1, squares1);
            source += 2 * stride;
        }
        if (positions % 2 != 0)
        {
            var x = TSimd.Subtract(TSimd.Load(source), from);
            sum0 = TSimd.Add(sum0, x);
            squares0 = TSimd.MultiplyAdd(x, x, squares0);
        }
        return (TSimd.Add(sum0, sum1), TSimd.Add(squares0, squares1));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void NormalizeRelu(
        float* source, in SpatialLayout layout, float* means, float* variances, float* scales, float* biases,
        float* outputs)
    {
        for (nint column = 0; column < layout.Columns; column += TSimd.Count)
        {
            var (mean, bias) = (TSimd.Load(means + column), TSimd.Load(biases + column));
            var scale = TSimd.Multiply(TSimd.Load(scales + column), OverDeviation(variances + column));
            for (nint row = 0; row < layout.RowCount; row++)
            {
                var i = row * layout.Stride + column;
                for (nint position = 0; position < layout.Positions; position++)
                {
                    var y = TSimd.MultiplyAdd(TSimd.Subtract(TSimd.Load(source + i), mean), scale, bias);
                    TSimd.Store(TSimd.Max(TSimd.Zero, y), outputs + i);
                    i += layout.Columns;
                }
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void NormalizeReluGradient(
        float* source, in SpatialLayout layout, float* means, float* variances, float* scales, float* outputs,
        float factor, float* δ,
        float* δScales, float* δBiases)
    {
        var (share, byOutput) = (TSimd.Create(1f / layout.Count), TSimd.Create(factor));
        for (nint column = 0; column < layout.Columns; column += TSimd.Count)
        {
            var (mean, overDeviation) = (TSimd.Load(means + column), OverDeviation(variances + column));
            var (sum, product) = (TSimd.Zero, TSimd.Zero);
            for (nint row = 0; row < layout.RowCount; row++)
            {
                var i = row * layout.Stride + column;
                var (imageSum, imageProduct) = (TSimd.Zero, TSimd.Zero);
                for (nint position = 0; position < layout.Positions; position++)
                {
                    var d = TSimd.WhereGreater(
                        TSimd.Load(outputs + i), TSimd.Zero, TSimd.Multiply(byOutput, TSimd.Load(δ + i)));
                    TSimd.Store(d, δ + i);
                    imageSum = TSimd.Add(imageSum, d);
                    imageProduct = TSimd.MultiplyAdd(d, TSimd.Subtract(TSimd.Load(source + i), mean), imageProduct);
                    i += layout.Columns;
                }
                (sum, product) = (TSimd.Add(sum, imageSum), TSimd.Add(product, imageProduct));
            }
            product = TSimd.Multiply(product, overDeviation);
            TSimd.Store(sum, δBiases + column);
            TSimd.Store(product, δScales + column);

            var scale = TSimd.Multiply(TSimd.Load(scales + column), overDeviation);
            var byMean = TSimd.Multiply(sum, share);
            var byDeviation = TSimd.Multiply(TSimd.Multiply(product, overDeviation), share);
            for (nint row = 0; row < layout.RowCount; row++)
            {
                var i = row * layout.Stride + column;
                for (nint position = 0; position < layout.Positions; position++)
                {
                    var d = TSimd.Subtract(TSimd.Load(δ + i), byMean);
                    var difference = TSimd.Subtract(mean, TSimd.Load(source + i));
                    TSimd.Store(TSimd.Multiply(scale, TSimd.MultiplyAdd(difference, byDeviation, d)), δ + i);
                    i += layout.Columns;
                }
            }
        }
    }

    /// <summary>1 ÷ √(variance + ε)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector OverDeviation(float* variances) =>
        TSimd.ReciprocalOfRoot(TSimd.Add(TSimd.Load(variances), TSimd.Create(BatchNormEpsilon)), TSimd.Zero);
}
