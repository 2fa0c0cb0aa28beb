using MnistMl.Model;
using MnistMl.Reporting.Document;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace MnistMl.Tests.Reporting.Document;

public sealed class ChartTests
{
    [Fact]
    public void Of_many_values_the_last_is_always_drawn()
    {
        int[] thinned = [.. LineChart.Thinned([.. Enumerable.Range(0, 402)], most: 200)];
        Assert.Equal(0, thinned[0]);
        Assert.Equal(401, thinned[^1]);
        Assert.InRange(thinned.Length, 100, 201);
    }

    [Fact]
    public void On_a_logarithmic_axis_the_same_factor_is_the_same_distance()
    {
        var axis = Axis.Log([0.1, 10], start: 100, end: 0);
        Assert.Equal([100, 50, 0], ((double[])[0.1, 1, 10]).Select(number => axis[number]), new Tolerance());
    }

    [Fact]
    public void The_strongest_weight_of_a_unit_has_the_strongest_color_whatever_its_sign()
    {
        var network = new TrainedNetwork([new AffineLayer(4, 2, [-1, 0.5f, 0, 0.25f, 0, 0, 2, 0], new float[2])], ["a", "b"]);
        using var sheet = Image.Load<Rgba32>(FirstLayer.Of(network, (2, 2))!.Sheet.Png);
        var (blue, orange) = (new Rgba32(44, 98, 214), new Rgba32(222, 84, 28));
        Assert.Equal(blue, sheet[0, 0]);
        Assert.Equal((orange.Rgb, (byte)(255 / 2)), (sheet[1, 0].Rgb, sheet[1, 0].A));
        Assert.Equal(0, sheet[0, 1].A);
        // The next unit begins after a pixel between them.
        Assert.Equal(orange, sheet[3, 1]);
    }

    sealed class Tolerance : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) < 1e-9;

        public int GetHashCode(double number) => 0;
    }
}
