namespace MnistMl.Augmentation;

/// <summary>Smoothing by a Gaussian filter along one axis.</summary>
static class GaussianSmoothing
{
    /// <summary>
    /// The largest variance that LLᵀ may lack, as a fraction of the largest variance: 1 % in standard deviations.
    /// </summary>
    const double Tolerance = 1e-4;

    /// <summary>
    /// A factor L of the covariance GGᵀ that independent numbers of variance 1 have after smoothing: LLᵀ ≈ GGᵀ, with
    /// as few columns as the tolerance permits. It is computed by a pivoted Cholesky decomposition, which takes the
    /// largest remaining variance first (Harbrecht, Peters and Schneider, "On the low-rank approximation by the pivoted
    /// Cholesky decomposition", 2012).
    /// </summary>
    /// <param name="size">Number of positions.</param>
    /// <param name="σ">Standard deviation of the Gaussian, in positions; above 0.</param>
    /// <returns>[columns][size]: the columns of L.</returns>
    public static IReadOnlyList<double[]> CovarianceFactor(int size, double σ)
    {
        var filter = Filter(size, σ);
        var remaining = filter.Select(row => Dot(row, row)).ToArray();
        var tolerated = Tolerance * remaining.Max();
        var columns = new List<double[]>();
        while (remaining.Max() > tolerated)
        {
            var pivot = Array.IndexOf(remaining, remaining.Max());
            var column = new double[size];
            for (var i = 0; i < size; i++)
            {
                var explained = columns.Sum(other => other[i] * other[pivot]);
                column[i] = (Dot(filter[i], filter[pivot]) - explained) / Math.Sqrt(remaining[pivot]);
            }
            for (var i = 0; i < size; i++)
                remaining[i] -= column[i] * column[i];
            // It is 0 up to rounding; a pivot must not be taken twice.
            remaining[pivot] = 0;
            columns.Add(column);
        }
        return columns;
    }

    /// <summary>
    /// [size][size]: G, in each row a Gaussian about one position. Its sum is 1 before the ends cut it off.
    /// </summary>
    static double[][] Filter(int size, double σ)
    {
        double Weight(int distance) => Math.Exp(-0.5 * Math.Pow(distance / σ, 2));

        var reach = (int)Math.Ceiling(6 * σ);
        var sum = Enumerable.Range(-reach, 2 * reach + 1).Sum(Weight);
        var positions = Enumerable.Range(0, size);
        return [.. positions.Select(center => positions.Select(i => Weight(i - center) / sum).ToArray())];
    }

    static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
