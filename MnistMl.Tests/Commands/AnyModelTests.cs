using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Files;
using MnistMl.MLNet;
using MnistMl.Model;
using MnistMl.Reporting;

namespace MnistMl.Tests.Commands;

/// <summary>
/// The commands on whatever ML.NET saves: networks inside pipelines, models of stock trainers, and what has no scores of
/// classes.
/// </summary>
public sealed class AnyModelTests : IDisposable
{
    const int Rows = 90, Pixels = 6;

    readonly MLContext _context = new(seed: 1);
    readonly string _folder = Directory.CreateTempSubdirectory("mnistml-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string Csv => Path.Join(_folder, "rows.csv");

    string Zip => Path.Join(_folder, "model.zip");

    public static TheoryData<bool, string, string> Variants { get; } = new(
        from text in (bool[])[true, false]
        from features in (string[])["Features", "Pixels"]
        from map in (string[])["saved", "left out by GetModelFor", "never in the chain"]
        select (text, features, map));

    [Theory]
    [MemberData(nameof(Variants))]
    public void A_network_of_a_pipeline_is_evaluated_used_shown_and_exported(bool predictsText, string features, string map)
    {
        var data = new DatasetView(WriteRows("red", "green", "blue"), features);
        var mapping = _context.Transforms.Conversion.MapValueToKey("Label");
        IEstimator<ITransformer> trainer = Network(features, epochs: 5);
        if (predictsText)
            trainer = trainer.Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var mapped = mapping.Fit(data).Transform(data);
        var model = map switch
        {
            "saved" => mapping.Append(trainer).Fit(data),
            "never in the chain" => trainer.Fit(mapped),
            _ => new EstimatorChain<ITransformer>().Append(mapping, TransformerScope.TrainTest).Append(trainer).Fit(data)
                .GetModelFor(TransformerScope.Scoring),
        };
        IDataView input = map == "saved" ? data : mapped;
        _context.Model.Save(model, input.Schema, Zip);

        AssertEvaluated(Network(features, epochs: 5).Fit(mapped).Transform(mapped), ["red", "green", "blue"]);
        AssertPredicted(model.Transform(input), ["red", "green", "blue"]);
        Assert.Contains("dense 5", Run("info", "--model", Zip), StringComparison.Ordinal);
        Assert.StartsWith("Saved: ", Run("export", "--model", Zip), StringComparison.Ordinal);
        var exported = Path.ChangeExtension(Zip, ".onnx");
        Assert.Equal(Run("predict", Csv, "--model", Zip), Run("predict", Csv, "--model", exported));
    }

    [Fact]
    public void A_stock_model_predicts_values_as_the_file_has_them()
    {
        var data = new DatasetView(WriteRows("red", "green", "blue"), "Features");
        var model = _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy()).Fit(data);
        _context.Model.Save(model, data.Schema, Zip);
        // No bytes stand for these exactly.
        float[][] rows = [.. Enumerable.Range(0, Rows).Select(row => Enumerable.Range(0, Pixels).Select(pixel => row * 1.001f + pixel * pixel * 7.37f - 3).ToArray())];
        File.WriteAllLines(Csv, rows.Select(row => string.Join(',', row.Select(value => value.ToString(CultureInfo.InvariantCulture)))));

        var schema = SchemaDefinition.Create(typeof(Values));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Pixels);
        AssertPredicted(model.Transform(_context.Data.LoadFromEnumerable(rows.Select(row => new Values { Features = row, Label = "" }), schema)), ["red", "green", "blue"]);
    }

    [Fact]
    public void A_pipeline_that_prepares_the_features_is_left_to_ML_NET()
    {
        var data = new DatasetView(WriteRows("red", "green", "blue"), "Features");
        var preparation = _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.Transforms.NormalizeMinMax("Features"));
        var model = preparation.Append(Network("Features", epochs: 5)).Fit(data);
        _context.Model.Save(model, data.Schema, Zip);

        AssertEvaluated(model.Transform(data), ["red", "green", "blue"]);
        AssertPredicted(model.Transform(data), ["red", "green", "blue"]);
    }

    public static TheoryData<string, string, bool> StockTrainers { get; } = new(
        from trainer in (string[])["LbfgsMaximumEntropy", "SdcaMaximumEntropy", "NaiveBayes", "OneVersusAll"]
        from labels in (string[])["text", "whole", "float"]
        from mapsBack in (bool[])[true, false]
        // How labels are mapped does not depend on the trainer.
        where trainer == "LbfgsMaximumEntropy" || (labels, mapsBack) is ("text", true) or ("float", false)
        select (trainer, labels, mapsBack));

    [Theory]
    [MemberData(nameof(StockTrainers))]
    public void A_stock_trainers_model_is_evaluated_as_ML_NET_evaluates_it(string name, string labels, bool mapsBack)
    {
        string[] classNames = labels switch { "text" => ["b", "a", "c"], "whole" => ["30", "10", "20"], _ => ["2.5", "-1", "7"] };
        var data = Labelled(WriteRows(classNames), labels);
        var trainers = _context.MulticlassClassification.Trainers;
        IEstimator<ITransformer> trainer = name switch
        {
            "LbfgsMaximumEntropy" => trainers.LbfgsMaximumEntropy(),
            "SdcaMaximumEntropy" => trainers.SdcaMaximumEntropy(maximumNumberOfIterations: 5),
            "NaiveBayes" => trainers.NaiveBayes(),
            _ => trainers.OneVersusAll(_context.BinaryClassification.Trainers.AveragedPerceptron()),
        };
        var fitted = _context.Transforms.Conversion.MapValueToKey("Label").Append(trainer).Fit(data);
        var scored = fitted.Transform(data);
        ITransformer model = mapsBack
            ? fitted.Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored))
            : fitted;
        _context.Model.Save(model, data.Schema, Zip);

        AssertEvaluated(scored, classNames);
        AssertPredicted(scored, classNames);
        if (name is not ("LbfgsMaximumEntropy" or "SdcaMaximumEntropy"))
        {
            foreach (var command in (string[])["info", "export"])
                AssertRefused("holds something else than a network of this program", command, "--model", Zip);
        }
    }

    [Fact]
    public void A_model_that_scores_no_classes_of_one_vector_is_refused_in_a_sentence()
    {
        var data = Labelled(WriteRows("1", "2", "3"), "float");
        var regression = _context.Regression.Trainers.Sdca(maximumNumberOfIterations: 1).Fit(data);
        AssertRefusedEverywhere(regression, data.Schema);
        AssertRefusedEverywhere(_context.Clustering.Trainers.KMeans(numberOfClusters: 3).Fit(data), data.Schema);
        AssertRefusedEverywhere(_context.Transforms.NormalizeMinMax("Features").Fit(data), data.Schema);

        var two = _context.Transforms.CopyColumns("More", "Features").Fit(data).Transform(data);
        AssertRefusedEverywhere(
            _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.Transforms.Concatenate("Features", "Features", "More"))
                .Append(_context.MulticlassClassification.Trainers.NaiveBayes()).Fit(two),
            two.Schema);

        // As image pipelines have it: the input is a path.
        var words = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 9).Select(row => new Words($"{row % 3} is", $"{row % 3}")));
        AssertRefusedEverywhere(
            _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.Transforms.Categorical.OneHotEncoding("Features", "Text"))
                .Append(_context.MulticlassClassification.Trainers.NaiveBayes()).Fit(words),
            words.Schema);
    }

    [Fact]
    public void A_model_with_its_data_loader_is_evaluated_too()
    {
        var rows = WriteRows("a", "b", "c");
        TextLoader.Options options = new()
        {
            Columns = [new("Label", DataKind.String, 0), new("Features", DataKind.Single, 1, Pixels)],
            Separators = [','],
            HasHeader = true,
        };
        var loader = _context.Data.CreateTextLoader(options, new MultiFileSource(Csv));
        var pipeline = loader.Append(_context.Transforms.Conversion.MapValueToKey("Label"))
            .Append(_context.MulticlassClassification.Trainers.NaiveBayes());
        var model = pipeline.Fit(new MultiFileSource(Csv));
        _context.Model.Save(model.Transformer, model.Loader, Zip);

        AssertEvaluated(model.Load(new MultiFileSource(Csv)), ["a", "b", "c"]);
        Assert.Equal(Rows, rows.RowCount);
    }

    [Fact]
    public void A_model_whose_transforms_are_in_another_package_is_refused_in_a_sentence()
    {
        var data = new DatasetView(WriteRows("a", "b"), "Features");
        using var saved = new MemoryStream();
        _context.Model.Save(_context.Transforms.NormalizeMinMax("Features").Fit(data), data.Schema, saved);
        using (var source = new ZipArchive(saved, ZipArchiveMode.Read))
        {
            using var target = ZipFile.Open(Zip, ZipArchiveMode.Create);
            foreach (var entry in source.Entries)
            {
                using var stream = new MemoryStream();
                using (var original = entry.Open())
                    original.CopyTo(stream);
                // One byte, one character: the assembly's name is in UTF-16, and the loader's in ASCII.
                var text = Encoding.Latin1.GetString(stream.ToArray())
                    .Replace("T\0r\0a\0n\0s\0f\0o\0r\0m\0s", "I\0m\0a\0g\0e\0L\0o\0a\0d\0e", StringComparison.Ordinal)
                    .Replace("Normalizer", "ImageLoade", StringComparison.Ordinal);
                using var changed = target.CreateEntry(entry.FullName).Open();
                changed.Write(Encoding.Latin1.GetBytes(text));
            }
        }

        AssertRefusedEverywhere();
    }

    [Fact]
    public void A_file_that_is_no_model_is_refused_in_a_sentence()
    {
        WriteRows("a", "b");
        ZipFile.Open(Zip, ZipArchiveMode.Create).Dispose();
        AssertRefusedEverywhere();

        File.Delete(Zip);
        using (var archive = ZipFile.Open(Zip, ZipArchiveMode.Create))
        {
            using var text = new StreamWriter(archive.CreateEntry("TransformerChain/Model.key").Open());
            text.Write("no key");
        }
        AssertRefusedEverywhere();

        File.WriteAllText(Zip, "label,p1\n1,2\n");
        AssertRefusedEverywhere();
        File.WriteAllText(Zip, "");
        AssertRefusedEverywhere();
    }

    [Theory]
    [InlineData("model.zip", 45)]
    [InlineData("model.zip", 1)]
    [InlineData("model.onnx", 45)]
    public void Scores_that_are_not_finite_numbers_are_refused(string name, int white)
    {
        WriteBlackAndWhite(white);
        var message = $"The scores of {white} of 90 rows are not finite numbers";
        // Finite weights, of which black rows make finite logits and white rows infinite ones.
        AffineLayer Layer(int inputs, int outputs, float weight) => new(
            inputs, outputs, [.. Enumerable.Repeat(weight, inputs * outputs)], new float[outputs]);
        var path = Path.Join(_folder, name);
        ModelFile.Write(new TrainedNetwork([Layer(Pixels, 4, 1e36f), Layer(4, 2, 100)], ["a", "b"]), path);

        AssertRefused(message, "evaluate", "--data", Csv, "--model", path);
        AssertRefused(message, "predict", Csv, "--model", path);
        AssertRefused(message, "predict", Csv, "--model", path, "--json");
    }

    [Theory]
    [InlineData(45)]
    [InlineData(1)]
    public void A_stock_models_scores_that_are_not_finite_numbers_are_refused(int white)
    {
        var data = new DatasetView(WriteBlackAndWhite(white), "Features");
        var model = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.Transforms.Expression("Features", "x => x > 100f ? log(0f - x) : x", "Features"))
            .Append(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy()).Fit(data);
        _context.Model.Save(model, data.Schema, Zip);

        AssertRefused($"The scores of {white} of 90 rows are not finite numbers", "evaluate", "--data", Csv, "--model", Zip);
        AssertRefused($"The scores of {white} of 90 rows are not finite numbers", "predict", Csv, "--model", Zip);
    }

    NeuralNetworkMulticlassTrainer Network(string features, int epochs) => _context.MulticlassClassification.Trainers.NeuralNetwork(
        new NeuralNetworkMulticlassTrainer.Options { FeatureColumnName = features, HiddenLayers = [5], Seed = 1, Epochs = epochs, NumberOfThreads = 1 });

    /// <summary>Writes rows of classes in turn, each mostly brighter at two pixels of its own, and gives them as they are read.</summary>
    Dataset WriteRows(params string[] classNames)
    {
        var random = new Random(1);
        return Write(classNames, (row, pixel) => random.Next(pixel / 2 == row % classNames.Length ? 256 : 128));
    }

    /// <summary>Writes rows of which every other one is white, up to so many; the others are black.</summary>
    Dataset WriteBlackAndWhite(int white) => Write(["a", "b"], (row, _) => row < 2 * white ? row % 2 * 255 : 0);

    Dataset Write(string[] classNames, Func<int, int, int> pixel)
    {
        File.WriteAllLines(Csv, ["class,p1,p2,p3,p4,p5,p6", .. Enumerable.Range(0, Rows).Select(row =>
            $"{classNames[row % classNames.Length]},{string.Join(',', Enumerable.Range(0, Pixels).Select(place => pixel(row, place)))}")]);
        return DatasetFile.Read(Csv);
    }

    /// <summary>The rows with their labels as texts, whole numbers or fractions.</summary>
    IDataView Labelled(Dataset rows, string labels)
    {
        var view = new DatasetView(rows, "Features");
        if (labels == "text")
            return view;
        return _context.Transforms.Conversion.ConvertType("Label", outputKind: labels == "whole" ? DataKind.Int32 : DataKind.Single).Fit(view).Transform(view);
    }

    /// <summary>The figures are those of ML.NET, class by class.</summary>
    void AssertEvaluated(IDataView scored, string[] classNames)
    {
        var expected = _context.MulticlassClassification.Evaluate(scored, topKPredictionCount: 3);
        var actual = JsonDocument.Parse(Run("evaluate", "--data", Csv, "--model", Zip, "--json", "--report", Path.ChangeExtension(Zip, ".html"))).RootElement;
        var report = XElement.Parse(File.ReadAllText(Path.ChangeExtension(Zip, ".html"))["<!doctype html>\n".Length..]);
        Assert.StartsWith(Figures.Percent(expected.MicroAccuracy), report.Descendants("h1").Single().Value.Replace('\u00A0', ' '), StringComparison.Ordinal);

        Assert.Equal(classNames, actual.GetProperty("labels").EnumerateArray().Select(label => label.GetString()));
        Assert.Equal(Rows, actual.GetProperty("rowsTested").GetInt32());
        Assert.Equal(expected.MicroAccuracy, actual.GetProperty("microAccuracy").GetDouble(), 1e-12);
        Assert.Equal(expected.MacroAccuracy, actual.GetProperty("macroAccuracy").GetDouble(), 1e-12);
        Assert.Equal(expected.TopKAccuracy, actual.GetProperty("topKAccuracy").GetDouble(), 1e-12);
        Assert.Equal(expected.LogLoss, actual.GetProperty("logLoss").GetDouble(), 1e-5);
        Assert.Equal(expected.LogLossReduction, actual.GetProperty("logLossReduction").GetDouble(), 1e-5);
        Assert.Equal(
            expected.ConfusionMatrix.Counts.SelectMany(row => row),
            actual.GetProperty("confusionMatrix").EnumerateArray().SelectMany(row => row.EnumerateArray().Select(count => count.GetDouble())));
    }

    /// <summary>Label and score of each row are those of ML.NET.</summary>
    void AssertPredicted(IDataView scored, string[] classNames)
    {
        var scores = scored.GetColumn<float[]>("Score").ToArray();
        var predicted = JsonDocument.Parse(Run("predict", Csv, "--model", Zip, "--json")).RootElement.GetProperty("predictions");
        Assert.Equal(Rows, predicted.GetArrayLength());
        foreach (var (expected, actual) in scores.Zip(predicted.EnumerateArray()))
        {
            Assert.Equal(expected.Max(), actual.GetProperty("probability").GetSingle(), 1e-5f);
            Assert.Equal(classNames[Array.IndexOf(expected, expected.Max())], actual.GetProperty("label").GetString());
        }
    }

    void AssertRefusedEverywhere(ITransformer model, DataViewSchema schema)
    {
        _context.Model.Save(model, schema, Zip);
        AssertRefusedEverywhere();
    }

    void AssertRefusedEverywhere()
    {
        AssertRefused(Zip, "evaluate", "--data", Csv, "--model", Zip);
        AssertRefused(Zip, "predict", Csv, "--model", Zip);
        AssertRefused(Zip, "info", "--model", Zip);
        AssertRefused(Zip, "export", "--model", Zip);
    }

    static void AssertRefused(string mention, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(1, CommandLine.Run(arguments, output, error));
        Assert.Equal("", $"{output}");
        var message = Assert.Single($"{error}".Split('\n', StringSplitOptions.RemoveEmptyEntries));
        TestContext.Current.TestOutputHelper?.WriteLine($"{arguments[0]}: {message}");
        Assert.StartsWith("Error: ", message, StringComparison.Ordinal);
        Assert.Contains(mention, message, StringComparison.Ordinal);
        Assert.InRange(message.Split(". ").Length, 1, 2);
    }

    static string Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = CommandLine.Run(arguments, output, error);
        Assert.True(exitCode == 0, string.Create(CultureInfo.InvariantCulture, $"exit code {exitCode}: {error}"));
        return $"{output}";
    }

    sealed class Values
    {
        public float[] Features { get; set; } = [];

        public string Label { get; set; } = "";
    }

    sealed record Words(string Text, string Label);
}
