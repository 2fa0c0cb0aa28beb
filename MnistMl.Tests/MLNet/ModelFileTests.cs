using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Files;
using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Tests.Inference;
using MnistMl.Tests.Model;

namespace MnistMl.Tests.MLNet;

/// <summary>Model files of ours in ML.NET, and files that ML.NET saved from them in ours.</summary>
public class ModelFileTests
{
    [Fact]
    public void ML_NET_gives_the_probabilities_and_the_label_that_the_network_gives()
    {
        // As trained here, linear, through one unit, widening again and again, of one input, much widened, of one class.
        int[][] shapes =
        [
            [784, 128, 64, 10], [784, 10], [784, 1, 10], [20, 50, 7, 30, 2], [1, 1, 3, 1, 2, 3], [64, 1000, 100, 26],
            [5, 4, 1],
        ];
        foreach (var shape in shapes)
            AssertAgreement(string.Join('-', shape), seed => Networks.Random(seed, shape));
    }

    [Theory]
    [InlineData(28, "conv 8 5x5 /2, conv 16 5x5 /2, dense 32")]
    [InlineData(14, "conv 4 3x3 +1, conv 8 3x3 /2, conv 8 3x3, dense 16, dense 64, dense 8")]
    [InlineData(20, "conv 3 3x3, average 2x2, conv 5 3x3 +1, average 3x3 /2")]
    [InlineData(12, "conv 2 1x1, average 2x2, conv 6 2x3, dense 5")]
    [InlineData(9, "conv 2 9x9, dense 4")]
    [InlineData(8, "conv 1 1x1, average 1x1 /5")]
    public void ML_NET_gives_the_probabilities_and_the_label_that_a_convolutional_network_gives(int size, string words)
    {
        AssertAgreement(words, seed => Networks.Images(seed, NetworkParser.Parse(words), size * size));
    }

    [Fact]
    public void Outputs_that_see_nothing_and_images_that_are_mostly_paper_are_no_matter()
    {
        // ML.NET takes rows as sparse vectors, too, such as text loaders give.
        var network = Networks.Images(1, NetworkParser.Parse("conv 3 3x3 /2, conv 4 3x3, dense 5"), featureCount: 100);
        Array.Clear(network.SpatialLayers[0].Weights, 0, 9);
        Array.Clear(network.SpatialLayers[1].Weights);
        var context = new MLContext();
        var rows = Rows(1, 20, network);
        var sparse = rows.Select(row => new SparseRow
        {
            Pixels = new(100, row.Pixels.Count(pixel => pixel != 0), [.. row.Pixels.Where(pixel => pixel != 0)],
                [.. Enumerable.Range(0, 100).Where(i => row.Pixels[i] != 0)]),
        });

        var predictions = Load(network, out _).Transform(context.Data.LoadFromEnumerable(sparse, SparseRow.Definition));

        foreach (var (row, prediction) in rows.Zip(context.Data.CreateEnumerable<Prediction>(predictions, reuseRowObject: false)))
        {
            foreach (var (a, b) in Networks.Score(network, row.Pixels).Zip(prediction.Score))
                Assert.Equal(a, b, tolerance: 1e-5);
        }
    }

    [Fact]
    public void The_input_is_a_vector_of_pixels_and_the_labels_name_the_scores()
    {
        var network = Networks.Random(1, 784, 16, 10);

        var model = Load(network, out var input);
        var output = model.GetOutputSchema(input);

        var pixels = Assert.Single(input);
        Assert.Equal(("Pixels", new VectorDataViewType(NumberDataViewType.Single, 784)), (pixels.Name, pixels.Type));
        Assert.Equal(TextDataViewType.Instance, output["PredictedLabel"].Type);
        VBuffer<ReadOnlyMemory<char>> names = default;
        output["Score"].GetSlotNames(ref names);
        Assert.Equal(network.ClassNames, names.DenseValues().Select(name => name.ToString()));
    }

