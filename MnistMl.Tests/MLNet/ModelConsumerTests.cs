using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Microsoft.ML.Transforms;
using MnistMl.Files;
using MnistMl.Inference;
using MnistMl.MLNet;
using MnistMl.Model;
using MnistMl.Tests.Model;
using Options = MnistMl.MLNet.NeuralNetworkMulticlassTrainer.Options;

namespace MnistMl.Tests.MLNet;

/// <summary>What takes fitted models: permutation feature importance and the conversion to ONNX, beside a stock trainer's model.</summary>
public sealed class ModelConsumerTests
{
    static readonly Options _quick = new() { HiddenLayers = [8, 5], Epochs = 20, BatchSize = 16, LearningRate = 0.01, NumberOfThreads = 1, Seed = 1 };

    readonly MLContext _context = new(seed: 1);

    [Fact]
    public void The_importance_of_features_is_had_from_a_pipeline_by_their_names()
    {
        var model = Pipeline(_context.MulticlassClassification.Trainers.NeuralNetwork(_quick)).Fit(Flower.View(_context));
        var data = model.Transform(Flower.View(_context, seed: 2));
        var direct = new MLContext(seed: 5).MulticlassClassification.PermutationFeatureImportance(
            model.OfType<NeuralNetworkTransformer>().Single(), data, permutationCount: 3);

        var importance = new MLContext(seed: 5).MulticlassClassification.PermutationFeatureImportance(model, data, permutationCount: 3);

        Assert.Equal(["Altitude", "Length", "Width"], importance.Keys.Order());
        Assert.Equal("Altitude", importance.MaxBy(feature => feature.Value.MicroAccuracy.Mean).Key);
        Assert.True(importance["Length"].MicroAccuracy.Mean < -0.1);
        Assert.Equal(direct.Select(feature => feature.MicroAccuracy.Mean), ((string[])["Length", "Width", "Altitude"]).Select(name => importance[name].MicroAccuracy.Mean));
        Assert.Equal(3, importance["Length"].MicroAccuracy.Count);
    }

