using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Files;
using MnistMl.Inference;
using MnistMl.MLNet;
using MnistMl.Model;
using MnistMl.Tests.Files;
using MnistMl.Tests.Model;

namespace MnistMl.Tests.MLNet;

/// <summary>Model files whose hidden layers are an ONNX model, in ML.NET with its package for those, and back in ours.</summary>
public class OnnxInsideTests
{
    static readonly ModelColumns _inside = new(HasOnnxInside: true);

    [Theory]
    [InlineData(28, "conv 8 5x5, max 2x2, conv 6 3x3 +1, max 3x2 /2, dense 12")]
    [InlineData(14, "conv 4 3x3 +1, conv 8 3x3 /2, average 2x2, dense 16, dense 8")]
    [InlineData(9, "conv 2 9x9")]
    public void ML_NET_gives_the_probabilities_and_the_label_that_the_engine_gives(int size, string words)
    {
        for (var seed = 0; seed < 3; seed++)
        {
            var network = Networks.Images(seed, NetworkParser.Parse(words), size * size);
            var rows = Rows(seed, 30, network);
            var model = new MLContext().Model.Load(new MemoryStream(Write(network, _inside)), out var input);

            var output = model.GetOutputSchema(input);
            var predictions = Predict(model, rows);

            Assert.Equal(TextDataViewType.Instance, output["PredictedLabel"].Type);
            Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, network.ClassNames.Count), output["Score"].Type);
            var predictor = new Predictor(network);
            foreach (var (row, prediction) in rows.Zip(predictions, (row, prediction) => (row, prediction)))
            {
                var expected = new float[network.ClassNames.Count];
                predictor.Probabilities(row.Pixels, expected);
                Assert.All(expected.Zip(prediction.Score), scores => Assert.Equal(scores.First, scores.Second, tolerance: 1e-5f));
                Assert.Equal(network.ClassNames[expected.IndexOf(expected.Max())], prediction.PredictedLabel);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Networks_are_read_as_they_were_written(int seed)
    {
        var network = Networks.RandomImages(seed, maxima: true);
        Networks.AssertSame(network, Read(Write(network, _inside)));
        Networks.AssertSame(network, Read(Write(network, columns: null)));
        Networks.AssertSame(Networks.Random(seed, 9, 4, 3), Read(Write(Networks.Random(seed, 9, 4, 3), _inside)));
    }

    [Fact]
    public void A_network_with_max_pooling_is_always_written_so_and_others_where_it_is_asked_for()
    {
        var (max, average) = (Network("conv 2 3x3, max 2x2, dense 4"), Network("conv 2 3x3, average 2x2, dense 4"));

        Assert.True(HasOnnx(max, columns: null));
        Assert.False(HasOnnx(average, columns: null));
        Assert.True(HasOnnx(average, _inside));

        static bool HasOnnx(TrainedNetwork network, ModelColumns? columns)
        {
            var names = ModelZipTests.Unzip(Write(network, columns)).Select(entry => entry.Name).ToArray();
            // The network is there once.
            Assert.Equal(names.Contains("TransformerChain/Transform_000/OnnxModel"), !names.Contains("Network.onnx"));
            return !names.Contains("Network.onnx");
        }
    }

    [Fact]
    public void ML_NET_saves_the_same_files_and_they_are_read_bit_for_bit()
    {
        var network = Network("conv 3 3x3, max 2x2, dense 6");
        foreach (var columns in new[] { new ModelColumns(), new ModelColumns("Features", "ŷ", PredictsKeys: true) })
        {
            var ours = Write(network, columns);
            var context = new MLContext();
            var model = context.Model.Load(new MemoryStream(ours), out var input);
            using var theirs = new MemoryStream();
            context.Model.Save(model, input, theirs);

            Assert.Equal(Entries(ours), Entries(theirs.ToArray()));
            Networks.AssertSame(network, Read(theirs.ToArray()));
        }

        static SortedDictionary<string, string> Entries(byte[] zip) => new(ModelZipTests.Unzip(zip)
            .Where(entry => Path.GetFileName(entry.Name) is "Model.key" or "LabelNames" or "OnnxModel").ToDictionary(entry => entry.Name, entry => entry.Content));
    }

    [Fact]
    public void A_network_with_max_pooling_is_trained_and_saved_in_a_pipeline_where_the_package_is()
    {
        var context = new MLContext(seed: 1);
        var random = new Random(1);
        // Ink at the top or at the bottom.
        var rows = Enumerable.Range(0, 60).Select(i => new Row
        {
            Label = i % 2 == 0 ? "top" : "bottom",
            Pixels = [.. Enumerable.Range(0, 36).Select(pixel => pixel / 18 == i % 2 ? random.Next(100, 255) : 0f)],
        }).ToList();
        var data = context.Data.LoadFromEnumerable(rows, Definition(36));
        var pipeline = context.Transforms.Conversion.MapValueToKey("Label")
            .Append(context.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkMulticlassTrainer.Options
            {
                FeatureColumnName = "Pixels",
                HiddenLayers = NetworkParser.Parse("conv 4 3x3, max 2x2"),
                Epochs = 5,
            }))
            .Append(context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        using var saved = new MemoryStream();
        var trained = pipeline.Fit(data);
        context.Model.Save(trained, data.Schema, saved);
        var loaded = context.Model.Load(saved, out _);

        foreach (var (expected, actual) in Predict(trained, rows).Zip(Predict(loaded, rows)))
        {
            Assert.Equal(expected.PredictedLabel, actual.PredictedLabel);
            Assert.All(expected.Score.Zip(actual.Score), scores => Assert.Equal(scores.First, scores.Second, tolerance: 1e-5f));
        }
        Assert.Equal(["bottom", "top"], Read(saved.ToArray()).ClassNames.Order());
    }

    [Fact]
    public void A_package_that_is_not_there_is_not_found()
    {
        Assert.True(OnnxPackage.IsThere);
        Assert.False(OnnxPackage.CanLoad("Microsoft.ML.OnnxTransformer.Missing"));
    }

    [Fact]
    public void The_ONNX_model_is_not_taken_on_trust()
    {
        var other = ModelZipTests.Unzip(Write(Network("conv 3 3x3, max 2x2, dense 7"), columns: null)).Single(entry => entry.Name.EndsWith("OnnxModel", StringComparison.Ordinal));
        AssertRefused("has another length than it says", content => content[..^2]);
        AssertRefused("has another length than it says", _ => "0102");
        AssertRefused("ends within a field", content => $"{Length(content[8..^2])}{content[8..^2]}");
        AssertRefused("do not fit each other", _ => other.Content);
        // A node's name, which makes no difference to ML.NET.
        AssertRefused("has more or else in it", content => content.Replace(Convert.ToHexString("picture"u8), Convert.ToHexString("pictura"u8), StringComparison.Ordinal));

        static void AssertRefused(string mention, Func<string, string> change)
        {
            var entries = ModelZipTests.Unzip(Write(Network("conv 3 3x3, max 2x2, dense 6"), columns: null)).ToArray();
            var changed = entries.Select(entry =>
                entry.Name.EndsWith("OnnxModel", StringComparison.Ordinal) ? entry with { Content = change(entry.Content) } : entry).ToArray();
            Assert.NotEqual(entries, changed);
            Assert.Contains(mention, Assert.ThrowsAny<MnistMlException>(() => Read(ModelZipTests.Zip(changed))).Message, StringComparison.Ordinal);
        }

        static string Length(string content) => Convert.ToHexString(BitConverter.GetBytes(content.Length / 2));
    }

    static TrainedNetwork Network(string words) => Networks.Images(1, NetworkParser.Parse(words), featureCount: 100);

    static byte[] Write(TrainedNetwork network, ModelColumns? columns)
    {
        using var stream = new MemoryStream();
        ModelZip.Write(network, stream, columns);
        return stream.ToArray();
    }

    static TrainedNetwork Read(byte[] zip) => ModelZip.Read(new MemoryStream(zip), "model.zip");

    static List<Row> Rows(int seed, int count, TrainedNetwork network)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new Row { Pixels = random.GetItems([0f, 0, 0, 1, 128, 255], network.FeatureCount) })];
    }

    static List<Prediction> Predict(ITransformer model, List<Row> rows)
    {
        var context = new MLContext();
        var predictions = model.Transform(context.Data.LoadFromEnumerable(rows, Definition(rows[0].Pixels.Length)));
        return [.. context.Data.CreateEnumerable<Prediction>(predictions, reuseRowObject: false)];
    }

    static SchemaDefinition Definition(int featureCount)
    {
        var definition = SchemaDefinition.Create(typeof(Row));
        definition["Pixels"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, featureCount);
        return definition;
    }

    sealed class Row
    {
        public float[] Pixels { get; set; } = [];
        public string Label { get; set; } = "";
    }

    sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";
        public float[] Score { get; set; } = [];
    }
}
