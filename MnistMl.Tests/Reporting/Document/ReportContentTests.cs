using MnistMl.Model;
using MnistMl.Reporting.Document;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace MnistMl.Tests.Reporting.Document;

public sealed class ReportContentTests
{
    readonly SampleReport _sample = new(["a", "b", "c", "d"]);

    [Fact]
    public void The_surest_mistakes_and_what_is_barely_right_are_found()
    {
        var rows = Enumerable.Range(0, _sample.Test.RowCount).Select(row =>
        {
            var probabilities = new float[4];
            _sample.Predictor.Probabilities(_sample.Test.Row(row), probabilities);
            var predicted = Array.IndexOf(probabilities, probabilities.Max());
            var truth = _sample.Test.Labels[row];
            return (Row: row + 1, Truth: _sample.Test.ClassNames[truth], Predicted: _sample.Test.ClassNames[predicted], Probability: probabilities[predicted], OfTruth: probabilities[truth]);
        }).ToArray();
        var examples = _sample.Content.Examples;
        Assert.Equal(
            rows.Where(row => row.Truth != row.Predicted).OrderByDescending(row => row.Probability).Take(24),
            examples.Mistakes.Select(example => (example.Row, example.Truth, example.Predicted, example.Probability, example.OfTruth)));
        Assert.Equal(
            rows.Where(row => row.Truth == row.Predicted).OrderBy(row => row.Probability).Take(16).Select(row => row.Row),
            examples.LeastSure.Select(example => example.Row));
        Assert.All(examples.Pairs, pair => Assert.Equal(
            rows.Where(row => (row.Truth, row.Predicted) == (_sample.Test.ClassNames[pair.Confusion.Truth], _sample.Test.ClassNames[pair.Confusion.Predicted]))
                .OrderByDescending(row => row.Probability).Take(8).Select(row => row.Row),
            pair.Examples.Select(example => example.Row)));
    }

    [Fact]
    public void The_most_confused_pairs_come_first()
    {
        var confusions = _sample.Content.Run.Metrics.Confusions.Where(confusion => confusion.Truth != confusion.Predicted);
        Assert.Equal(
            confusions.Select(confusion => confusion.Count).OrderDescending().Take(10),
            _sample.Content.Examples.Pairs.Select(pair => pair.Confusion.Count));
    }

    [Fact]
    public void An_image_is_that_of_its_row()
    {
        var example = _sample.Content.Examples.Mistakes[0];
        using var image = Image.Load<L8>(example.Image!.Png);
        Assert.Equal((10, 10), (image.Width, image.Height));
        Assert.Equal(_sample.Test.Row(example.Row - 1).ToArray(), Enumerable.Range(0, 100).Select(i => image[i % 10, i / 10].PackedValue));
    }

    [Fact]
    public void A_large_image_is_made_smaller_by_means_of_its_pixels()
    {
        // Twice the size in both directions, and values from 0 to 100.
        byte[] pixels = [.. Enumerable.Range(0, 60 * 50).Select(i => (byte)(i / 50 / 2 + i % 50 / 2))];
        using var image = Image.Load<L8>(SmallImage.Of(pixels, 100, 60, 50).Png);
        Assert.Equal((25, 30), (image.Width, image.Height));
        Assert.Equal((byte)((24 + 29) * 255 / 100), image[24, 29].PackedValue);
    }

    [Fact]
    public void Weights_above_zero_are_warm_below_cold_and_none_not_to_be_seen()
    {
        var weights = new float[16 * 16];
        (weights[0], weights[1], weights[2]) = (2, -2, 1);
        var network = new TrainedNetwork([new AffineLayer(256, 2, [.. weights, .. new float[256]], [0, 0])], ["a", "b"]);
        using var image = Image.Load<Rgba32>(FirstLayer.Of(network, (16, 16))!.Sheet.Png);
        Assert.Equal((33, 16), (image.Width, image.Height));
        Assert.Equal([new(222, 84, 28, 255), new(44, 98, 214, 255), new(222, 84, 28, 127)], (Rgba32[])[image[0, 0], image[1, 0], image[2, 0]]);
        Assert.All(Enumerable.Range(3, 30), x => Assert.Equal(0, image[x, 0].A));
    }

    [Fact]
    public void The_windows_of_a_convolution_are_shown()
    {
        var network = new TrainedNetwork(
            [new AffineLayer(2 * 9, 2, new float[36], [0, 0])], ["a", "b"],
            [new SpatialLayer(new Conv2D(2, 3, 3), new ImageShape(5, 5, 1), [.. Enumerable.Range(0, 18).Select(i => (float)(i % 9))], [0, 0])]);
        var layer = FirstLayer.Of(network, null)!;
        Assert.Equal((2, 2, true, 7, 3), (layer.Shown, layer.Count, layer.IsConvolution, layer.Sheet.Width, layer.Sheet.Height));
    }

    [Fact]
    public void The_learning_rate_is_that_of_the_schedule()
    {
        var content = _sample.Trained(epochs: 4);
        // Ten steps an epoch, of which the first is the warm-up.
        Assert.Equal(40, content.LearningRate.Count);
        Assert.Equal((0.1, 0.003), content.LearningRate[0] with { Rate = Math.Round(content.LearningRate[0].Rate, 9) });
        Assert.Equal(4, content.LearningRate[^1].Epoch);
        Assert.Equal(content.LearningRate.Select(point => point.Rate).OrderDescending(), content.LearningRate.Select(point => point.Rate));
    }

    [Fact]
    public void The_interval_holds_the_accuracy() =>
        Assert.Equal((0.98698, 0.99105), ReportContent.Interval(0.9892, 10_000) is var (low, high) ? (Math.Round(low, 5), Math.Round(high, 5)) : default);

    [Fact]
    public void What_names_neither_format_is_refused()
    {
        Assert.Equal("a.HTML", Report.PathOf("a.HTML"));
        Assert.Equal("a.md", Report.PathOf("a.md"));
        Assert.Throws<MnistMlException>(() => Report.PathOf("report.pdf"));
    }
}
