using System.Reflection;
using Google.Protobuf;
using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Files;
using MnistMl.Inference;
using MnistMl.Model;

namespace MnistMl.MLNet;

/// <summary>
/// Converts pipelines with a network in them to ONNX. ML.NET converts the pipeline, with a linear model in the network's place; that
/// becomes the network's last layer, and its hidden layers go ahead of it.
/// </summary>
static class OnnxConversion
{
    const string Package = "Microsoft.ML.OnnxConverter", LinearClassifier = nameof(LinearClassifier), Coefficients = "coefficients";

    /// <summary>Writes a pipeline as ONNX.</summary>
    /// <param name="catalog">The operations on models of an <see cref="MLContext"/>.</param>
    /// <param name="transformers">The pipeline.</param>
    /// <param name="inputData">Rows that it takes, for their columns.</param>
    /// <param name="stream">Where to write it.</param>
    /// <param name="options">What else ML.NET's conversion is given, ahead of the stream or behind it.</param>
    /// <exception cref="MnistMlException">The package Microsoft.ML.OnnxConverter is missing, or there is more than one network.</exception>
    public static void Convert(
        ModelOperationsCatalog catalog, IEnumerable<ITransformer> transformers, IDataView inputData, Stream stream, object? options = null)
    {
        var chain = transformers.ToArray();
        var networks = chain.OfType<NeuralNetworkTransformer>().ToArray();
        if (networks.Length > 1)
            throw new MnistMlException("Only one network of a pipeline can be converted to ONNX.");
        var network = networks.SingleOrDefault();
        using var converted = new MemoryStream();
        ConvertStock(
            catalog, new TransformerChain<ITransformer>([.. chain.Select(transformer => transformer == network ? StandIn(network) : transformer)]),
            inputData, converted, options);
        if (network is null or { Model.Network: { Layers.Count: 1, SpatialLayers.Count: 0 } })
        {
            converted.WriteTo(stream);
            return;
        }
        converted.Position = 0;
        var model = ModelProto.Parser.ParseFrom(converted);
        Insert(network.Model.Network, model.Graph);
        model.WriteTo(stream);
    }

    /// <summary>A linear model of as many features and classes: the last layer's biases, and no weights, by which it is found again.</summary>
    static ITransformer StandIn(NeuralNetworkTransformer transformer)
    {
        var network = transformer.Model.Network;
        if (network is { Layers.Count: 1, SpatialLayers.Count: 0 })
            return transformer.ToStock();
        var (features, last) = (network.FeatureCount, network.Layers[^1]);
        var linear = new AffineLayer(features, last.Outputs, new float[(long)features * last.Outputs], last.Biases);
        return transformer.With(new Predictor(new TrainedNetwork([linear], network.ClassNames))).ToStock();
    }

    static void Insert(TrainedNetwork network, GraphProto graph)
    {
        var last = network.Layers[^1];
        var scorer = graph.Node.Single(node => node.OpType == LinearClassifier
            && Floats(node, Coefficients) is { Count: var count } weights && count == (long)network.FeatureCount * last.Outputs
            && weights.All(weight => weight == 0) && Floats(node, "intercepts").SequenceEqual(last.Biases));
        var (hidden, output) = OnnxWriter.ToPart(network, scorer.Input[0], prefix: "NeuralNetwork.");
        graph.Initializer.Add(hidden.Initializer);
        var place = graph.Node.IndexOf(scorer);
        foreach (var node in hidden.Node)
            graph.Node.Insert(place++, node);
        scorer.Input[0] = output;
        var coefficients = Floats(scorer, Coefficients);
        coefficients.Clear();
        coefficients.Add(last.Weights);
    }

    static Google.Protobuf.Collections.RepeatedField<float> Floats(NodeProto node, string attribute) =>
        node.Attribute.Single(other => other.Name == attribute).Floats;

    static void ConvertStock(ModelOperationsCatalog catalog, ITransformer chain, IDataView inputData, Stream stream, object? options)
    {
        // A reference would bring the package to all who only train.
        var extensions = OnnxPackage.CanLoad(Package)
            ? Assembly.Load(Package).GetType("Microsoft.ML.OnnxExportExtensions", throwOnError: true)!
            : throw new MnistMlException($"ML.NET converts pipelines to ONNX with the package {Package}, which this app does not have. Add it, "
                + "or write the network alone, without its pipeline: ModelFile.Write(transformer.Model.Network, \"model.onnx\").");
        var arguments = options is int opset ? [catalog, chain, inputData, opset, stream]
            : options is string[] { Length: > 0 } columns ? [catalog, chain, inputData, stream, columns]
            : (object[])[catalog, chain, inputData, stream];
        Type[] types = [typeof(ModelOperationsCatalog), typeof(ITransformer), typeof(IDataView), .. arguments[3..].Select(argument => argument is Stream ? typeof(Stream) : argument.GetType())];
        extensions.GetMethod("ConvertToOnnx", types)!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }
}
