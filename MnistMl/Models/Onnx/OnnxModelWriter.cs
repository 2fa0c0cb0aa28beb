using System.Text.Json;

namespace MnistMl.Models.Onnx;

/// <summary>Turns a network into a graph of ONNX's own operators, from a batch of rows to probabilities and labels.</summary>
sealed class OnnxModelWriter
{
    /// <summary>Version of ONNX's set of operators: of 2022, and run by all that came after.</summary>
    const int Opset = 17;

    /// <summary>Version of the file's form that came with the operators.</summary>
    const int IRVersion = 8;

    const string Pixels = "Pixels", Probabilities = "probabilities", Label = "label";

    readonly GraphProto _graph = new() { Name = "classifier" };

    public static ModelProto ToModel(TrainedNetwork network)
    {
        var writer = new OnnxModelWriter();
        writer.Write(network);
        return new()
        {
            IrVersion = IRVersion,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = Opset } },
            ProducerName = nameof(MnistMl),
            ProducerVersion = typeof(OnnxModelWriter).Assembly.GetName().Version!.ToString(fieldCount: 3),
            ModelVersion = 1,
            DocString = $"Classifies rows of {network.Features} numbers, for pictures the pixels row by row, as they are: "
                + "from 0 to 255. The metadata 'labels' names the classes, in the order of their probabilities.",
            MetadataProps =
            {
                new StringStringEntryProto { Key = "labels", Value = JsonSerializer.Serialize(network.Labels) },
            },
            Graph = writer._graph,
        };
    }

    void Write(TrainedNetwork network)
    {
        _graph.Input.Add(OnnxTensors.Batch(Pixels, TensorProto.Types.DataType.Float, network.Features));
        var source = Pixels;
        for (var i = 0; i < network.Layers.Count; i++)
        {
            var isLast = i == network.Layers.Count - 1;
            source = AddAffine(network.Layers[i], isLast ? "output" : $"hidden{i + 1}", source);
            if (!isLast)
                source = AddNode("Relu", $"hidden{i + 1}", [source]);
        }
        AddNode("Softmax", Probabilities, [source]);
        _graph.Output.Add(OnnxTensors.Batch(Probabilities, TensorProto.Types.DataType.Float, network.Labels.Count));
        AddLabel(network.Labels);
    }

    /// <summary>y = x·Wᵀ + b, for each row x of the batch.</summary>
    string AddAffine(AffineLayer layer, string name, string source) => AddNode(
        "Gemm", $"{name}.sums",
        [
            source,
            AddConstant(OnnxTensors.Constant($"{name}.weights", layer.Weights, layer.Outputs, layer.Inputs)),
            AddConstant(OnnxTensors.Constant($"{name}.biases", layer.Biases, layer.Outputs)),
        ],
        ("transB", 1));

    /// <summary>The most probable class, by its name.</summary>
    void AddLabel(IReadOnlyList<string> labels)
    {
        var names = OnnxTensors.Constant("labels", labels);
        var best = AddNode("ArgMax", "class", [Probabilities], ("axis", 1), ("keepdims", 0));
        AddNode("Gather", Label, [AddConstant(names), best]);
        _graph.Output.Add(OnnxTensors.Batch(Label, names.DataType));
    }

    string AddConstant(TensorProto constant)
    {
        _graph.Initializer.Add(constant);
        return constant.Name;
    }

    /// <summary>Adds an operation of one output, and names it after that.</summary>
    string AddNode(string operation, string output, string[] inputs, params ReadOnlySpan<(string Name, int Value)> attributes)
    {
        var node = new NodeProto { OpType = operation, Name = output, Input = { inputs }, Output = { output } };
        foreach (var (name, value) in attributes)
            node.Attribute.Add(new AttributeProto { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int });
        _graph.Node.Add(node);
        return output;
    }
}
