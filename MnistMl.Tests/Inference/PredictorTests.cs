using System.Text;
using MnistMl.Files;
using MnistMl.Inference;
using MnistMl.Model;
using MnistMl.Tests.Model;

namespace MnistMl.Tests.Inference;

public sealed class PredictorTests : IDisposable
{
    /// <summary>Fully connected, linear, of one feature, widening; convolutional with either pooling.</summary>
    static readonly TrainedNetwork[] _networks =
    [
        Networks.Random(1, 784, 128, 64, 10), Networks.Random(2, 20, 3), Networks.Random(3, 1, 5, 2), Networks.Random(4, 37, 8, 90, 7),
        Networks.Images(5, NetworkParser.Parse("conv 4 3x3, average 2x2, conv 6 3x3 /2, dense 20"), 196),
        Networks.Images(6, NetworkParser.Parse("conv 5 3x3 +1, max 2x2, dense 9"), 100),
    ];

    public static TheoryData<int> NetworkNumbers { get; } = new(Enumerable.Range(0, _networks.Length));

    readonly string _folder = Directory.CreateTempSubdirectory("mnistml-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // All but the one with a max pooling: the plain network knows affine layers only.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Probabilities_are_those_of_a_plain_network_in_doubles(int number)
    {
        var network = _networks[number];
        var pixels = Examples(network, 70);

        var probabilities = Probabilities(new Predictor(network), pixels);

        foreach (var (row, example) in pixels.Chunk(network.FeatureCount).Index())
        {
            var expected = Networks.Score(network, [.. example]);
            for (var c = 0; c < expected.Length; c++)
                Assert.Equal(expected[c], probabilities[row * expected.Length + c], 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(NetworkNumbers))]
    public void Bytes_and_floats_one_and_many_have_the_same_bits(int number)
    {
        // More than one chunk, which threads share, and a last chunk and batch that are not full.
        const int count = 700;
        var network = _networks[number];
        var (predictor, pixels, classes) = (new Predictor(network), Examples(network, count), network.ClassNames.Count);
        float[] floats = [.. pixels];

        var many = Probabilities(predictor, pixels);

        var fromFloats = new float[many.Length];
        predictor.Probabilities(floats, fromFloats);
        Assert.Equal(Bits(many), Bits(fromFloats));
        Assert.All(many, probability => Assert.InRange(probability, 0, 1));
        foreach (var row in (int[])[0, 1, 63, 64, 255, 256, 511, count - 1])
        {
            var example = pixels.AsSpan(row * network.FeatureCount, network.FeatureCount);
            var (alone, expected) = (new float[classes], many.AsSpan(row * classes, classes).ToArray());
            predictor.Probabilities(example, alone);
            Assert.Equal(Bits(expected), Bits(alone));
            predictor.Probabilities(floats.AsSpan(row * network.FeatureCount, network.FeatureCount), alone);
            Assert.Equal(Bits(expected), Bits(alone));

            var best = Array.IndexOf(expected, expected.Max());
            var prediction = new ClassProbability(network.ClassNames[best], expected[best]);
            Assert.Equal(prediction, predictor.Predict(example));
            Assert.Equal(prediction, predictor.Predict(floats.AsSpan(row * network.FeatureCount, network.FeatureCount)));
            Assert.Equal(prediction, predictor.TopK(example, 1)[0]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public async Task Any_number_of_threads_may_use_it_at_once(int number)
    {
        const int count = 300;
        var network = _networks[number];
        var (predictor, pixels, classes) = (new Predictor(network), Examples(network, count), network.ClassNames.Count);
        var expected = Bits(Probabilities(new Predictor(network), pixels));
        using var start = new Barrier(8);

        var threads = Enumerable.Range(0, 8).Select(thread => Task.Factory.StartNew(() =>
        {
            start.SignalAndWait();
            if (thread % 2 == 0)
                return Bits(Probabilities(predictor, pixels));
            var probabilities = new float[count * classes];
            for (var row = 0; row < count; row++)
                predictor.Probabilities(pixels.AsSpan(row * network.FeatureCount, network.FeatureCount), probabilities.AsSpan(row * classes, classes));
            return Bits(probabilities);
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();

        foreach (var thread in threads)
            Assert.Equal(expected, await thread);
    }

    [Theory]
    [MemberData(nameof(NetworkNumbers))]
    public void Scoring_allocates_nothing_after_the_first_example(int number)
    {
        const int chunk = 256;
        var network = _networks[number];
        var (predictor, pixels) = (new Predictor(network), Examples(network, chunk));
        float[] floats = [.. pixels];
        var probabilities = new float[chunk * network.ClassNames.Count];
        Score(times: 1);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Score(times: 20);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Score(int times)
        {
            for (var i = 0; i < times; i++)
            {
                predictor.Predict(pixels.AsSpan(0, network.FeatureCount));
                predictor.Predict(floats.AsSpan(0, network.FeatureCount));
                predictor.Probabilities(pixels.AsSpan(0, network.FeatureCount), probabilities.AsSpan(0, network.ClassNames.Count));
                predictor.Probabilities(pixels, probabilities);
                predictor.Probabilities(floats, probabilities);
            }
        }
    }

    [Fact]
    public void The_most_probable_classes_come_first_and_of_equals_the_first()
    {
        // Of one feature, which nothing depends on: the logits are the biases.
        var predictor = new Predictor(new TrainedNetwork([new AffineLayer(1, 5, new float[5], [1, 3, 2, 3, 1])], ["a", "b", "c", "d", "e"]));

        var all = predictor.TopK([7f], 5);

        Assert.Equal(["b", "d", "c", "a", "e"], all.Select(entry => entry.ClassName));
        Assert.Equal(1, all.Sum(entry => entry.Probability), 1e-6f);
        Assert.Equal(all[0].Probability, all[1].Probability);
        Assert.Equal(all.Take(2), predictor.TopK((ReadOnlySpan<byte>)[7], 2));
        Assert.Equal(all[0], predictor.Predict([7f]));
        foreach (var k in (int[])[0, -1, 6])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => predictor.TopK([7f], k));
            Assert.Throws<ArgumentOutOfRangeException>(() => predictor.TopK((ReadOnlySpan<byte>)[7], k));
        }
    }

    [Theory]
    [InlineData(0, "An example has 20 features, but 0 were given.")]
    [InlineData(19, "An example has 20 features, but 19 were given.")]
    [InlineData(40, "An example has 20 features, but 40 were given.")]
    public void What_is_not_one_example_is_refused(int length, string message)
    {
        var predictor = new Predictor(_networks[1]);
        foreach (var predict in (Action[])
            [
                () => predictor.Predict(new float[length]), () => predictor.Predict(new byte[length]),
                () => predictor.TopK(new float[length], 1), () => predictor.TopK(new byte[length], 1),
            ])
        {
            var refused = Assert.Throws<ArgumentException>(predict);
            Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
            Assert.Equal("features", refused.ParamName);
        }
    }

    [Theory]
    [InlineData(21, 3, "features", "21 features are not whole examples of 20.")]
    [InlineData(40, 3, "probabilities", "2 examples have 6 probabilities, but there is room for 3.")]
    [InlineData(40, 7, "probabilities", "2 examples have 6 probabilities, but there is room for 7.")]
    [InlineData(0, 3, "probabilities", "0 examples have 0 probabilities, but there is room for 3.")]
    public void What_are_not_whole_examples_with_room_for_their_probabilities_is_refused(int length, int room, string parameter, string message)
    {
        var predictor = new Predictor(_networks[1]);
        foreach (var score in (Action[])
            [
                () => predictor.Probabilities(new float[length], new float[room]),
                () => predictor.Probabilities(new byte[length], new float[room]),
            ])
        {
            var refused = Assert.Throws<ArgumentException>(score);
            Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
            Assert.Equal(parameter, refused.ParamName);
        }
    }

    [Fact]
    public void No_examples_have_no_probabilities()
    {
        var predictor = new Predictor(_networks[1]);
        predictor.Probabilities(ReadOnlySpan<float>.Empty, []);
        predictor.Probabilities(ReadOnlySpan<byte>.Empty, []);
    }

    [Theory]
    [InlineData("model.zip")]
    [InlineData("model.onnx")]
    public void It_is_loaded_from_a_zip_and_from_ONNX(string name)
    {
        var (path, network) = (Path.Join(_folder, name), _networks[4]);
        ModelFile.Write(network, path);
        var pixels = Examples(network, 10);

        var predictor = Predictor.Load(path);

        Networks.AssertSame(network, predictor.Network);
        Assert.Equal((196, 3), (predictor.FeatureCount, predictor.ClassNames.Count));
        Assert.Equal(Bits(Probabilities(new Predictor(network), pixels)), Bits(Probabilities(predictor, pixels)));
    }

    [Theory]
    [InlineData("model.zip", "text")]
    [InlineData("model.onnx", "text")]
    [InlineData("model.zip", "")]
    [InlineData("model.onnx", "")]
    [InlineData("model.zip", null)]
    [InlineData("model.onnx", null)]
    public void What_is_no_model_is_refused(string name, string? content)
    {
        var path = Path.Join(_folder, name);
        if (content != null)
            File.WriteAllBytes(path, Encoding.ASCII.GetBytes(content));

        var refused = Assert.Throws<MnistMlException>(() => Predictor.Load(path));

        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_zip_is_not_taken_for_ONNX_nor_ONNX_for_a_zip()
    {
        var (zip, onnx, other) = (Path.Join(_folder, "model.zip"), Path.Join(_folder, "model.onnx"), Path.Join(_folder, "other"));
        ModelFile.Write(_networks[1], zip);
        ModelFile.Write(_networks[1], onnx);
        File.Move(zip, other);
        File.Move(onnx, zip);
        File.Move(other, onnx);

        Assert.Throws<MnistMlException>(() => Predictor.Load(zip));
        Assert.Throws<MnistMlException>(() => Predictor.Load(onnx));
    }

    /// <summary>Images: most of their pixels are 0.</summary>
    static byte[] Examples(TrainedNetwork network, int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count * network.FeatureCount).Select(_ => (byte)Math.Max(0, random.Next(-600, 256)))];
    }

    static float[] Probabilities(Predictor predictor, byte[] pixels)
    {
        var probabilities = new float[pixels.Length / predictor.FeatureCount * predictor.ClassNames.Count];
        predictor.Probabilities(pixels, probabilities);
        return probabilities;
    }

    static int[] Bits(float[] numbers) => Array.ConvertAll(numbers, BitConverter.SingleToInt32Bits);
}
