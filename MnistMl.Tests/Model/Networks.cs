using FsCheck;
using FsCheck.Fluent;
using MnistMl.Model;
using MnistMl.Network;

namespace MnistMl.Tests.Model;

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

    /// <summary>All weights and biases, layer by layer: what two networks have in common that are the same.</summary>
    internal static float[] Numbers(TrainedNetwork network) =>
        [.. network.AllParameters.SelectMany(layer => layer.Weights.Concat(layer.Biases))];

    /// <summary>A network with weights such as training gives, for pixels from 0 to 255.</summary>
    public static TrainedNetwork Random(int seed, params int[] sizes)
    {
        var random = new Random(seed);
        return Make(sizes, [.. Enumerable.Range(0, sizes[^1]).Select(i => _words[i % _words.Length] + i)], inputs =>
            (random.NextSingle() - 0.5f) / float.Sqrt(inputs) * (inputs == sizes[0] ? 40f / 255 : 4f));
    }

    /// <summary>
    /// A network that goes over images, of random layers and small random weights. Its poolings are means and, where it
    /// is asked for, maxima.
    /// </summary>
    public static TrainedNetwork RandomImages(int seed, bool maxima)
    {
        var random = new Random(seed);
        var volume = Volume.Image((int)Math.Pow(random.Next(3, 10), 2));
        var (featureCount, hidden) = (volume.Count, new List<LayerSpec>());
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var (height, width, stride) = (random.Next(1, Math.Min(volume.Height, 4) + 1), random.Next(1, Math.Min(volume.Width, 4) + 1), random.Next(1, 4));
            hidden.Add(random.Next(hidden.Count == 0 ? 1 : 3) switch
            {
                0 => new Conv2D(random.Next(1, 6), height, width, stride, random.Next(0, 3)),
                1 when maxima => new MaxPooling2D(height, width, stride),
                _ => new AveragePooling2D(height, width, stride),
            });
            volume = Window.Of(hidden[^1])!.Value.Over(volume, (hidden[^1] as Conv2D)?.Channels ?? volume.Channels);
        }
        return Images(seed, [.. hidden, .. Enumerable.Repeat<LayerSpec>(5, random.Next(0, 2))], featureCount);
    }

    /// <summary>
    /// A network of given hidden layers and small random weights, for square images of pixels from 0 to 255.
    /// </summary>
    public static TrainedNetwork Images(int seed, IReadOnlyList<LayerSpec> hidden, int featureCount = 784)
    {
        var random = new Random(seed);
        string[] classNames = ["one", "zwölf", "3"];
        var network = FeedForwardNetwork.Create(new double[featureCount], hidden, classNames.Length, random)
            .ToTrained(classNames, [.. Enumerable.Repeat(1 / 255f, featureCount)]);
        foreach (var biases in network.SpatialLayers.Select(layer => layer.Biases).Concat(network.Layers.Select(layer => layer.Biases)))
        {
            for (var i = 0; i < biases.Length; i++)
                biases[i] = random.NextSingle() - 0.5f;
        }
        return network;
    }

    static TrainedNetwork Make(int[] sizes, string[] classNames, Func<int, float> next)
    {
        float[] Numbers(int count, int inputs) => [.. Enumerable.Range(0, count).Select(_ => next(inputs))];
        return new([.. sizes.Zip(sizes.Skip(1), (inputs, outputs) =>
            new AffineLayer(inputs, outputs, Numbers(inputs * outputs, inputs), Numbers(outputs, inputs)))], classNames);
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
        Assert.Equal(expected.ClassNames, actual.ClassNames);
        Assert.Equal(expected.SpatialLayers.Count, actual.SpatialLayers.Count);
        foreach (var (a, b) in expected.SpatialLayers.Zip(actual.SpatialLayers))
        {
            Assert.Equal((a.Options, a.Input, a.Output), (b.Options, b.Input, b.Output));
            Assert.Equal(Bits(a.Weights), Bits(b.Weights));
            Assert.Equal(Bits(a.Biases), Bits(b.Biases));
        }
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