    [Fact]
    public void ML_NET_evaluates_predictions_that_are_keys()
    {
        var context = new MLContext();
        var network = Networks.Random(1, 10, 20, 3);
        var rows = Rows(1, 300, network);
        var model = Load(network, out _, new ModelColumns("Features", "Truth", PredictsKeys: true));
        var data = context.Data.LoadFromEnumerable(rows, Definition(network.FeatureCount));
        // The keys of the truth have the order of the labels, as those have that a trainer sees.
        var truth = context.Data.LoadFromEnumerable(network.ClassNames.Select(label => new Row { Label = label }));
        var prepare = context.Transforms.CopyColumns("Features", "Pixels")
            .Append(context.Transforms.Conversion.MapValueToKey("Truth", "Label", keyData: context.Transforms
                .SelectColumns("Label").Fit(truth).Transform(truth)));

        var predictions = model.Transform(prepare.Fit(data).Transform(data));
        var metrics = context.MulticlassClassification.Evaluate(predictions, "Truth");

        var correct = rows.Count(row =>
        {
            var scores = Networks.Score(network, row.Pixels);
            return network.ClassNames[scores.IndexOf(scores.Max())] == row.Label;
        });
        Assert.Equal(correct / (double)rows.Count, metrics.MicroAccuracy, precision: 9);
    }

    [Fact]
    public void ML_NET_saves_the_same_files_and_they_are_read_bit_for_bit()
    {
        TrainedNetwork[] networks =
        [
            Networks.Random(1, 784, 128, 64, 10), Networks.Random(1, 5, 40, 7, 3), Networks.Random(1, 784, 10),
            Networks.Random(1, 1, 3, 1, 4, 1), Networks.Random(1, 5, 4, 40, 3), Networks.Images(1, NetworkParser.Parse("conv 4 3x3, average 2x2, conv 8 3x3, conv 6 3x3, dense 20")),
        ];
        foreach (var network in networks)
        {
            foreach (var columns in new[] { new ModelColumns(), new ModelColumns("Features", "ŷ", PredictsKeys: true) })
            {
                var ours = Write(network, columns);
                var context = new MLContext();
                var model = context.Model.Load(ours, out var input);

                using var theirs = new MemoryStream();
                context.Model.Save(model, input, theirs);

                // Schemas may differ: ML.NET compresses parts of them.
                Assert.Equal(Keys(ours), Keys(theirs));
                Networks.AssertSame(network.ToAffine(), ModelZip.Read(theirs, "model.zip"));
            }
        }
    }

    [Fact]
    public void ML_NET_runs_convolutions_as_affine_layers_and_keeps_only_those()
    {
        var network = Networks.Images(1, NetworkParser.Parse("conv 3 3x3 /2 +1, average 2x2, conv 4 2x3, dense 6"), featureCount: 144);
        var affine = network.ToAffine();
        var rows = Rows(1, 50, network);
        var context = new MLContext();
        var ours = Write(network);
        Networks.AssertSame(network, ModelZip.Read(ours, "model.zip"));

        var model = context.Model.Load(ours, out var input);
        var predictions = Predict(model, rows);
        using var theirs = new MemoryStream();
        context.Model.Save(model, input, theirs);

        foreach (var (row, prediction) in rows.Zip(predictions))
        {
            foreach (var (a, b) in Networks.Score(affine, row.Pixels).Zip(prediction.Score))
                Assert.Equal(a, b, tolerance: 1e-4);
        }
        Networks.AssertSame(affine, ModelZip.Read(theirs, "model.zip"));
    }

