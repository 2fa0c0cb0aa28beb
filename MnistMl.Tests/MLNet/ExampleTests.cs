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

    [Fact]
    public void A_table_of_text_and_numbers_is_learned_and_explained()
    {
        using var output = Begin();
        var random = new Random(1);
        File.WriteAllLines("flats.csv", ["District,Rooms,Area,Year,Class", .. Enumerable.Range(0, 600).Select(_ =>
        {
            var (center, rooms, year) = (random.Next(3) == 0, random.Next(1, 7), random.Next(1900, 2026));
            var area = rooms * (18 + 10 * random.NextSingle());
            var worth = area * (center ? 2 : 1) + (year > 2000 ? 40 : 0);
            return string.Create(
                CultureInfo.InvariantCulture, $"{(center ? "center" : random.Next(2) == 0 ? "north" : "south")},{rooms},{area:F1},{year},{(worth > 220 ? "high" : worth > 100 ? "middle" : "low")}");
        })]);

        #region table
        var mlContext = new MLContext(seed: 1);
        var data = mlContext.Data.LoadFromTextFile<Flat>("flats.csv", separatorChar: ',', hasHeader: true);

        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label", nameof(Flat.Class))
            .Append(mlContext.Transforms.Categorical.OneHotEncoding(nameof(Flat.District)))
            .Append(mlContext.Transforms.Concatenate("Features", nameof(Flat.District), nameof(Flat.Rooms), nameof(Flat.Area), nameof(Flat.Year)))
            .Append(mlContext.MulticlassClassification.Trainers.NeuralNetwork(hiddenLayers: [32, 16], numberOfEpochs: 60, batchSize: 16));

        // How good it is, on rows that it was not trained on.
        foreach (var fold in mlContext.MulticlassClassification.CrossValidate(data, pipeline, numberOfFolds: 3))
            Console.WriteLine($"Fold {fold.Fold}: accuracy {fold.Metrics.MicroAccuracy:F3}, log-loss {fold.Metrics.LogLoss:F3}");

        // What it goes by.
        var model = pipeline.Fit(data);
        var importance = mlContext.MulticlassClassification.PermutationFeatureImportance(model, model.Transform(data));
        foreach (var (feature, change) in importance.OrderBy(feature => feature.Value.MicroAccuracy.Mean))
            Console.WriteLine($"{feature}: accuracy {change.MicroAccuracy.Mean:F3}");

        // A zip that takes the package Microsoft.ML alone, and ONNX, by ML.NET's package Microsoft.ML.OnnxConverter.
        mlContext.Model.Save(model, data.Schema, "flats.zip");
        using (var onnx = File.Create("flats.onnx"))
            mlContext.Model.ConvertToOnnx(model, data, onnx, "PredictedLabel", "Score");
        #endregion

        Assert.Equal(3, Regex.Count(output.ToString(), @"^Fold \d: accuracy 0\.[89]\d\d, log-loss 0\.\d{3}\s*$", RegexOptions.Multiline));
        Assert.Matches(@"(?m)^Area: accuracy -0\.\d{3}\s*$", output.ToString());
        Assert.NotEmpty(new MLContext().Model.Load("flats.zip", out _).Transform(data).GetColumn<uint>("PredictedLabel"));
        using var session = new Microsoft.ML.OnnxRuntime.InferenceSession("flats.onnx");
        Assert.Superset(new HashSet<string> { "PredictedLabel.output", "Score.output" }, session.OutputMetadata.Keys.ToHashSet());
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
    [InlineData("table", "docs/mlnet.md")]
    [InlineData("table types", "docs/mlnet.md")]
    [InlineData("picture usings")]
    [InlineData("picture")]
    [InlineData("picture types")]
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

#region table types
sealed class Flat
{
    [LoadColumn(0)] public string District { get; set; } = "";
    [LoadColumn(1)] public float Rooms { get; set; }
    [LoadColumn(2)] public float Area { get; set; }
    [LoadColumn(3)] public float Year { get; set; }
    [LoadColumn(4)] public string Class { get; set; } = "";
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