    [Fact]
    public void Features_without_names_are_slots()
    {
        var data = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 30).Select(i => new Keyed((uint)(i % 3 + 1), [i % 3, 1])));
        var model = _context.Transforms.CopyColumns("Copy", "Label").Append(_context.MulticlassClassification.Trainers.NeuralNetwork(_quick)).Fit(data);

        Assert.Equal(["Slot 0", "Slot 1"], _context.MulticlassClassification.PermutationFeatureImportance(model, data).Keys.Order());
    }

    [Fact]
    public void Pipelines_of_stock_trainers_are_handed_on()
    {
        var trainer = _context.MulticlassClassification.Trainers.LbfgsMaximumEntropy();
        var model = Pipeline(trainer).Fit(Flower.View(_context));
        var data = model.Transform(Flower.View(_context));

        var ours = new MLContext(seed: 5).MulticlassClassification.PermutationFeatureImportance(model, data);
        var stock = new MLContext(seed: 5).MulticlassClassification.PermutationFeatureImportance((ITransformer)model, data);
        using var ourOnnx = new MemoryStream();
        using var stockOnnx = new MemoryStream();
        _context.Model.ConvertToOnnx(model, Flower.View(_context), ourOnnx);
        _context.Model.ConvertToOnnx((ITransformer)model, Flower.View(_context), stockOnnx);

        Assert.Equal(stock["Length"].MicroAccuracy.Mean, ours["Length"].MicroAccuracy.Mean);
        Assert.Equal(stockOnnx.Length, ourOnnx.Length);
    }

    [Theory]
    [InlineData("8, 5")]
    [InlineData("none")]
    public void A_pipeline_becomes_ONNX_with_its_preparation(string hidden)
    {
        var model = Pipeline(_context.MulticlassClassification.Trainers.NeuralNetwork(_quick with { HiddenLayers = NetworkParser.Parse(hidden) }))
            .Fit(Flower.View(_context));
        var view = Flower.View(_context, seed: 2);

        using var onnx = new MemoryStream();
        _context.Model.ConvertToOnnx(model, view, onnx);
        using var session = new InferenceSession(onnx.ToArray());

        var scored = model.Transform(view);
        var labels = scored.GetColumn<string>("PredictedLabel").ToArray();
        foreach (var (i, (flower, scores)) in Flower.Garden(seed: 2).Zip(scored.GetColumn<float[]>("Score")).Take(40).Index())
        {
            using var outputs = session.Run(
            [
                Input("Length", flower.Length), Input("Width", flower.Width), Input("Altitude", flower.Altitude),
                NamedOnnxValue.CreateFromTensor("Species", new DenseTensor<string>(new[] { flower.Species }, [1, 1])),
            ]);
            Assert.All(
                scores.Zip(outputs.Single(output => output.Name == "Score.output").AsEnumerable<float>()),
                score => Assert.Equal(score.First, score.Second, 1e-5f));
            Assert.Equal(labels[i], outputs.Single(output => output.Name == "PredictedLabel.output").AsEnumerable<string>().Single());
        }

        static NamedOnnxValue Input(string name, float value) =>
            NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(new[] { value }, [1, 1]));
    }

    [Theory]
    [InlineData("conv 4 3x3, max 2x2, dense 6")]
    [InlineData("conv 3 3x3 /2 +1")]
    public void A_convolutional_network_becomes_ONNX_as_it_is(string words)
    {
        var network = Networks.Images(1, NetworkParser.Parse(words), featureCount: 144);
        var random = new Random(1);
        var images = Enumerable.Range(0, 5).Select(_ => new Picture([.. Enumerable.Range(0, 144).Select(_ => (float)random.Next(256))])).ToArray();
        var view = _context.Data.LoadFromEnumerable(images);

        using var onnx = new MemoryStream();
        _context.Model.ConvertToOnnx(new NeuralNetworkTransformer(new Predictor(network)), view, onnx, "Score");
        using var session = new InferenceSession(onnx.ToArray());

        Assert.Equal(["Score.output"], session.OutputMetadata.Keys.Where(name => !name.StartsWith("mlnet.", StringComparison.Ordinal)));
        foreach (var image in images)
        {
            var expected = new float[network.ClassNames.Count];
            new Predictor(network).Probabilities(image.Features, expected);
            using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("Features", new DenseTensor<float>(image.Features, [1, 144]))]);
            Assert.All(
                expected.Zip(outputs.Single(output => output.Name == "Score.output").AsEnumerable<float>()),
                score => Assert.Equal(score.First, score.Second, 1e-5f));
        }
    }

    [Fact]
    public void The_version_of_ONNXs_operators_and_the_columns_are_as_one_asks_for_them()
    {
        var network = new NeuralNetworkTransformer(new Predictor(Networks.Random(1, 2, 3)));
        var view = _context.Data.LoadFromEnumerable(Array.Empty<Keyed>());
        var chain = new TransformerChain<NeuralNetworkTransformer>(network);

        using var versioned = new MemoryStream();
        _context.Model.ConvertToOnnx(chain, view, opSetVersion: 11, versioned);
        using var scores = new MemoryStream();
        _context.Model.ConvertToOnnx(chain, view, scores, "Score");

        Assert.Equal(11, ModelProto.Parser.ParseFrom(versioned.ToArray()).OpsetImport.Single(operators => operators.Domain == "").Version);
        Assert.Equal(["Score.output"], ModelProto.Parser.ParseFrom(scores.ToArray()).Graph.Output.Select(output => output.Name).Where(name => !name.StartsWith("mlnet.", StringComparison.Ordinal)));
    }

    [Fact]
    public void Two_networks_in_a_pipeline_are_refused()
    {
        var network = new NeuralNetworkTransformer(new Predictor(Networks.Random(1, 3, 2)));
        var view = _context.Data.LoadFromEnumerable(Array.Empty<Picture>());

        var message = Assert.Throws<MnistMlException>(
            () => _context.Model.ConvertToOnnx(new TransformerChain<ITransformer>(network, network), view, Stream.Null)).Message;

        Assert.Equal("Only one network of a pipeline can be converted to ONNX.", message);
    }

    EstimatorChain<KeyToValueMappingTransformer> Pipeline<T>(IEstimator<T> trainer)
        where T : class, ITransformer => Flower.Preparation(_context).Append(trainer)
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

    sealed record Keyed([property: KeyType(3)] uint Label, [property: VectorType(2)] float[] Features);

    sealed record Picture([property: VectorType(144)] float[] Features);
}
