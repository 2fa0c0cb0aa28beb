using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Augmentation;

/// <summary>
/// Random displacements that vary smoothly over a picture: those of Simard et al. 2003, which are independent numbers u,
/// uniform between −1 and 1, smoothed by a Gaussian and multiplied by α.
/// <para>
/// They are α·G·u·Gᵀ. Each is a sum of many, which makes them as good as normal, so that all there is to them is their
/// covariance: α²/3·GGᵀ along each axis. The more is smoothed, the fewer dimensions that has: a thin matrix L has
/// LLᵀ = GGᵀ, and L·n·Lᵀ with a few normal numbers n is such a field for a fraction of the work.
/// </para>
/// </summary>
sealed unsafe class ElasticField
{
    const double UniformVariance = 1.0 / 3;

    readonly int _size, _rank;

    /// <summary>[size, rank]: L.</summary>
    readonly AlignedArray<float> _factor;

    /// <summary>[rank, stride]: Lᵀ.</summary>
    readonly AlignedArray<float> _transposed;

    /// <summary>[rank, noise stride]: n for the displacements across, and beside it n for those down.</summary>
    readonly AlignedArray<float> _noise;

    /// <summary>[size, noise stride]: L·n of both.</summary>
    readonly AlignedArray<float> _smoothed;

    readonly AlignedArray<float> _x, _y;

    /// <param name="size">Width and height of the pictures.</param>
    /// <param name="σ">Standard deviation of the Gaussian, in pixels.</param>
    public ElasticField(int size, double σ)
    {
        var columns = SmoothingFactor.Create(size, σ);
        (_size, _rank, Stride) = (size, columns.Count, KernelSet.Pad(size));
        _factor = new AlignedArray<float>(_size * _rank);
        _transposed = new AlignedArray<float>(_rank * Stride);
        for (var column = 0; column < _rank; column++)
        {
            for (var row = 0; row < size; row++)
            {
                _factor.Pointer[row * _rank + column] = (float)columns[column][row];
                _transposed.Pointer[column * Stride + row] = (float)columns[column][row];
            }
        }
        _noise = new AlignedArray<float>(_rank * NoiseStride);
        _smoothed = new AlignedArray<float>(size * NoiseStride);
        (_x, _y) = (new AlignedArray<float>(size * Stride), new AlignedArray<float>(size * Stride));
    }

    /// <summary>Row length of the displacements, padding included.</summary>
    public int Stride { get; }

    /// <summary>[size, stride]: displacements to the right, in pixels.</summary>
    public float* X => _x.Pointer;

    /// <summary>[size, stride]: displacements down, in pixels.</summary>
    public float* Y => _y.Pointer;

    int NoiseStride => 2 * KernelSet.Pad(_rank);

    /// <summary>Draws displacements, the same for the same key.</summary>
    /// <param name="key">What they depend on.</param>
    /// <param name="α">What the smoothed numbers are multiplied by.</param>
    public void Draw(uint key, double α)
    {
        var kernels = KernelSet.Best;
        var noiseStride = NoiseStride;
        NormalNoise.Fill(key, α * Math.Sqrt(UniformVariance), _noise.Pointer, _noise.Length);
        kernels.MatrixProduct(
            _factor.Pointer, _rank, 1, _noise.Pointer, noiseStride, null, _smoothed.Pointer, noiseStride, _size, _rank, noiseStride);
        kernels.MatrixProduct(
            _smoothed.Pointer, noiseStride, 1, _transposed.Pointer, Stride, null, X, Stride, _size, _rank, Stride);
        kernels.MatrixProduct(
            _smoothed.Pointer + noiseStride / 2, noiseStride, 1, _transposed.Pointer, Stride, null, Y, Stride, _size, _rank, Stride);
    }
}