    [Fact]
    public void ML_NET_runs_and_saves_a_network_whose_zeros_would_be_too_many_to_be_read()
    {
        var network = Networks.Images(
            1, NetworkParser.Parse("conv 32 3x3, conv 32 5x5 /2, conv 64 3x3, conv 64 5x5 /2, dense 128"));
        var rows = Rows(1, 20, network);
        var context = new MLContext();
        var model = context.Model.Load(Write(network), out var input);

        var predictions = Predict(model, rows);
        using var theirs = new MemoryStream();
        context.Model.Save(model, input, theirs);

        var pixels = new FloatMatrix([.. rows.SelectMany(row => row.Pixels)], network.FeatureCount);
        var expected = Scoring.Of(FeedForwardNetwork.From(network, isSparse: true), pixels);
        foreach (var (a, b) in expected.Zip(predictions.SelectMany(prediction => prediction.Score)))
            Assert.Equal(a, b, tolerance: 1e-4f);
        Assert.Contains("before ML.NET saved it again", Assert.Throws<MnistMlException>(
            () => ModelZip.Read(theirs, "model.zip")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_inside_a_pipeline_that_ML_NET_saved_is_read()
    {
        var context = new MLContext();
        var network = Networks.Random(1, 6, 9, 3);
        var data = context.Data.LoadFromEnumerable(Rows(1, 20, network), Definition(network.FeatureCount));
        var trained = Load(network, out _, new ModelColumns(Label: "Key", PredictsKeys: true));
        var pipeline = new TransformerChain<ITransformer>(
            context.Transforms.Conversion.MapValueToKey("Key", "Label").Fit(data), trained,
            new TransformerChain<ITransformer>(context.Transforms.Conversion.MapKeyToValue("Text", "PredictedLabel")
                .Fit(trained.Transform(data))));

        using var saved = new MemoryStream();
        context.Model.Save(pipeline, data.Schema, saved);

        Networks.AssertSame(network, ModelZip.Read(saved, "model.zip"));
    }

    [Fact]
    public void The_golden_file_gives_the_probabilities_that_the_network_gives()
    {
        var path = Path.Join(AppContext.BaseDirectory, "Files", "golden.zip");
        var network = ModelFile.Read(path);
        var rows = Rows(1, 50, network);

        var predictions = Predict(new MLContext().Model.Load(path, out _), rows);

        foreach (var (row, prediction) in rows.Zip(predictions))
        {
            foreach (var (a, b) in Networks.Score(network, row.Pixels).Zip(prediction.Score))
                Assert.Equal(a, b, tolerance: 1e-4);
        }
    }

    static void AssertAgreement(string name, Func<int, TrainedNetwork> create)
    {
        var largest = 0.0;
        for (var seed = 0; seed < 2; seed++)
        {
            var network = create(seed);
            var affine = network.ToAffine();
            var rows = Rows(seed, 30, network);
            var predictions = Predict(Load(network, out _), rows);
            Assert.Equal(rows.Count, predictions.Count);
            foreach (var (row, prediction) in rows.Zip(predictions))
            {
                var expected = Networks.Score(affine, row.Pixels);
                Assert.Equal(expected.Length, prediction.Score.Length);
                largest = Math.Max(largest, expected.Zip(prediction.Score, (a, b) => Math.Abs(a - b)).Max());
                var best = prediction.Score.IndexOf(prediction.Score.Max());
                Assert.Equal(network.ClassNames[best], prediction.PredictedLabel);
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: the scores differ by at most {largest:E1}.");
        Assert.InRange(largest, 0, 1e-4);
    }

    static MemoryStream Write(TrainedNetwork network, ModelColumns? columns = null)
    {
        var stream = new MemoryStream();
        ModelZip.Write(network, stream, columns);
        return stream;
    }

    static ITransformer Load(TrainedNetwork network, out DataViewSchema input, ModelColumns? columns = null) =>
        new MLContext().Model.Load(Write(network, columns), out input);

    static List<Row> Rows(int seed, int count, TrainedNetwork network)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new Row
        {
            // As in an image, most are zero.
            Pixels = Array.ConvertAll(new float[network.FeatureCount], _ => (float)Math.Max(0, random.Next(-1000, 256))),
            Label = network.ClassNames[random.Next(network.ClassNames.Count)],
        })];
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

    static SortedDictionary<string, string> Keys(Stream zip)
    {
        using var archive = new ZipArchive(zip, ZipArchiveMode.Read, leaveOpen: true);
        var keys = new SortedDictionary<string, string>();
        foreach (var entry in archive.Entries.Where(entry => entry.Name is "Model.key" or "LabelNames"))
        {
            using var content = new MemoryStream();
            using var stream = entry.Open();
            stream.CopyTo(content);
            keys.Add(entry.FullName, Convert.ToHexString(content.ToArray()));
        }
        return keys;
    }

    sealed class Row
    {
        public float[] Pixels { get; set; } = [];
        public string Label { get; set; } = "";
    }

    sealed class SparseRow
    {
        public VBuffer<float> Pixels { get; set; }

        public static SchemaDefinition Definition
        {
            get
            {
                var definition = SchemaDefinition.Create(typeof(SparseRow));
                definition["Pixels"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 100);
                return definition;
            }
        }
    }

    sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";
        public float[] Score { get; set; } = [];
    }
}
