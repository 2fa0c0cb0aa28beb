namespace MnistMl.Augmentation;

/// <summary>
/// What smoothing by a Gaussian makes of independent numbers along a line: their covariance GGᵀ, as the product LLᵀ of a
/// matrix with as few columns as there are dimensions left.
/// </summary>
static class SmoothingFactor
{
    /// <summary>The most that LLᵀ may lack of a variance, as a share of the greatest: a hundredth in standard deviations.</summary>
    const double Tolerance = 1e-4;

    /// <summary>L, by a Cholesky decomposition that takes the greatest remaining variance first.</summary>
    /// <param name="size">Places on the line.</param>
    /// <param name="σ">Standard deviation of the Gaussian, in places; above 0.</param>
    /// <returns>[columns][size]</returns>
    public static IReadOnlyList<double[]> Create(int size, double σ)
    {
        var gaussians = Gaussians(size, σ);
        var left = gaussians.Select(gaussian => Product(gaussian, gaussian)).ToArray();
        var min = Tolerance * left.Max();
        var columns = new List<double[]>();
        while (left.Max() > min)
        {
            var pivot = Array.IndexOf(left, left.Max());
            var column = new double[size];
            for (var i = 0; i < size; i++)
            {
                var explained = columns.Sum(other => other[i] * other[pivot]);
                column[i] = (Product(gaussians[i], gaussians[pivot]) - explained) / Math.Sqrt(left[pivot]);
            }
            for (var i = 0; i < size; i++)
                left[i] -= column[i] * column[i];
            left[pivot] = 0;
            columns.Add(column);
        }
        return columns;
    }

    /// <summary>G: around each place a Gaussian whose sum is 1, cut off where the line ends.</summary>
    static double[][] Gaussians(int size, double σ)
    {
        double Weight(int distance) => Math.Exp(-0.5 * Math.Pow(distance / σ, 2));

        var reach = (int)Math.Ceiling(6 * σ);
        var sum = Enumerable.Range(-reach, 2 * reach + 1).Sum(Weight);
        var places = Enumerable.Range(0, size);
        return [.. places.Select(center => places.Select(place => Weight(place - center) / sum).ToArray())];
    }

    static double Product(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
