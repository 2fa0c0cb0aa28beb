using FsCheck.Xunit;
using MnistMl.Models;
using MnistMl.Models.Onnx;
using static MnistMl.Models.Onnx.TensorProto.Types;

namespace MnistMl.Tests.Models.Onnx;

public sealed class OnnxModelFileTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Property(Arbitrary = [typeof(Networks)])]
    public void Any_network_is_written_weight_for_weight(TrainedNetwork network)
    {
        var graph = Read(Write(network)).Graph;
        var layers = graph.Node.Where(node => node.OpType == "Gemm").Select(node => ToLayer(graph, node));
        Networks.AssertSame(network, new TrainedNetwork([.. layers], Labels(graph)));
    }

    [Fact]
    public void The_graph_goes_from_pixels_to_probabilities_and_label()
    {
        var graph = Read(Write(Networks.Random(1, 784, 20, 5))).Graph;

        Assert.Equal("Pixels: Float [N, 784]", Describe(Assert.Single(graph.Input)));
        Assert.Equal(["probabilities: Float [N, 5]", "label: String [N]"], graph.Output.Select(Describe));
        Assert.Equal(["Gemm", "Relu", "Gemm", "Softmax", "ArgMax", "Gather"], graph.Node.Select(node => node.OpType));
        // Each node's result has a name of its own, and is there before it is used.
        var known = new HashSet<string>(graph.Initializer.Select(constant => constant.Name).Append("Pixels"));
        foreach (var node in graph.Node)
        {
            Assert.All(node.Input, input => Assert.Contains(input, known));
            Assert.True(known.Add(Assert.Single(node.Output)));
        }
        Assert.All(graph.Output, output => Assert.Contains(output.Name, known));
    }

    [Fact]
    public void The_file_says_what_it_is()
    {
        var model = Read(Write(Networks.Random(1, 784, 3)));

        var operators = Assert.Single(model.OpsetImport);
        Assert.Equal(("", 17, 8), (operators.Domain, operators.Version, model.IrVersion));
        Assert.Equal(("MnistMl", 1), (model.ProducerName, model.ModelVersion));
        Assert.Matches(@"^\d+\.\d+\.\d+$", model.ProducerVersion);
        Assert.Contains("784", model.DocString, StringComparison.Ordinal);
        var labels = Assert.Single(model.MetadataProps);
        Assert.Equal(("labels", """["00","seven1","z\u00E9ro2"]"""), (labels.Key, labels.Value));
    }

    [Theory]
    [InlineData(true, "0", "1", "-7")]
    [InlineData(false, "0", "1", "07")]
    [InlineData(false, "0", "1", "+7")]
    [InlineData(false, "0", "1", "7 ")]
    [InlineData(false, "0", "1", "7.5")]
    [InlineData(false, "0", "1", "9223372036854775808")]
    public void Labels_are_numbers_where_they_are_whole_numbers_and_texts_else(bool areNumbers, params string[] labels)
    {
        var graph = Read(Write(new TrainedNetwork([new(1, 3, [1, 2, 3], [0, 0, 0])], labels))).Graph;

        Assert.Equal($"label: {(areNumbers ? DataType.Int64 : DataType.String)} [N]", Describe(graph.Output[1]));
        Assert.Equal(labels, Labels(graph));
    }

    [Fact]
    public void The_same_network_gives_the_same_bytes() =>
        Assert.Equal(Write(Networks.Random(1, 10, 20, 3)), Write(Networks.Random(1, 10, 20, 3)));

    [Fact]
    public void Writing_replaces_the_file_and_leaves_no_other()
    {
        var path = Path.Join(_folder.FullName, "model.onnx");
        File.WriteAllText(path, "old");

        OnnxModelFile.Write(Networks.Random(1, 10, 3), path);

        Assert.Equal(Write(Networks.Random(1, 10, 3)), File.ReadAllBytes(path));
        Assert.Equal(path, Assert.Single(_folder.GetFileSystemInfos()).FullName);
    }

    [Fact]
    public void A_network_that_no_file_can_hold_leaves_the_old_file_and_no_other()
    {
        var path = Path.Join(_folder.FullName, "model.onnx");
        File.WriteAllText(path, "old");

        Assert.Throws<MnistMlException>(() => OnnxModelFile.Write(new TrainedNetwork([new(1, 1, [float.NaN], [0])], ["a"]), path));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(_folder.GetFileSystemInfos());
    }

    static byte[] Write(TrainedNetwork network)
    {
        using var stream = new MemoryStream();
        OnnxModelFile.Write(network, stream);
        return stream.ToArray();
    }

    static ModelProto Read(byte[] bytes) => ModelProto.Parser.ParseFrom(bytes);

    static AffineLayer ToLayer(GraphProto graph, NodeProto node)
    {
        var (weights, biases) = (Constant(graph, node.Input[1]), Constant(graph, node.Input[2]));
        Assert.Equal((DataType.Float, DataType.Float), (weights.DataType, biases.DataType));
        Assert.Equal([weights.Dims[0]], biases.Dims);
        return new((int)weights.Dims[1], (int)weights.Dims[0], [.. weights.FloatData], [.. biases.FloatData]);
    }

    static string[] Labels(GraphProto graph)
    {
        var labels = Constant(graph, graph.Node[^1].Input[0]);
        string[] texts = labels.DataType == DataType.Int64
            ? [.. labels.Int64Data.Select(label => $"{label}")]
            : [.. labels.StringData.Select(label => label.ToStringUtf8())];
        Assert.Equal([texts.Length], labels.Dims);
        return texts;
    }

    static TensorProto Constant(GraphProto graph, string name) =>
        Assert.Single(graph.Initializer, constant => constant.Name == name);

    static string Describe(ValueInfoProto value)
    {
        var tensor = value.Type.TensorType;
        var sizes = tensor.Shape.Dim.Select(size => size.HasDimParam ? size.DimParam : $"{size.DimValue}");
        return $"{value.Name}: {tensor.ElemType} [{string.Join(", ", sizes)}]";
    }
}
