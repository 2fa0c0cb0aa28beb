using FsCheck.Xunit;
using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Numerics;

namespace MnistMl.Tests.Network;

/// <summary>Convolutions of random shapes, forward and both gradients, against the sums they stand for.</summary>
public sealed unsafe class ConvolutionLayerTests
{
    const double Tolerance = 1e-4;

    [Property(MaxTest = 120)]
    public void A_convolution_and_its_gradients_are_the_sums_of_products(int seed, bool first, byte rowsSeed)
    {
        var random = new Random(seed);
        var window = new Window(1 + random.Next(6), 1 + random.Next(6), 1 + random.Next(4), random.Next(4));
        var (height, width) = (Size(window.Height), Size(window.Width));
        Check(height, width, 1 + random.Next(20), window, 1 + random.Next(40), 1 + rowsSeed % 20, first, random);

        int Size(int window1) => Math.Max(1, window1 - 2 * window.Padding) + random.Next(12);
    }

    [Theory]
    [InlineData(4, 16, 1)]
    [InlineData(4, 32, 9)]
    [InlineData(1, 256, 20)]
    [InlineData(2, 256, 3)]
    public void So_they_are_where_rows_are_kept_apart(int size, int channels, int rows) =>
        Check(size + 2, size + 2, 5, new(3, 3), channels, rows, first: false, new Random(1));

    static void Check(int height, int width, int inputChannels, Window window, int channels, int rows, bool first, Random random)
    {
        var input = first ? new Volume(height, width, inputChannels, inputChannels) : new Volume(height, width, inputChannels);
        var reference = new ReferenceImage(input, window, channels);

        // A first layer has no gradient by its input; before any other there is one, here of no interest.
        Layer[] before = first ? [] : [new ConvolutionLayer(0, new(height, width, 1, 1), new(1, 1), inputChannels, relu: false)];
        var layer = new ConvolutionLayer(before.Length, input, window, channels, relu: false);
        Assert.Equal((reference.Height, reference.Width, channels), (layer.Output.Height, layer.Output.Width, layer.Output.Channels));
        layer.Initialize(random);
        var split = random.Next(layer.Weights.RowCount);
        layer.Weights.Row(split)[0]++;
        layer.WeightsChanged(split, layer.Weights.RowCount - split);
        var biases = Numbers(channels, random);
        for (var i = 0; i < channels; i++)
            layer.Biases.Row(0)[i] = (float)biases[i];
        var weights = Enumerable.Range(0, reference.Weights)
            .Select(i => (double)layer.Weights.Row(i / channels)[i % channels]).ToArray();

        var batch = new Batch(new FeedForwardNetwork([.. before, layer]), rows + random.Next(5), threads: 1, training: true) { RowCount = rows };
        var gradient = new AlignedArray<float>((layer.Weights.RowCount + 1) * layer.Weights.Stride);
        var δWeights = new double[weights.Length];
        var δBiases = new double[channels];
        var sources = Enumerable.Range(0, rows).Select(_ => Numbers(input.Count, random)).ToArray();
        var δs = Enumerable.Range(0, rows).Select(_ => Numbers(layer.Outputs, random)).ToArray();

        // Twice: what one step leaves behind is not to be seen in the next.
        for (var step = 0; step < 2; step++)
        {
            for (var row = 0; row < rows; row++)
            {
                Put(sources[row], input, batch.Values(layer.Index, row));
                Put(δs[row], layer.Output, batch.Δ(layer.Index + 1, row));
            }
            for (var row = 0; row < rows; row += batch.GroupRows)
            {
                layer.Forward(batch, row, Math.Min(batch.GroupRows, rows - row));
                layer.Backward(batch, row, Math.Min(batch.GroupRows, rows - row));
            }
        }

        var δSources = Enumerable.Range(0, rows).Select(_ => new double[input.Count]).ToArray();
        foreach (var (i, w, o) in reference.Products())
        {
            for (var row = 0; row < rows; row++)
            {
                δSources[row][i] += δs[row][o] * weights[w];
                δWeights[w] += δs[row][o] * sources[row][i];
            }
        }
        for (var row = 0; row < rows; row++)
        {
            Same(reference.Convolution(sources[row], weights, biases), layer.Output, batch.Values(layer.Index + 1, row));
            if (!first)
                Same(δSources[row], input, batch.Δ(layer.Index, row));
            for (var o = 0; o < layer.Outputs; o++)
                δBiases[o % channels] += δs[row][o];
        }
        var half = layer.Weights.RowCount / 2;
        layer.WeightGradient(batch, 0, 0, half, gradient.Pointer);
        layer.WeightGradient(batch, 0, half, layer.Weights.RowCount - half, gradient.Pointer + half * layer.Weights.Stride);
        for (var i = 0; i < weights.Length; i++)
            Assert.Equal(δWeights[i], gradient.Pointer[i / channels * layer.Weights.Stride + i % channels], Tolerance * rows);
        layer.BiasGradient(batch, gradient.Pointer);
        for (var i = 0; i < channels; i++)
            Assert.Equal(δBiases[i], gradient.Pointer[i], Tolerance * rows);
    }

    [Property]
    public void A_convolution_is_an_affine_map(int seed)
    {
        var random = new Random(seed);
        var input = new Volume(5 + random.Next(4), 5 + random.Next(4), 1 + random.Next(3));
        var window = new Window(1 + random.Next(5), 1 + random.Next(5), 1 + random.Next(3), random.Next(3));
        var reference = new ReferenceImage(input, window, 3);
        var layer = new ConvolutionLayer(1, input, window, 3, relu: true);
        layer.Initialize(random);
        layer.Biases.Row(0)[1] = 0.5f;
        var (source, scale) = (Numbers(input.Count, random), random.NextSingle());

        var affine = layer.ToTrained(scale).ToAffine();

        var scaled = source.Select(x => x * scale).ToArray();
        var weights = Enumerable.Range(0, reference.Weights).Select(i => (double)layer.Weights.Row(i / 3)[i % 3]).ToArray();
        var expected = reference.Convolution(scaled, weights, [0, 0.5, 0]);
        for (var o = 0; o < affine.Outputs; o++)
        {
            var sum = (double)affine.Biases[o];
            for (var i = 0; i < affine.Inputs; i++)
                sum += affine.Weights[o * affine.Inputs + i] * source[i];
            Assert.Equal(expected[o], sum, Tolerance);
        }
    }

    [Theory]
    [InlineData(0, 3, 1, 0)]
    [InlineData(3, 0, 1, 0)]
    [InlineData(3, 3, 0, 0)]
    [InlineData(3, 3, 1, -1)]
    [InlineData(6, 3, 1, 0)]
    [InlineData(3, 8, 1, 1)]
    public void A_window_that_does_not_fit_is_refused(int height, int width, int stride, int padding) =>
        Assert.ThrowsAny<ArgumentException>(() => new Window(height, width, stride, padding).Over(new Volume(5, 5, 1), 1));

    static double[] Numbers(int count, Random random) =>
        [.. Enumerable.Range(0, count).Select(_ => (double)(float)(2 * random.NextDouble() - 1))];

    static void Put(double[] numbers, Volume volume, float* destination)
    {
        for (var i = 0; i < numbers.Length; i++)
            destination[volume.Offset(i)] = (float)numbers[i];
    }

    static void Same(double[] expected, Volume volume, float* actual)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[volume.Offset(i)], Tolerance);
    }
}
