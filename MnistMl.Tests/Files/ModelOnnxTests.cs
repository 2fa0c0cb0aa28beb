using FsCheck.Xunit;
using Google.Protobuf;
using MnistMl.Files;
using MnistMl.Model;
using MnistMl.Tests.Model;
using static MnistMl.Files.TensorProto.Types;

namespace MnistMl.Tests.Files;

public sealed class ModelOnnxTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Property(Arbitrary = [typeof(Networks)])]
    public void Any_network_is_read_as_it_was_written(TrainedNetwork network) => Networks.AssertSame(network, Read(Write(network)));

    [Property]
    public void Any_network_that_goes_over_images_is_read_as_it_was_written(int seed)
    {
        var network = Networks.RandomImages(seed, maxima: true);
        Networks.AssertSame(network, Read(Write(network)));
    }

    [Fact]
    public void The_graph_goes_from_pixels_to_probabilities_and_label()
    {
        var graph = Parse(Write(Networks.Random(1, 784, 20, 5))).Graph;

        Assert.Equal("Pixels: Float [N, 784]", Describe(Assert.Single(graph.Input)));
        Assert.Equal(["probabilities: Float [N, 5]", "label: String [N]"], graph.Output.Select(Describe));
        Assert.Equal(["Gemm", "Relu", "Gemm", "Softmax", "ArgMax", "Gather"], graph.Node.Select(node => node.OpType));
        AssertInOrder(graph);
    }

    [Fact]
    public void Convolutions_and_poolings_are_operators_of_their_own()
    {
        var hidden = NetworkParser.Parse("conv 4 5x3 /2 +1, max 2x3 /1, conv 3 3x3, average 2x2, dense 6");
        var graph = Parse(Write(Networks.Images(1, hidden))).Graph;

        Assert.Equal(
            ["Reshape", "Conv", "Relu", "MaxPool", "Conv", "Relu", "AveragePool", "Transpose", "Flatten", "Gemm", "Relu", "Gemm", "Softmax", "ArgMax", "Gather"],
            graph.Node.Select(node => node.OpType));
        Assert.Equal([4, 1, 5, 3], Constant(graph, "hidden1.weights").Dims);
        Assert.Equal([3, 4, 3, 3], Constant(graph, "hidden3.weights").Dims);
        Assert.Equal([6, 75], Constant(graph, "hidden5.weights").Dims);
        Assert.Equal(
            ["kernel_shape 5 3", "strides 2 2", "pads 1 1 1 1"],
            graph.Node[1].Attribute.Select(attribute => $"{attribute.Name} {string.Join(' ', attribute.Ints)}"));
        AssertInOrder(graph);
    }

    /// <summary>Each node's result has a name of its own, and is there before it is used.</summary>
    static void AssertInOrder(GraphProto graph)
    {
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
        var model = Parse(Write(Networks.Random(1, 784, 3)));

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
    public void Labels_are_numbers_where_they_are_whole_numbers_and_texts_else(bool areNumbers, params string[] classNames)
    {
        var graph = Parse(Write(new TrainedNetwork([new(1, 3, [1, 2, 3], [0, 0, 0])], classNames))).Graph;

        Assert.Equal($"label: {(areNumbers ? DataType.Int64 : DataType.String)} [N]", Describe(graph.Output[1]));
        Assert.Equal(classNames, Labels(graph));
    }

    [Fact]
    public void The_same_network_gives_the_same_bytes() =>
        Assert.Equal(Write(Networks.Random(1, 10, 20, 3)), Write(Networks.Random(1, 10, 20, 3)));

    [Fact]
    public void Writing_replaces_the_file_and_leaves_no_other()
    {
        var path = Path.Join(_folder.FullName, "model.onnx");
        File.WriteAllText(path, "old");

        ModelFile.Write(Networks.Random(1, 10, 3), path);

        Assert.Equal(Write(Networks.Random(1, 10, 3)), File.ReadAllBytes(path));
        Assert.Equal(path, Assert.Single(_folder.GetFileSystemInfos()).FullName);
    }

    [Fact]
    public void A_network_that_no_file_can_hold_leaves_the_old_file_and_no_other()
    {
        var path = Path.Join(_folder.FullName, "model.onnx");
        File.WriteAllText(path, "old");

        Assert.Throws<MnistMlException>(() => ModelFile.Write(new TrainedNetwork([new(1, 1, [float.NaN], [0])], ["a"]), path));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(_folder.GetFileSystemInfos());
    }

    [Fact]
    public void What_cannot_be_read_is_named_in_the_message()
    {
        var path = Path.Join(_folder.FullName, "model.onnx");
        AssertRefused($"There is no model file '{path}'", () => ModelFile.Read(path));
        AssertRefused($"'{_folder.FullName}' cannot be read", () => ModelFile.Read(_folder.FullName));
        File.WriteAllText(path, "not a model");
        AssertRefused($"'{path}' is damaged, or not an ONNX file of this program's making", () => ModelFile.Read(path));
    }

    [Fact]
    public void What_was_not_written_here_is_refused()
    {
        Refuse("more or else", model => model.Graph.Node[2].OpType = "Elu");
        Refuse("more or else", model => model.Graph.Node[1].Name = "mine");
        Refuse("more or else", model => model.Graph.Initializer[1].Name = "mine");
        Refuse("more or else", model => model.OpsetImport[0].Version = 18);
        Refuse("more or else", model => model.MetadataProps.Clear());
        Refuse("affine layer of another form", model => model.Graph.Node.RemoveAt(1));
        Refuse("do not fit each other", model => model.Graph.Node.RemoveAt(3));
        Refuse("do not fit each other", model => model.Graph.Initializer[^1].StringData.RemoveAt(0));
        Refuse("fewer constants", model => model.Graph.Initializer.Clear());
        Refuse("another number of weights", model => model.Graph.Initializer[1].FloatData.Add(0));
        Refuse("another number of weights", model => (model.Graph.Initializer[1].Dims[0], model.Graph.Initializer[1].Dims[1]) = (-4, -1));
        Refuse("do not fit each other", model => model.Graph.Initializer[1].Dims[0] = long.MaxValue);
        Refuse("infinite or not a number", model => model.Graph.Initializer[1].FloatData[3] = float.NaN);
        Refuse("without 'strides'", model => model.Graph.Node[1].Attribute.RemoveAt(1));
        Refuse("do not fit each other", model => model.Graph.Node[1].Attribute[1].Ints[0] = 0);
        Refuse("field 7", model => model.Graph = null);
        Refuse("more than 1000 layers", model =>
        {
            var (pooling, size) = (model.Graph.Node[3], model.Graph.Node[3].Attribute[0].Ints);
            (size[0], size[1]) = (1, 1);
            model.Graph.Node.Add(Enumerable.Repeat(pooling, 1000));
        });

        static void Refuse(string mention, Action<ModelProto> change)
        {
            var model = Parse(Write(Golden()));
            change(model);
            AssertRefused(mention, () => Read(model.ToByteArray()));
        }
    }

    [Fact]
    public void Another_version_of_the_program_may_have_written_it()
    {
        var model = Parse(Write(Golden()));
        model.ProducerVersion = "0.0.9";
        Networks.AssertSame(Golden(), Read(model.ToByteArray()));
    }

    [Fact]
    public void Any_truncated_file_is_refused()
    {
        var file = Write(Golden());
        for (var length = 0; length < file.Length; length++)
            Assert.Throws<MnistMlException>(() => Read(file[..length]));
    }

    [Property(MaxTest = 2000)]
    public void A_file_with_wrong_bytes_is_read_or_refused_and_nothing_else(int seed)
    {
        var random = new Random(seed);
        var file = Write(Golden());
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(file.Length);
            file[at] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)(file[at] ^ (1 << random.Next(8)));
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            Read(file);
        }
        catch (MnistMlException e)
        {
            Assert.Contains("'model.onnx'", e.Message, StringComparison.Ordinal);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 << 20);
    }

    [Theory]
    [InlineData(GraphProto.NodeFieldNumber)]
    [InlineData(GraphProto.InitializerFieldNumber)]
    [InlineData(GraphProto.InputFieldNumber)]
    public void Parts_that_are_empty_take_no_memory(int field)
    {
        const int count = 1_000_000;
        byte[] graph = [.. Enumerable.Repeat<byte[]>([(byte)(field << 3 | 2), 0], count).SelectMany(part => part)];
        var file = new byte[graph.Length + 16];
        using (var output = new CodedOutputStream(file))
        {
            output.WriteTag(ModelProto.GraphFieldNumber, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(graph));
        }
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<MnistMlException>(() => Read(file));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 * file.Length + (1 << 20));
    }

    [Theory]
    [InlineData(1, 4 << 20)]
    [InlineData(20, 1 << 18)]
    public void Long_labels_are_refused_before_they_are_written_again(int count, int length)
    {
        // Each would take six bytes, in the metadata.
        string[] classNames = [.. Enumerable.Range(0, count).Select(i => new string('\u0001', length - i))];
        var numbers = new float[count];
        var network = new TrainedNetwork([new(1, count, numbers, numbers)], classNames);
        var file = OnnxWriter.ToModel(network).ToByteArray();
        var before = GC.GetAllocatedBytesForCurrentThread();

        AssertRefused("labels of more than 1 MB in all", () => Read(file));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, file.Length + (8 << 20));
        AssertRefused("labels of the network have more than 1 MB", () => Write(network));
    }

    /// <summary>One of every layer.</summary>
    static TrainedNetwork Golden() =>
        Networks.Images(1, NetworkParser.Parse("conv 2 2x3 /2 +1, max 1x2 /1, average 2x1 /2, dense 2"), featureCount: 25);

    static void AssertRefused(string mention, Action action) =>
        Assert.Contains(mention, Assert.Throws<MnistMlException>(action).Message, StringComparison.Ordinal);

    static TrainedNetwork Read(byte[] bytes) => ModelOnnx.Read(new MemoryStream(bytes), "model.onnx");

    static byte[] Write(TrainedNetwork network)
    {
        using var stream = new MemoryStream();
        ModelOnnx.Write(network, stream);
        return stream.ToArray();
    }

    static ModelProto Parse(byte[] bytes) => ModelProto.Parser.ParseFrom(bytes);

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
