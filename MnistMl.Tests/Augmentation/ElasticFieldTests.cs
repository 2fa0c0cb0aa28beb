using MnistMl.Augmentation;
using MnistMl.Numerics;

namespace MnistMl.Tests.Augmentation;

/// <summary>
/// Displacement fields, compared with Simard's: uniform numbers smoothed by a Gaussian, computed by the definition.
/// </summary>
public sealed unsafe class ElasticFieldTests
{
    const int Size = 28;

    [Theory]
    [InlineData(28, 0.1)]
    [InlineData(28, 1)]
    [InlineData(28, 4)]
    [InlineData(28, 8)]
    [InlineData(28, 100)]
    [InlineData(1, 4)]
    [InlineData(65, 4)]
    public void The_factor_is_thin_and_has_the_smoothings_covariance(int size, double σ)
    {
        var factor = GaussianSmoothing.CovarianceFactor(size, σ);
        var covariance = SmoothingCovariance(size, σ);
        var max = Enumerable.Range(0, size).Max(i => covariance[i, i]);
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
                Assert.Equal(covariance[i, j], factor.Sum(column => column[i] * column[j]), 1.01e-4 * max);
        }
        // The rank is about the number of standard deviations in the size, and a few more for the ends.
        Assert.InRange(factor.Count, 1, Math.Min(size, (int)(size / σ) + 4));
    }

    [Theory]
    [InlineData(34, 4)]
    [InlineData(10, 2)]
    [InlineData(37, 7)]
    public void Displacements_vary_as_Simards_do(double α, double σ)
    {
        const int Draws = 20_000;
        var field = new ElasticField(Size, σ);
        var covariance = SmoothingCovariance(Size, σ);
        (int X, int Y)[] places = [(14, 14), (17, 14), (14, 10), (20, 20), (0, 0), (27, 13)];
        var products = new double[places.Length, places.Length];
        var (sum, crossed, fourths) = (0.0, 0.0, 0.0);
        for (var draw = 0; draw < Draws; draw++)
        {
            field.Draw((uint)draw * 7919, α);
            for (var i = 0; i < places.Length; i++)
            {
                for (var j = 0; j < places.Length; j++)
                {
                    var horizontal = At(field.X, places[i]) * At(field.X, places[j]);
                    var vertical = At(field.Y, places[i]) * At(field.Y, places[j]);
                    products[i, j] += (horizontal + vertical) / (2 * Draws);
                }
            }
            var (x, y) = (At(field.X, places[0]), At(field.Y, places[0]));
            sum += x + y;
            crossed += x * y;
            fourths += x * x * x * x;
        }

        var variance = α * α / 3 * covariance[14, 14] * covariance[14, 14];
        for (var i = 0; i < places.Length; i++)
        {
            for (var j = 0; j < places.Length; j++)
            {
                var expected = α * α / 3 * covariance[places[i].X, places[j].X] * covariance[places[i].Y, places[j].Y];
                Assert.Equal(expected, products[i, j], 0.03 * variance);
            }
        }
        Assert.Equal(0, sum / Draws, 0.05 * Math.Sqrt(variance));
        Assert.Equal(0, crossed / Draws, 0.03 * variance);
        // A normal number's fourth moment is 3; a uniform one's would be 1.8.
        Assert.Equal(3, fourths / Draws / (variance * variance), 0.3);

        double At(float* displacements, (int X, int Y) place) => displacements[place.Y * field.Stride + place.X];
    }

    [Fact]
    public void Displacements_grow_with_α_and_depend_on_the_key_only()
    {
        var (field, larger) = (new ElasticField(Size, 4), new ElasticField(Size, 4));
        field.Draw(5, 10);
        larger.Draw(4, 30);
        larger.Draw(5, 30);
        var (x, xLarger) = (Values(field, field.X), Values(larger, larger.X));
        Assert.All(x.Zip(xLarger), pair => Assert.Equal(3 * pair.First, pair.Second, 1e-5f));

        field.Draw(6, 10);
        Assert.NotEqual(x, Values(field, field.X));
        Assert.NotEqual(Values(field, field.Y), Values(field, field.X));
    }

    [Fact]
    public void Noise_has_its_mean_and_variance_and_no_neighbours_in_common()
    {
        const int Length = 1 << 20;
        const double Deviation = 3, Variance = Deviation * Deviation;
        var noise = new float[Length];
        fixed (float* start = noise)
            NormalNoise.Fill(123, Deviation, start, Length);

        Assert.Equal(0, noise.Average(x => (double)x), 0.01 * Deviation);
        Assert.Equal(Variance, noise.Average(x => (double)x * x), 0.01 * Variance);
        foreach (var distance in (int[])[1, 16, 32])
            Assert.Equal(0, noise.Skip(distance).Zip(noise, (x, y) => (double)x * y).Average(), 0.01 * Variance);
    }

    static float[] Values(ElasticField field, float* displacements) =>
        [.. Enumerable.Range(0, Size * Size).Select(i => displacements[i / Size * field.Stride + i % Size])];

    static double[,] SmoothingCovariance(int size, double σ)
    {
        var sum = Enumerable.Range(-1000, 2001).Sum(distance => Math.Exp(-distance * distance / (2 * σ * σ)));
        var covariance = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                for (var k = 0; k < size; k++)
                    covariance[i, j] += Math.Exp(-((i - k) * (i - k) + (j - k) * (j - k)) / (2 * σ * σ)) / (sum * sum);
            }
        }
        return covariance;
    }
}
