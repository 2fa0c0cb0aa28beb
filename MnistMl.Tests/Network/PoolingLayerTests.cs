using FsCheck.Xunit;
using MnistMl.Model;
using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Tests.Network;

/// <summary>Poolings of random shapes against the textbook, under every kernel set, and their gradients.</summary>
public sealed unsafe class PoolingLayerTests
{
    const float Tolerance = 1e-5f;

    [Property]
    public void Windows_give_their_means_and_maxima(int seed)
    {
        var (input, window, reference, random) = Shape(seed);
        var (source, values) = Image(input, random);
        int[] starts = [.. window.Starts(input, window.Over(input, input.Channels))], places = [.. window.Positions(input)];
        foreach (var kernels in KernelSet.Supported.Select(KernelSet.Create))
        {
            var pooled = new AlignedArray<float>(starts.Length * input.ChannelStride);
            kernels.WindowMeans(source.Pointer, starts, places, pooled.Pointer, input.ChannelStride);
            Same(reference.Pooling(values, Enumerable.Average), pooled);
            kernels.WindowMaxima(source.Pointer, starts, places, pooled.Pointer, input.ChannelStride);
            Same(reference.Pooling(values, Enumerable.Max), pooled);
        }

        void Same(double[] expected, AlignedArray<float> pooled)
        {
            for (var i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], pooled.Pointer[window.Over(input, input.Channels).Offset(i)], Tolerance);
        }
    }

    [Property(MaxTest = 20)]
    public void A_mean_passes_equal_shares_back_and_a_maximum_all_to_one(int seed)
    {
        var (input, window, reference, random) = Shape(seed);
        var output = window.Over(input, input.Channels);
        int[] starts = [.. window.Starts(input, output)], places = [.. window.Positions(input)];
        var (source, values) = Image(input, random);
        var (δ, δValues) = Image(output, random);
        var maxima = new AlignedArray<float>(output.Length);
        int[] inputs = [.. Enumerable.Range(0, 20).Select(_ => random.Next(values.Length))];
        double[] byMean = [.. inputs.Select(i => Derivative(i, Enumerable.Average))];
        double[] byMax = [.. inputs.Select(i => Derivative(i, Enumerable.Max))];
        foreach (var kernels in KernelSet.Supported.Select(KernelSet.Create))
        {
            var (δMean, δMax) = (new AlignedArray<float>(input.Length), new AlignedArray<float>(input.Length));
            kernels.WindowMeansGradient(δ.Pointer, starts, places, δMean.Pointer, input.ChannelStride);
            kernels.WindowMaxima(source.Pointer, starts, places, maxima.Pointer, input.ChannelStride);
            kernels.WindowMaximaGradient(
                source.Pointer, maxima.Pointer, δ.Pointer, starts, places, δMax.Pointer, input.ChannelStride);
            foreach (var (i, place) in inputs.Index())
            {
                Assert.Equal(byMean[i], δMean.Pointer[input.Offset(place)], Tolerance);
                Assert.Equal(byMax[i], δMax.Pointer[input.Offset(place)], Tolerance);
            }
        }

        // By the definition of a gradient: Σ δ·pool(x + h) − Σ δ·pool(x), divided by h, for a small h at one place.
        double Derivative(int i, Func<IEnumerable<double>, double> pool)
        {
            const double Step = 1e-9;
            var moved = (double[])values.Clone();
            moved[i] += Step;
            return reference.Pooling(moved, pool).Zip(reference.Pooling(values, pool), (after, before) => (after - before) / Step)
                .Zip(δValues, (slope, δ) => slope * δ).Sum();
        }
    }

    [Fact]
    public void The_first_of_equal_maxima_takes_the_gradient()
    {
        foreach (var kernels in KernelSet.Supported.Select(KernelSet.Create))
        {
            var (source, maxima, δ, δSource) =
                (new AlignedArray<float>(64), new AlignedArray<float>(16), new AlignedArray<float>(16), new AlignedArray<float>(64));
            δ.Span.Fill(3);
            kernels.WindowMaximaGradient(source.Pointer, maxima.Pointer, δ.Pointer, [0], [0, 16, 32, 48], δSource.Pointer, 16);
            Assert.Equal([.. Enumerable.Repeat(3f, 16), .. new float[48]], δSource.Span.ToArray());
        }
    }

    static (Volume, Window, ReferenceImage, Random) Shape(int seed)
    {
        var random = new Random(seed);
        var window = new Window(1 + random.Next(4), 1 + random.Next(4), 1 + random.Next(4));
        var input = new Volume(window.Height + random.Next(8), window.Width + random.Next(8), 1 + random.Next(40));
        return (input, window, new ReferenceImage(input, window, input.Channels), random);
    }

    static (AlignedArray<float>, double[]) Image(Volume volume, Random random)
    {
        var floats = new AlignedArray<float>(volume.Length);
        var doubles = new double[volume.Count];
        for (var i = 0; i < doubles.Length; i++)
            doubles[i] = floats.Pointer[volume.Offset(i)] = (float)(2 * random.NextDouble() - 1);
        return (floats, doubles);
    }
}
