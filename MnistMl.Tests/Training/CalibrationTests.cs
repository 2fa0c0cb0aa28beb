using Microsoft.ML;
using MnistMl.Data;
using MnistMl.Inference;
using MnistMl.Model;
using MnistMl.Training;

namespace MnistMl.Tests.Training;

public sealed class CalibrationTests
{
    const int Features = 36;

    static readonly TrainingOptions _quick = new() { HiddenLayers = [8], Epochs = 40, LearningRate = 0.02 };

    [Theory]
    [InlineData(0.6)]
    [InlineData(1)]
    [InlineData(2.5)]
    public void It_finds_the_temperature_by_which_labels_were_drawn(double temperature)
    {
        const int Rows = 40_000, Classes = 4;
        var random = new Random(1);
        var (probabilities, labels) = (new float[Rows * Classes], new int[Rows]);
        for (var row = 0; row < Rows; row++)
        {
            double[] logits = [.. Enumerable.Range(0, Classes).Select(_ => 6 * random.NextDouble())];
            Softmax(logits, 1).Select(probability => (float)probability).ToArray().CopyTo(probabilities, row * Classes);
            labels[row] = Draw(Softmax(logits, temperature), random.NextDouble());
        }

        var found = Calibration.Temperature(probabilities, Classes, labels);

        Assert.Equal(temperature, found, 0.03 * temperature);
        Assert.True(Loss(probabilities, Classes, labels, found) < Loss(probabilities, Classes, labels, 1.001 * found));
        Assert.True(Loss(probabilities, Classes, labels, found) < Loss(probabilities, Classes, labels, 0.999 * found));
    }

    [Fact]
    public void Where_nothing_is_wrong_probabilities_stay() =>
        Assert.Equal(1, Calibration.Temperature([0.9f, 0.1f, 0.4f, 0.6f], 2, [0, 1]));

    [Theory]
    [InlineData(new[] { 0.9f, 0.1f, 0.6f, 0.4f }, 4)]
    [InlineData(new[] { 0.5f, 0.5f, 0.4f, 0.6f, 0f, 1f }, 0.25)]
    public void It_has_bounds(float[] probabilities, double bound) =>
        Assert.Equal(bound, Calibration.Temperature(probabilities, 2, [1, 1, 1]), 1e-4);

    [Theory]
    [InlineData(1, "bytes")]
    [InlineData(3, "bytes")]
    [InlineData(1, "symmetric")]
    [InlineData(1, "convolution")]
    public void Training_divides_the_last_layer_by_the_temperature_of_the_validation_rows(int ensembleSize, string kind)
    {
        var range = kind == "symmetric" ? new PixelRange(-1, 1 / 127.5, 255) : PixelRange.Bytes;
        var (train, validation) = (Rows(60, seed: 1, range), Rows(5000, seed: 2, range));
        var options = _quick with { EnsembleSize = ensembleSize };
        if (kind == "convolution")
            options = options with { HiddenLayers = NetworkParser.Parse("conv 4 3x3 bn, 8") };
        var plain = Trainer.Train(train, validation, options with { Calibrate = false });

        var calibrated = Trainer.Train(train, validation, options);

        Assert.Null(plain.Temperature);
        var temperature = calibrated.Temperature!.Value;
        Assert.NotEqual(1, temperature, 0.05);
        var expected = Calibration.Temperature(Probabilities(plain.Network, validation), 3, validation.Labels);
        Assert.Equal(expected, temperature, 1e-3);
        var last = plain.Network.AllParameters.Count() - 1;
        foreach (var (i, (one, other)) in plain.Network.AllParameters.Zip(calibrated.Network.AllParameters).Index())
        {
            var divisor = i == last ? temperature : 1;
            Assert.Equal(one.Weights.Select(weight => (float)(weight / divisor)), other.Weights);
            Assert.Equal(one.Biases.Select(bias => (float)(bias / divisor)), other.Biases);
        }
        Assert.Equal(1, Calibration.Temperature(Probabilities(calibrated.Network, validation), 3, validation.Labels), 1e-3);
    }

    [Fact]
    public void The_pipeline_calibrates_alike()
    {
        var range = new PixelRange(-1, 1 / 127.5, 255);
        var (train, validation) = (Rows(60, seed: 1, range), Rows(5000, seed: 2, range));
        var expected = Trainer.Train(train, validation, _quick).Temperature!.Value;

        var network = Pipeline.Fit(new MLContext(), train, validation, Pipeline.Options(_quick, "model.zip", null, default));

        Assert.Equal(expected, network.Training!.Temperature!.Value, 1e-4);
    }

    [Fact]
    public void Without_validation_rows_there_is_no_calibration() =>
        Assert.Null(Trainer.Train(Rows(60, seed: 1, PixelRange.Bytes), null, _quick).Temperature);

    static float[] Probabilities(TrainedNetwork network, Dataset rows)
    {
        var values = rows.Range.Values();
        var probabilities = new float[rows.RowCount * network.ClassNames.Count];
        new Predictor(network).Probabilities(Array.ConvertAll(rows.Pixels.ToArray(), pixel => values[pixel]), probabilities);
        return probabilities;
    }

    /// <summary>A class is a little brighter in its own third: some rows are in doubt.</summary>
    static Dataset Rows(int count, int seed, PixelRange range)
    {
        var random = new Random(seed);
        int[] labels = [.. Enumerable.Range(0, count).Select(row => row % 3)];
        byte[] pixels = [.. Enumerable.Range(0, count * Features)
            .Select(i => (byte)(random.Next(200) + (i % Features / 12 == labels[i / Features] ? 40 : 0)))];
        return new Dataset(pixels, labels, Features, ["a", "b", "c"], range);
    }

    static double[] Softmax(double[] logits, double temperature)
    {
        var weights = Array.ConvertAll(logits, logit => Math.Exp(logit / temperature));
        return Array.ConvertAll(weights, weight => weight / weights.Sum());
    }

    static int Draw(double[] probabilities, double share)
    {
        var label = 0;
        while (label < probabilities.Length - 1 && share >= probabilities[label])
            share -= probabilities[label++];
        return label;
    }

    static double Loss(float[] probabilities, int classes, int[] labels, double temperature) =>
        probabilities.Chunk(classes).Zip(labels).Sum(row =>
            -Math.Log(Softmax(Array.ConvertAll(row.First, probability => Math.Log(probability)), temperature)[row.Second]));
}
