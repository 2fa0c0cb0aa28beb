using System.Text.Json;
using MnistMl.Model;

namespace MnistMl.Files;

/// <summary>
/// Turns a network into a graph of ONNX's own operators, from a batch of images to probabilities and labels.
/// </summary>
sealed class OnnxWriter
{
    /// <summary>Version of ONNX's set of operators: of 2022, and run by all that came after.</summary>
    const int Opset = 17;

    /// <summary>Version of the file's form that came with the operators.</summary>
    const int IRVersion = 8;

    const string Pixels = "Pixels", Probabilities = "probabilities", Label = "label";

    readonly GraphProto _graph = new() { Name = "classifier" };

    /// <summary>The whole network, from pixels to probabilities and labels.</summary>
    public static ModelProto ToModel(TrainedNetwork network)
    {
        var writer = new OnnxWriter();
        var logits = writer.AddLayers(network, Pixels, lastIsHidden: false);
        writer.AddNode("Softmax", Probabilities, [logits]);
        writer._graph.Output.Add(OnnxTensors.Batch(Probabilities, TensorProto.Types.DataType.Float, network.ClassNames.Count));
        writer.AddLabel(network.ClassNames);
        return writer.ToModel(
            $"Classifies rows of {network.FeatureCount} numbers, for pictures the pixels row by row, "
                + "as they are: from 0 to 255. "
                + "The metadata 'labels' names the classes, in the order of their probabilities.",
            new StringStringEntryProto { Key = "labels", Value = JsonSerializer.Serialize(network.ClassNames) });
    }

    /// <summary>
    /// The hidden layers of a network, from pixels to what the last layer takes. The batch is of one row, as ML.NET has it.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="input">Name of the input.</param>
    /// <param name="output">Name of the output.</param>
    public static ModelProto ToHiddenLayers(TrainedNetwork network, string input, string output)
    {
        var writer = new OnnxWriter();
        var last = writer.AddLayers(network, input, lastIsHidden: true);
        writer.AddNode("Squeeze", output, [last, writer.AddConstant(OnnxTensors.Shape("batch.axis", 0))]);
        writer._graph.Output.Add(OnnxTensors.Vector(output, network.Layers[^1].Inputs));
        return writer.ToModel($"The hidden layers of a classifier of rows of {network.FeatureCount} numbers.");
    }

    /// <summary>The hidden layers of a network, with a name ahead of those of all values but the input: a part of another graph.</summary>
    /// <param name="network">The network, which has hidden layers.</param>
    /// <param name="input">Name of the input, a batch of rows of any number.</param>
    /// <param name="prefix">What goes ahead of the other names.</param>
    /// <returns>The nodes and constants, and the name of what the last layer takes.</returns>
    public static (GraphProto Graph, string Output) ToPart(TrainedNetwork network, string input, string prefix)
    {
        var writer = new OnnxWriter();
        var last = writer.AddLayers(network, input, lastIsHidden: true);
        foreach (var constant in writer._graph.Initializer)
            constant.Name = Prefixed(constant.Name);
        foreach (var node in writer._graph.Node)
        {
            node.Name = Prefixed(node.Name);
            for (var i = 0; i < node.Input.Count; i++)
                node.Input[i] = Prefixed(node.Input[i]);
            for (var i = 0; i < node.Output.Count; i++)
                node.Output[i] = Prefixed(node.Output[i]);
        }
        return (writer._graph, Prefixed(last));

        string Prefixed(string name) => name == input ? name : prefix + name;
    }

    ModelProto ToModel(string description, params ReadOnlySpan<StringStringEntryProto> metadata) => new()
    {
        IrVersion = IRVersion,
        OpsetImport = { new OperatorSetIdProto { Domain = "", Version = Opset } },
        ProducerName = nameof(MnistMl),
        ProducerVersion = typeof(OnnxWriter).Assembly.GetName().Version!.ToString(fieldCount: 3),
        ModelVersion = 1,
        DocString = description,
        MetadataProps = { metadata.ToArray() },
        Graph = _graph,
    };

