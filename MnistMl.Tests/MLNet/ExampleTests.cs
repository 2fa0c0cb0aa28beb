using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Files;
using MnistMl.Inference;
using MnistMl.MLNet;
using MnistMl.Model;
using MnistMl.Tests.Model;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

#region spiral usings
using Microsoft.ML;
using Microsoft.ML.Data;
#endregion
#region picture usings
using Microsoft.ML.Transforms.Image;
#endregion
using System.Globalization;
using System.Text.RegularExpressions;

namespace MnistMl.Tests.MLNet;

/// <summary>The programs in the README, run. There they are without the indentation, the usings ahead.</summary>
[Collection(nameof(RunAlone))]
public sealed partial class ExampleTests : IDisposable
{
    readonly string _workingFolder = Environment.CurrentDirectory;
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    readonly TextWriter _console = Console.Out;

    public void Dispose()
    {
        Console.SetOut(_console);
        Environment.CurrentDirectory = _workingFolder;
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void The_network_tells_the_arms_of_the_spiral_apart_and_the_linear_model_does_not()
    {
        using var output = Begin();

        #region spiral
        var mlContext = new MLContext(seed: 1);
        var data = mlContext.Data.LoadFromEnumerable(Spiral.Points(3000));
        var split = mlContext.Data.TrainTestSplit(data, testFraction: 0.2);

        var preparation = mlContext.Transforms.Conversion.MapValueToKey("Label", nameof(Point.Arm))
            .Append(mlContext.Transforms.Concatenate("Features", nameof(Point.X), nameof(Point.Y)));
        var trainers = mlContext.MulticlassClassification.Trainers;
        var network = trainers.NeuralNetwork(new NeuralNetworkMulticlassTrainer.Options
        {
            HiddenLayers = [64, 32],
            Epochs = 40,
            LearningRate = 0.01,
        });

        Compare("linear", trainers.LbfgsMaximumEntropy());
        Compare("network", network);

        // The zip holds ML.NET's own transforms only: whoever loads it needs Microsoft.ML and nothing of MnistMl.
        var pipeline = preparation.Append(network)
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        mlContext.Model.Save(pipeline.Fit(data), data.Schema, "spiral.zip");

        void Compare(string name, IEstimator<ITransformer> trainer)
        {
            var predictions = preparation.Append(trainer).Fit(split.TrainSet).Transform(split.TestSet);
            var metrics = mlContext.MulticlassClassification.Evaluate(predictions);
            Console.WriteLine($"{name}: accuracy {metrics.MicroAccuracy:F3}, log-loss {metrics.LogLoss:F3}");
        }
        #endregion

        var accuracies = Accuracy().Matches(output.ToString())
            .Select(match => double.Parse(match.Value, CultureInfo.InvariantCulture)).ToArray();
        Assert.InRange(accuracies[0], 0.3, 0.6);
        Assert.InRange(accuracies[1], 0.97, 1);
        Assert.True(File.Exists("spiral.zip"));
    }

    [Fact]
    public void A_model_file_is_used_with_Microsoft_ML_alone()
    {
        using var output = Begin();
        ModelFile.Write(Networks.Random(1, 784, 16, 10), "mnist.zip");

        #region digit
        var mlContext = new MLContext();
        var model = mlContext.Model.Load("mnist.zip", out _);
        using var engine = mlContext.Model.CreatePredictionEngine<Image, Digit>(model);

        // White on black, row by row, as in MNIST: a stroke from top to bottom.
        var image = new Image();
        for (var row = 4; row < 24; row++)
            image.Pixels[row * 28 + 13] = image.Pixels[row * 28 + 14] = 255;

        var digit = engine.Predict(image);
        Console.WriteLine($"{digit.PredictedLabel}, with probability {digit.Score.Max():F3}");
        #endregion

        Assert.Matches(@"^\S+, with probability 0\.\d{3}\s*$", output.ToString());
    }

    [Theory]
    [InlineData("seven.png")]
    [InlineData("seven.jpg")]
    public void A_model_file_for_images_is_used_with_the_package_for_images(string name)
    {
        using var output = Begin();
        var network = Networks.Images(1, [new Dense(16)]);
        var pixels = DatasetFile.Read(BundledData.Find()).Row(60_000).ToArray();
        var enlarged = Enumerable.Range(0, 280 * 280).Select(i => (byte)(255 - pixels[i / 2800 * 28 + i % 280 / 10])).ToArray();
        using (var picture = SixLabors.ImageSharp.Image.LoadPixelData<L8>(enlarged, 280, 280))
            picture.Save(name);
        ModelFile.Write(network, "images.zip", new ModelColumns(Images: new(ArePaths: false, IsInkDark: true)));
        string[] args = [name];

        #region picture
        var mlContext = new MLContext();
        var model = mlContext.Model.Load("images.zip", out _);
        using var engine = mlContext.Model.CreatePredictionEngine<Picture, Digit>(model);

        foreach (var file in args)
        {
            using var image = MLImage.CreateFromFile(file);
            var digit = engine.Predict(new Picture { Image = image });
            Console.WriteLine($"{file}: {digit.PredictedLabel}, with probability {digit.Score.Max():F3}");
        }
        #endregion

        var expected = new float[3];
        new Predictor(network).Probabilities(pixels, expected);
        Assert.Matches($@"^{name}: \S+, with probability 0\.\d{{3}}\s*$", output.ToString());
        var probability = double.Parse(output.ToString()[^6..], CultureInfo.InvariantCulture);
        // Shrunk again, an image is nearly what it was.
        Assert.Equal(expected.Max(), probability, tolerance: 0.1);
    }

    [Theory]
    [InlineData("spiral usings")]
    [InlineData("spiral")]
    [InlineData("spiral types")]
    [InlineData("digit")]
    [InlineData("digit types")]
    [InlineData("picture usings", "docs/model-file.md")]
    [InlineData("picture", "docs/model-file.md")]
    [InlineData("picture types", "docs/model-file.md")]
    public void The_documentation_has_the_programs_that_are_run_here(string region, string file = "README.md")
    {
        var source = RepositoryFile.Read("MnistMl.Tests/MLNet/ExampleTests.cs");
        var lines = Regex.Match(source, $"( *)#region {region}\n(.*?)\n *#endregion", RegexOptions.Singleline).Groups;
        var code = Regex.Replace(lines[2].Value, $"^{lines[1].Value}", "", RegexOptions.Multiline);

        Assert.NotEmpty(code);
        Assert.Contains(code, RepositoryFile.Read(file), StringComparison.Ordinal);
    }

    // Its tests change the console and the working folder of the whole process.
    [CollectionDefinition(nameof(RunAlone), DisableParallelization = true)]
    public sealed class RunAlone;

    /// <summary>Lets a program run in a folder of its own and keeps what it prints.</summary>
    StringWriter Begin()
    {
        Environment.CurrentDirectory = _folder.FullName;
        var output = new StringWriter();
        Console.SetOut(output);
        return output;
    }

    [GeneratedRegex(@"(?<=accuracy )\d\.\d+")]
    private static partial Regex Accuracy();
}

#region spiral types
sealed record Point(float X, float Y, string Arm);

static class Spiral
{
    /// <summary>Points on three arms that wind around each other.</summary>
    public static IEnumerable<Point> Points(int count)
    {
        var random = new Random(1);
        string[] arms = ["red", "green", "blue"];
        for (var i = 0; i < count; i++)
        {
            var radius = random.NextSingle();
            var angle = 2 * MathF.PI * (radius + i % 3 / 3f) + 0.2f * random.NextSingle();
            yield return new Point(radius * MathF.Cos(angle), radius * MathF.Sin(angle), arms[i % 3]);
        }
    }
}
#endregion

#region digit types
sealed class Image
{
    [VectorType(28 * 28)]
    public float[] Pixels { get; set; } = new float[28 * 28];
}

sealed class Digit
{
    public string PredictedLabel { get; set; } = "";
    public float[] Score { get; set; } = [];
}
#endregion

#region picture types
sealed class Picture
{
    [ImageType(28, 28)]
    public MLImage? Image { get; set; }
}
#endregion
