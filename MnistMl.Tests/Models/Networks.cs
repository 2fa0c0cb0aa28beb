using FsCheck;
using FsCheck.Fluent;
using MnistMl.Models;
using MnistMl.Training;

namespace MnistMl.Tests.Models;

/// <summary>Networks to test with.</summary>
public static class Networks
{
    static readonly string[] _words = ["0", "seven", "zéro", "ноль", "五", "🙂", "a b", " ", "\"", "\0"];

    /// <summary>
    /// Networks of any shape, with layers that widen, none hidden, one unit: small enough to make thousands. The
    /// weights are finite numbers of any bits.
    /// </summary>
    public static Arbitrary<TrainedNetwork> Any() =>
        (from depth in Gen.Choose(2, 5)
         from sizes in Gen.Choose(1, 12).ArrayOf(depth)
         from words in Gen.Elements(_words).ArrayOf(sizes[^1])
         from seed in Gen.Choose(0, int.MaxValue)
         select Make(sizes, [.. words.Select((word, i) => word + i)], AnyBits(new Random(seed)))).ToArbitrary();

    /// <summary>A network with weights such as training gives, for pixels from 0 to 255.</summary>
    public static TrainedNetwork Random(int seed, params int[] sizes)
    {
        var random = new Random(seed);
        return Make(sizes, [.. Enumerable.Range(0, sizes[^1]).Select(i => _words[i % _words.Length] + i)], inputs =>
            (random.NextSingle() - 0.5f) / float.Sqrt(inputs) * (inputs == sizes[0] ? 40f / 255 : 4f));
    }

    /// <summary>
    /// A network of layers in words, with weights such as training gives, for square pictures of pixels from 0 to 255.
    /// </summary>
    public static TrainedNetwork Random(int seed, int size, string words)
    {
        var random = new Random(seed);
        var volume = new PictureShape(size, size, 1);
        var pictureLayers = new List<PictureLayer>();
        var options = NetworkText.Parse(words);
        foreach (var layer in options.TakeWhile(layer => layer is not DenseOptions))
        {
            var channels = (layer as ConvolutionOptions)?.Channels ?? 0;
            var patch = layer is ConvolutionOptions convolution ? convolution.Height * convolution.Width * volume.Channels : 0;
            var scale = (pictureLayers.Count == 0 ? 20f / 255 : 4) / float.Sqrt(patch);
            pictureLayers.Add(new(layer, volume, Numbers(channels * patch, scale), Numbers(channels, 0.1f)));
            volume = pictureLayers[^1].Output;
        }
        int[] sizes = [volume.Count, .. options.OfType<DenseOptions>().Select(layer => layer.Width), 3];
        return new(
            [.. sizes.Zip(sizes.Skip(1), (inputs, outputs) => new AffineLayer(
                inputs, outputs, Numbers(inputs * outputs, 4 / float.Sqrt(inputs)), Numbers(outputs, 0.1f)))],
            ["a", "b", "c"], pictureLayers);

        float[] Numbers(int count, float scale) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * scale)];
    }

    static TrainedNetwork Make(int[] sizes, string[] labels, Func<int, float> next)
    {
        float[] Numbers(int count, int inputs) => [.. Enumerable.Range(0, count).Select(_ => next(inputs))];
        return new([.. sizes.Zip(sizes.Skip(1), (inputs, outputs) =>
            new AffineLayer(inputs, outputs, Numbers(inputs * outputs, inputs), Numbers(outputs, inputs)))], labels);
    }

    static Func<int, float> AnyBits(Random random) => _ =>
    {
        float number;
        do
            number = BitConverter.Int32BitsToSingle((int)random.NextInt64(1L << 32));
        while (!float.IsFinite(number));
        return number;
    };

    /// <summary>Whether two networks are the same, bit for bit.</summary>
    public static void AssertSame(TrainedNetwork expected, TrainedNetwork actual)
    {
        Assert.Equal(expected.Labels, actual.Labels);
        Assert.Equal(expected.Layers.Count, actual.Layers.Count);
        foreach (var (a, b) in expected.Layers.Zip(actual.Layers))
        {
            Assert.Equal((a.Inputs, a.Outputs), (b.Inputs, b.Outputs));
            Assert.Equal(Bits(a.Weights), Bits(b.Weights));
            Assert.Equal(Bits(a.Biases), Bits(b.Biases));
        }
    }

    static int[] Bits(float[] numbers) => Array.ConvertAll(numbers, BitConverter.SingleToInt32Bits);

    /// <summary>The probabilities that a network gives a row, computed in double precision.</summary>
    public static double[] Score(TrainedNetwork network, float[] row)
    {
        var values = Array.ConvertAll(row, value => (double)value);
        network = network.ToAffine();
        foreach (var layer in network.Layers)
        {
            var sums = new double[layer.Outputs];
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] = layer.Biases[i];
                for (var j = 0; j < layer.Inputs; j++)
                    sums[i] += (double)layer.Weights[(i * layer.Inputs) + j] * values[j];
            }
            values = layer == network.Layers[^1] ? sums : Array.ConvertAll(sums, sum => Math.Max(sum, 0));
        }
        var powers = Array.ConvertAll(values, value => Math.Exp(value - values.Max()));
        return Array.ConvertAll(powers, power => power / powers.Sum());
    }
}