    /// <summary>Adds the layers, and returns what the last of them makes.</summary>
    /// <param name="network">The network.</param>
    /// <param name="input">Name of the input.</param>
    /// <param name="lastIsHidden">Whether the last layer, which makes the logits, is left out.</param>
    string AddLayers(TrainedNetwork network, string input, bool lastIsHidden)
    {
        _graph.Input.Add(OnnxTensors.Batch(input, TensorProto.Types.DataType.Float, network.FeatureCount));
        var source = network.SpatialLayers.Count > 0 ? AddSpatialLayers(network.SpatialLayers, input) : input;
        foreach (var (i, layer) in network.Layers.SkipLast(lastIsHidden ? 1 : 0).Index())
        {
            var isLast = i == network.Layers.Count - 1;
            var name = isLast ? "output" : Hidden(network.SpatialLayers.Count + i);
            source = AddAffine(layer, name, source);
            if (!isLast)
                source = AddNode("Relu", name, [source]);
        }
        return source;
    }

    static string Hidden(int layer) => $"hidden{layer + 1}";

    /// <summary>
    /// ONNX has the channels of an image one after the other; here those of a position are together, and so are the
    /// weights of the affine layer that follows.
    /// </summary>
    string AddSpatialLayers(IReadOnlyList<SpatialLayer> layers, string input)
    {
        var size = layers[0].Input.Height;
        var shape = AddConstant(OnnxTensors.Shape("picture.shape", 0, 1, size, size));
        var source = AddNode("Reshape", "picture", [input, shape]);
        foreach (var (i, layer) in layers.Index())
            source = AddSpatialLayer(layer, Hidden(i), source);
        source = AddNode("Transpose", "positions", [source], OnnxTensors.Attribute("perm", [0, 2, 3, 1]));
        return AddNode("Flatten", "features", [source], OnnxTensors.Attribute("axis", 1));
    }

    string AddSpatialLayer(SpatialLayer layer, string name, string source)
    {
        var window = Window.Of(layer.Options)!.Value;
        var size = OnnxTensors.Attribute("kernel_shape", [window.Height, window.Width]);
        var strides = OnnxTensors.Attribute("strides", [window.Stride, window.Stride]);
        if (layer.Options is not Conv2D)
            return AddNode(layer.Options is MaxPooling2D ? "MaxPool" : "AveragePool", name, [source], size, strides);

        var weights = OnnxTensors.Transpose(layer.Weights, window.Height * window.Width, layer.Input.Channels);
        var shape = (ReadOnlySpan<int>)[layer.Output.Channels, layer.Input.Channels, window.Height, window.Width];
        var sums = AddNode(
            "Conv", $"{name}.sums",
            [
                source,
                AddConstant(OnnxTensors.Constant($"{name}.weights", weights, shape)),
                AddConstant(OnnxTensors.Constant($"{name}.biases", layer.Biases, layer.Output.Channels)),
            ],
            size, strides, OnnxTensors.Attribute("pads", [.. Enumerable.Repeat((long)window.Padding, 4)]));
        return AddNode("Relu", name, [sums]);
    }

    /// <summary>y = x·Wᵀ + b, for each example x of the batch.</summary>
    string AddAffine(AffineLayer layer, string name, string source) => AddNode(
        "Gemm", $"{name}.sums",
        [
            source,
            AddConstant(OnnxTensors.Constant($"{name}.weights", layer.Weights, layer.Outputs, layer.Inputs)),
            AddConstant(OnnxTensors.Constant($"{name}.biases", layer.Biases, layer.Outputs)),
        ],
        OnnxTensors.Attribute("transB", 1));

    /// <summary>The most probable class, by its name.</summary>
    void AddLabel(IReadOnlyList<string> classNames)
    {
        var names = OnnxTensors.Constant("labels", classNames);
        var best = AddNode(
            "ArgMax", "class", [Probabilities], OnnxTensors.Attribute("axis", 1), OnnxTensors.Attribute("keepdims", 0));
        AddNode("Gather", Label, [AddConstant(names), best]);
        _graph.Output.Add(OnnxTensors.Batch(Label, names.DataType));
    }

    string AddConstant(TensorProto constant)
    {
        _graph.Initializer.Add(constant);
        return constant.Name;
    }

    /// <summary>Adds an operation of one output, and names it after that.</summary>
    string AddNode(string operation, string output, string[] inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        _graph.Node.Add(new NodeProto
        {
            OpType = operation,
            Name = output,
            Input = { inputs },
            Output = { output },
            Attribute = { attributes.ToArray() },
        });
        return output;
    }
}
