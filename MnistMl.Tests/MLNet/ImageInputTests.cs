using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Files;
using MnistMl.Inference;
using MnistMl.Model;
using MnistMl.Tests.Files;
using MnistMl.Tests.Model;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace MnistMl.Tests.MLNet;

/// <summary>Model files that take images or their paths, in ML.NET with its package for those, and back in ours.</summary>
public sealed class ImageInputTests : IDisposable
{
    static readonly TrainedNetwork _network = Networks.Images(1, [new Dense(16)]);

    static readonly Dataset _digits = DatasetFile.Read(BundledData.Find()).Slice(60_000, 20);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_digit_as_PNG_is_scored_as_its_pixels_are(bool arePaths, bool isInkDark)
    {
        var model = Load(_network, new(arePaths, isInkDark));
        for (var i = 0; i < _digits.RowCount; i++)
        {
            var pixels = _digits.Row(i).ToArray();
            var file = Save($"{i}.png", 28, 28, isInkDark ? [.. pixels.Select(pixel => (byte)(255 - pixel))] : pixels);
            AssertScores(Score(_network, pixels), Predict(model, file, arePaths));
        }
    }

    [Fact]
    public void A_digit_as_JPEG_is_scored_nearly_as_its_pixels_are()
    {
        var model = Load(_network, new(ArePaths: true, IsInkDark: false));
        for (var i = 0; i < _digits.RowCount; i++)
        {
            var expected = Score(_network, _digits.Row(i).ToArray());
            var actual = Predict(model, Save($"{i}.jpg", 28, 28, _digits.Row(i).ToArray()), arePaths: true);
            Assert.All(expected.Zip(actual.Score), scores => Assert.Equal(scores.First, scores.Second, tolerance: 0.1f));
        }
    }

    [Fact]
    public void A_wide_image_of_light_ink_is_put_on_black_and_one_of_dark_ink_fills_the_square()
    {
        // Gray that fills the whole image.
        var (light, dark) = (new byte[784], Enumerable.Repeat((byte)55, 784).ToArray());
        light.AsSpan(7 * 28, 14 * 28).Fill(200);
        var file = Save("wide.png", 56, 28, [.. Enumerable.Repeat((byte)200, 56 * 28)]);

        AssertScores(Score(_network, light), Predict(Load(_network, new(true, IsInkDark: false)), file, arePaths: true));
        AssertScores(Score(_network, dark), Predict(Load(_network, new(true, IsInkDark: true)), file, arePaths: true));
    }

    [Fact]
    public void Pixels_are_in_the_range_that_the_network_was_trained_on()
    {
        // Of the same scores for pixels from 0 to 1.
        var network = _network.WithInput(255, 0);
        var pixels = _digits.Row(0).ToArray();
        AssertScores(Score(_network, pixels), Predict(Load(network, new(true, false)), Save("0.png", 28, 28, pixels), arePaths: true));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void ML_NET_saves_the_same_files_and_they_are_read_bit_for_bit(bool arePaths, bool isInkDark)
    {
        var max = Networks.Images(1, NetworkParser.Parse("conv 2 5x5, max 2x2, dense 5"));
        foreach (var network in new[] { _network, max })
        {
            var ours = Write(network, new(arePaths, isInkDark));
            var context = new MLContext();
            var model = context.Model.Load(new MemoryStream(ours), out var input);
            using var theirs = new MemoryStream();
            context.Model.Save(model, input, theirs);

            Assert.Equal(arePaths ? ["ImagePath"] : [], input?.Select(column => column.Name) ?? []);
            Assert.Equal(Keys(ours), Keys(theirs.ToArray()));
            Networks.AssertSame(network, ModelZip.Read(new MemoryStream(ours), "ours"));
            Networks.AssertSame(network, ModelZip.Read(theirs, "theirs"));
        }

        static SortedDictionary<string, string> Keys(byte[] zip) => new(ModelZipTests.Unzip(zip)
            .Where(entry => Path.GetFileName(entry.Name) == "Model.key").ToDictionary(entry => entry.Name, entry => entry.Content));
    }

    [Fact]
    public void Images_that_are_treated_otherwise_are_not_taken_for_ours()
    {
        var entries = ModelZipTests.Unzip(Write(_network, new(false, false))).ToArray();
        // Resized to 27 × 28; the scale.
        foreach (var (transform, at, value) in new[] { (0, 0x10C, 27), (2, 0x113, 1) })
        {
            var name = $"TransformerChain/Transform_{transform:000}/Model.key";
            var changed = entries.Select(entry => entry.Name == name
                ? entry with { Content = $"{entry.Content[..(2 * at)]}{value:X2}{entry.Content[(2 * at + 2)..]}" } : entry).ToArray();
            Assert.NotEqual(entries, changed);
            Assert.Contains("is not what is written", Assert.Throws<UnknownModelException>(
                () => ModelZip.Read(new MemoryStream(ModelZipTests.Zip(changed)), "model.zip")).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_takes_no_square_images_takes_no_images() => Assert.Contains(
        "no square image", Assert.Throws<MnistMlException>(() => Write(Networks.Random(1, 20, 3), new(false, false))).Message, StringComparison.Ordinal);

    static byte[] Write(TrainedNetwork network, ImageInput images)
    {
        using var stream = new MemoryStream();
        ModelZip.Write(network, stream, new ModelColumns(Images: images));
        return stream.ToArray();
    }

    static ITransformer Load(TrainedNetwork network, ImageInput images) =>
        new MLContext().Model.Load(new MemoryStream(Write(network, images)), out _);

    string Save(string name, int width, int height, byte[] gray)
    {
        var path = Path.Join(_folder.FullName, name);
        using var image = SixLabors.ImageSharp.Image.LoadPixelData<L8>(gray, width, height);
        image.Save(path);
        return path;
    }

    static float[] Score(TrainedNetwork network, byte[] pixels)
    {
        var scores = new float[network.ClassNames.Count];
        new Predictor(network).Probabilities(pixels, scores);
        return scores;
    }

    static void AssertScores(float[] expected, Prediction actual) =>
        Assert.All(expected.Zip(actual.Score), scores => Assert.Equal(scores.First, scores.Second, tolerance: 1e-5f));

    static Prediction Predict(ITransformer model, string file, bool arePaths)
    {
        var context = new MLContext();
        if (arePaths)
            return context.Model.CreatePredictionEngine<PathRow, Prediction>(model).Predict(new PathRow { ImagePath = file });
        using var image = MLImage.CreateFromFile(file);
        return context.Model.CreatePredictionEngine<ImageRow, Prediction>(model).Predict(new ImageRow { Image = image });
    }

    sealed class PathRow
    {
        public string ImagePath { get; set; } = "";
    }

    sealed class ImageRow
    {
        [ImageType(28, 28)]
        public MLImage? Image { get; set; }
    }

    sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";
        public float[] Score { get; set; } = [];
    }
}
