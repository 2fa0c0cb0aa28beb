using MnistMl.Model;
using MnistMl.Numerics;
using MnistMl.Tests.Network;

namespace MnistMl.Tests.Numerics;

/// <summary>Normalization, its statistics and its gradients under every kernel set, against the textbook.</summary>
public sealed unsafe class NormalizationKernelTests
{
    // Always the same seeds: where an output is zero but for roundings, gradients may differ for good.
    public static TheoryData<int> Seeds => new(Enumerable.Range(1, 30));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Images_are_normalized_and_gradients_go_through_mean_and_variance(int seed)
    {
        var random = new Random(seed);
        var volume = new Volume(1 + random.Next(6), 1 + random.Next(6), 1 + random.Next(40));
        var (rows, offset) = (1 + random.Next(9), 20 * random.NextDouble() - 10);
        var layout = new SpatialLayout(rows, volume.Stride, volume.Positions, volume.ChannelStride);
        double[][] images = [.. Enumerable.Range(0, rows).Select(_ => Numbers(volume.Count, 0.1, offset))];
        double[][] δs = [.. images.Select(_ => Numbers(volume.Count, 1, 0))];
        double[] scales = Numbers(volume.Channels, 1, 0.5), biases = Numbers(volume.Channels, 1, 0);
        var (means, variances) = ReferenceNormalization.Statistics(images, volume.Channels);
        var outputs = ReferenceNormalization.NormalizeRelu(images, scales, biases);

        // By the definition of a gradient, of Σ δ·output.
        var places = Enumerable.Range(0, 6).Select(_ => (random.Next(rows), random.Next(volume.Count))).ToArray();
        var channels = Enumerable.Range(0, 4).Select(_ => random.Next(volume.Channels)).ToArray();
        double[] δImages = [.. places.Select(place => Derivative(ref images[place.Item1][place.Item2]))];
        double[] δScales = [.. channels.Select(channel => Derivative(ref scales[channel]))];
        double[] δBiases = [.. channels.Select(channel => Derivative(ref biases[channel]))];

        var (source, floatScales, floatBiases) = (Put(images), Channels(scales), Channels(biases));
        foreach (var kernels in KernelTests.All())
        {
            var (actualMeans, actualVariances) = (Channels([]), Channels([]));
            kernels.ChannelStatistics(source.Pointer, layout, actualMeans.Pointer, actualVariances.Pointer);
            Same(means, actualMeans, 1e-5);
            Same(variances, actualVariances, 1e-5);

            var actual = new AlignedArray<float>(source.Length);
            kernels.NormalizeRelu(
                source.Pointer, layout, actualMeans.Pointer, actualVariances.Pointer, floatScales.Pointer, floatBiases.Pointer, actual.Pointer);
            foreach (var (row, image) in outputs.Index())
            {
                for (var i = 0; i < image.Length; i++)
                    Assert.Equal(image[i], At(actual, row, i), 1e-3);
            }
            Assert.Equal(0, actual.Span.ToArray().Where((_, i) => IsPadding(i)).Sum(Math.Abs));

            var (δ, actualδScales, actualδBiases) = (Put(δs), Channels([]), Channels([]));
            kernels.NormalizeReluGradient(
                source.Pointer, layout, actualMeans.Pointer, actualVariances.Pointer, floatScales.Pointer, actual.Pointer, 1, δ.Pointer,
                actualδScales.Pointer, actualδBiases.Pointer);
            foreach (var (expected, place) in δImages.Zip(places))
                Assert.Equal(expected, At(δ, place.Item1, place.Item2), 2e-2);
            foreach (var (i, channel) in channels.Index())
            {
                Assert.Equal(δScales[i], actualδScales.Span[channel], 2e-2);
                Assert.Equal(δBiases[i], actualδBiases.Span[channel], 1e-3);
            }
            Assert.Equal(0, δ.Span.ToArray().Where((_, i) => IsPadding(i)).Sum(Math.Abs));
            Assert.All(actualδScales.Span[volume.Channels..].ToArray(), padding => Assert.Equal(0, padding));
        }

        double Derivative(ref double number) => FiniteDifference.Derivative(ref number, Sum, step: 1e-7);

        double Sum() => ReferenceNormalization.NormalizeRelu(images, scales, biases)
            .Zip(δs, (image, δ) => image.Zip(δ, (x, d) => x * d).Sum()).Sum();

        bool IsPadding(int i) => i % volume.Stride >= volume.Length || i % volume.Stride % volume.ChannelStride >= volume.Channels;

        float At(AlignedArray<float> array, int row, int i) => array.Pointer[row * volume.Stride + volume.Offset(i)];

        double[] Numbers(int count, double spread, double middle) =>
            [.. Enumerable.Range(0, count).Select(_ => (double)(float)(middle + spread * (2 * random.NextDouble() - 1)))];

        AlignedArray<float> Put(double[][] numbers)
        {
            var array = new AlignedArray<float>((long)rows * volume.Stride);
            for (var row = 0; row < rows; row++)
            {
                for (var i = 0; i < volume.Count; i++)
                    array.Pointer[row * volume.Stride + volume.Offset(i)] = (float)numbers[row][i];
            }
            return array;
        }

        AlignedArray<float> Channels(double[] numbers)
        {
            var array = new AlignedArray<float>(volume.ChannelStride);
            foreach (var (i, number) in numbers.Index())
                array.Span[i] = (float)number;
            return array;
        }

        static void Same(double[] expected, AlignedArray<float> actual, double tolerance)
        {
            foreach (var (i, number) in expected.Index())
                Assert.Equal(number, actual.Span[i], tolerance * Math.Max(1, Math.Abs(number)));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_variance_of_a_channel_that_never_changes_is_not_below_0_for_roundings(int seed)
    {
        var random = new Random(seed);
        // The mean of 3, 7 or 49 equal numbers may be rounded to another number.
        var (rows, positions) = (1 + random.Next(9), 1 + random.Next(49));
        var layout = new SpatialLayout(rows, positions * 16, positions, 16);
        var source = new AlignedArray<float>(rows * positions * 16);
        for (var channel = 0; channel < 16; channel++)
        {
            var value = 1e10f * random.NextSingle();
            for (var i = channel; i < source.Length; i += 16)
                source.Span[i] = value;
        }
        foreach (var kernels in KernelTests.All())
        {
            AlignedArray<float> means = new(16), variances = new(16), outputs = new(source.Length), zeros = new(16);
            kernels.ChannelStatistics(source.Pointer, layout, means.Pointer, variances.Pointer);
            kernels.NormalizeRelu(source.Pointer, layout, means.Pointer, variances.Pointer, zeros.Pointer, zeros.Pointer, outputs.Pointer);

            Assert.All(variances.Span.ToArray(), variance => Assert.InRange(variance, 0, float.MaxValue));
            Assert.All(outputs.Span.ToArray(), output => Assert.Equal(0, output));
        }
    }

    [Fact]
    public void A_channel_that_never_changes_gives_its_bias_and_no_gradient()
    {
        var layout = new SpatialLayout(1, 16, 1, 16);
        foreach (var kernels in KernelTests.All())
        {
            AlignedArray<float> source = Filled(1e4f), means = Filled(1), variances = Filled(1), scales = Filled(2), biases = Filled(3);
            AlignedArray<float> outputs = Filled(0), δ = Filled(0.5f), δScales = Filled(1), δBiases = Filled(1);
            kernels.ChannelStatistics(source.Pointer, layout, means.Pointer, variances.Pointer);
            kernels.NormalizeRelu(source.Pointer, layout, means.Pointer, variances.Pointer, scales.Pointer, biases.Pointer, outputs.Pointer);
            kernels.NormalizeReluGradient(
                source.Pointer, layout, means.Pointer, variances.Pointer, scales.Pointer, outputs.Pointer, 1, δ.Pointer, δScales.Pointer, δBiases.Pointer);

            All(0, variances);
            All(3, outputs);
            All(0, δ);
            All(0, δScales);
            All(0.5f, δBiases);
        }

        static AlignedArray<float> Filled(float value)
        {
            var array = new AlignedArray<float>(16);
            array.Span.Fill(value);
            return array;
        }

        static void All(float expected, AlignedArray<float> actual) =>
            Assert.All(actual.Span.ToArray(), x => Assert.Equal(expected, x));
    }
}
