using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Augmentation;

/// <summary>
/// The random displacement field of an elastic distortion (Simard et al. 2003): independent numbers u, uniform between
/// −1 and 1, are smoothed by a Gaussian and multiplied by α.
/// <para>
/// As a matrix product, with G the Gaussian filter along one axis, the field is α·G·u·Gᵀ. Its values are sums of many
/// independent numbers, hence nearly normal, and their covariance is α²/3 times GGᵀ along each axis. The wider the
/// Gaussian, the lower the rank of GGᵀ: there is a thin matrix L with LLᵀ ≈ GGᵀ. So α/√3·L·n·Lᵀ, with a small matrix n
/// of standard normal numbers, is a field of the same distribution, at a fraction of the cost.
/// </para>
/// </summary>
sealed unsafe class ElasticField
{
    const double UniformVariance = 1.0 / 3;

    readonly int _size, _rank;

    /// <summary>[size, rank]: L.</summary>
    readonly AlignedArray<float> _factor;

    /// <summary>[rank, stride]: Lᵀ.</summary>
    readonly AlignedArray<float> _factorTransposed;

    /// <summary>[rank, noise stride]: n of the horizontal displacements, then n of the vertical ones.</summary>
    readonly AlignedArray<float> _noise;

    /// <summary>[size, noise stride]: L·n of both.</summary>
    readonly AlignedArray<float> _smoothed;

    readonly AlignedArray<float> _x, _y;

    /// <summary>Creates a field for images of one size.</summary>
    /// <param name="size">Width and height of the images, in pixels.</param>
    /// <param name="σ">Standard deviation of the Gaussian, in pixels; above 0.</param>
    public ElasticField(int size, double σ)
    {
        var columns = GaussianSmoothing.CovarianceFactor(size, σ);
        (_size, _rank, Stride) = (size, columns.Count, KernelSet.Pad(size));
        _factor = new AlignedArray<float>(_size * _rank);
        _factorTransposed = new AlignedArray<float>(_rank * Stride);
        for (var column = 0; column < _rank; column++)
        {
            for (var row = 0; row < size; row++)
            {
                _factor.Pointer[row * _rank + column] = (float)columns[column][row];
                _factorTransposed.Pointer[column * Stride + row] = (float)columns[column][row];
            }
        }
        _noise = new AlignedArray<float>(_rank * NoiseStride);
        _smoothed = new AlignedArray<float>(size * NoiseStride);
        (_x, _y) = (new AlignedArray<float>(size * Stride), new AlignedArray<float>(size * Stride));
    }

    /// <summary>Floats in a row of the displacements, with padding.</summary>
    public int Stride { get; }

    /// <summary>[size, stride]: horizontal displacements, in pixels.</summary>
    public float* X => _x.Pointer;

    /// <summary>[size, stride]: vertical displacements, in pixels.</summary>
    public float* Y => _y.Pointer;

    /// <summary>Floats in a row of both n, with padding.</summary>
    int NoiseStride => 2 * KernelSet.Pad(_rank);

    /// <summary>Draws new displacements.</summary>
    /// <param name="key">The seed: the same gives the same displacements.</param>
    /// <param name="α">The factor by which the smoothed numbers are multiplied.</param>
    public void Draw(uint key, double α)
    {
        NormalNoise.Fill(key, α * Math.Sqrt(UniformVariance), _noise.Pointer, _noise.Length);
        KernelSet.Best.MatrixProduct(
            _factor.Pointer, _rank, 1, _noise.Pointer, NoiseStride, null,
            _smoothed.Pointer, NoiseStride, _size, _rank, NoiseStride);
        SmoothRows(_smoothed.Pointer, X);
        SmoothRows(_smoothed.Pointer + NoiseStride / 2, Y);
    }

    void SmoothRows(float* smoothedColumns, float* displacements) => KernelSet.Best.MatrixProduct(
        smoothedColumns, NoiseStride, 1, _factorTransposed.Pointer, Stride, null,
        displacements, Stride, _size, _rank, Stride);
}
