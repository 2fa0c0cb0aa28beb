using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Data;
using MnistMl.Inference;
using MnistMl.MLNet;
using MnistMl.Model;
using MnistMl.Tests.Data;
using MnistMl.Tests.Inference;
using MnistMl.Training;

namespace MnistMl.Tests.Training;

/// <summary>Bytes that stand for other values are trained on as bytes; the network takes the values.</summary>
public class PixelRangeTests
{
    const int Rows = 90, Size = 6, Features = Size * Size;

    static readonly PixelRange _unitInterval = new(0, 1 / 255.0, 255), _symmetric = new(-1, 1 / 127.5, 255);

    static readonly TrainingOptions _quick = new() { HiddenLayers = [8], Epochs = 3, BatchSize = 16, Calibrate = false };

    public static TheoryData<string> Networks { get; } = ["dense 8", "conv 3 3x3 /2, dense 8", "conv 3 2x2 bn, average 2x2 /1"];

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_network_takes_values_as_one_trained_on_bytes_takes_bytes(string hidden)
    {
        var options = _quick with { HiddenLayers = NetworkParser.Parse(hidden) };
        var expected = Scoring.Of(Trainer.Train(Dataset(), null, options).Network, Dataset());

        foreach (var range in (PixelRange[])[_unitInterval, _symmetric])
        {
            var rows = Dataset(range);
            var network = Trainer.Train(rows, rows.Slice(0, 20), options).Network;

            AssertNear(expected, OfValues(network, rows));
        }
    }

    [Fact]
    public void Bytes_are_divided_by_the_greatest_of_their_range()
    {
        var set = TrainingSet.From(Dataset(new PixelRange(0, 1 / 15.0, 240)));

        Assert.All(set.Scale, scale => Assert.Equal(1 / 240f, scale));
        Assert.All(TrainingSet.From(Dataset()).Scale, scale => Assert.Equal(1 / 255f, scale));
    }

    [Fact]
    public void A_convolution_that_pads_cannot_take_values_that_begin_elsewhere_than_at_0()
    {
        var options = _quick with { HiddenLayers = NetworkParser.Parse("conv 3 3x3 +1, dense 8") };

        var refused = Assert.Throws<MnistMlException>(() => Trainer.Train(Dataset(_symmetric), null, options));

        Assert.Contains("pads them with zeros", refused.Message, StringComparison.Ordinal);
        var rows = Dataset(_unitInterval);
        AssertNear(Scoring.Of(Trainer.Train(Dataset(), null, options).Network, Dataset()), OfValues(Trainer.Train(rows, null, options).Network, rows));
    }

    [Fact]
    public void The_pipeline_trains_the_same_network_also_on_augmented_images()
    {
        var rows = Dataset(_symmetric);
        var options = _quick with { Augmentation = new() { Shift = 1 } };
        var expected = Trainer.Train(rows, null, options).Network;

        var actual = Pipeline.Fit(new MLContext(), rows, null, Pipeline.Options(options, "model.zip", null, default)).Model.Network;

        foreach (var (one, other) in expected.AllParameters.Zip(actual.AllParameters))
        {
            Assert.Equal(one.Weights, other.Weights);
            Assert.Equal(one.Biases, other.Biases);
        }
    }

    [Fact]
    public void A_teacher_is_given_the_values()
    {
        var teacher = Trainer.Train(Dataset(_symmetric), null, _quick).Network;
        var options = _quick with { Distillation = new([teacher], Alpha: 1, Temperature: 1), Epochs = 60, LearningRate = 0.02 };
        var rows = Dataset(_symmetric);

        var student = OfValues(Trainer.Train(rows, null, options).Network, rows);

        var right = OfValues(teacher, rows);
        var wrong = Scoring.Of(teacher, Dataset());
        Assert.True(Distance(student, right) < Distance(student, wrong) / 4);
        AssertNear(right, Scoring.Of(new Distillation([teacher]).OnBytes(_symmetric).Teachers[0], Dataset()));
    }

    [Fact]
    public void A_saved_model_scores_the_values_whatever_bytes_they_are_kept_as()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Join(folder.Path, "model.zip");
        var network = Trainer.Train(Dataset(_unitInterval), null, _quick).Network;
        MnistMl.Files.ModelFile.Write(network, path);
        var model = LoadedModel.Load(path);

        var rows = Dataset(_unitInterval);
        Assert.Equal(OfValues(network, rows), Score(model, rows));
        Assert.Equal(OfValues(network, Dataset()), Score(model, Dataset()));
        Assert.Equal(OfValues(network, Dataset(_symmetric)), Score(model, Dataset(_symmetric)));
    }

    [Fact]
    public void A_view_has_the_values()
    {
        var rows = Dataset(_symmetric);

        Assert.Equal(Values(rows), new DatasetView(rows).GetColumn<float[]>("Pixels").SelectMany(row => row));
    }

    [Fact]
    public void Parts_of_a_data_set_keep_its_range()
    {
        var rows = Dataset(_symmetric);

        Assert.Equal(_symmetric, rows.Slice(3, 5).Range);
        Assert.Equal(_symmetric, rows.WithClassNames(["b", "a", "c"]).Range);
        Assert.Equal(PixelRange.Bytes, Dataset().Range);
    }

    static Dataset Dataset(PixelRange? range = null)
    {
        var random = new Random(1);
        var labels = Enumerable.Range(0, Rows).Select(row => row % 3).ToArray();
        // A class is brighter in its own third.
        var pixels = Enumerable.Range(0, Rows * Features)
            .Select(i => (byte)(random.Next(100) + (i % Features / 12 == labels[i / Features] ? 150 : 0))).ToArray();
        return new Dataset(pixels, labels, Features, ["a", "b", "c"], range);
    }

    static float[] Values(Dataset rows)
    {
        var values = rows.Range.Values();
        return [.. rows.Pixels.ToArray().Select(pixel => values[pixel])];
    }

    static float[] OfValues(TrainedNetwork network, Dataset rows)
    {
        var probabilities = new float[rows.RowCount * network.ClassNames.Count];
        new Predictor(network).Probabilities(Values(rows), probabilities);
        return probabilities;
    }

    static float[] Score(LoadedModel model, Dataset rows)
    {
        var probabilities = new float[rows.RowCount * model.ClassNames.Count];
        model.Score(RowBatches.Of(rows).Single(), probabilities);
        return probabilities;
    }

    static void AssertNear(float[] expected, float[] actual)
    {
        foreach (var (one, other) in expected.Zip(actual))
            Assert.Equal(one, other, 1e-4f);
    }

    static double Distance(float[] one, float[] other) => one.Zip(other, (x, y) => Math.Abs(x - y)).Sum();
}
