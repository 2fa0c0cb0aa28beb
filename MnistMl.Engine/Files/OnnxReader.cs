using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;
using MnistMl.Model;

namespace MnistMl.Files;

/// <summary>
/// Reads the network out of a graph that <see cref="OnnxWriter"/> has made. It takes what it needs, in the order in
/// which that is written; whether all else is as it should be, it finds out by writing the network again.
/// </summary>
sealed class OnnxReader : IDisposable
{
    readonly ProtobufMessage _graph;
    readonly IEnumerator<ProtobufMessage> _constants;
    readonly List<SpatialLayer> _spatialLayers = [];
    readonly List<AffineLayer> _layers = [];
    string[] _classNames = [];
    ImageShape _image;

    OnnxReader(ProtobufMessage graph)
    {
        _graph = graph;
        _constants = graph.Messages(GraphProto.InitializerFieldNumber).GetEnumerator();
    }

    public void Dispose() => _constants.Dispose();

    /// <summary>Reads a network.</summary>
    /// <param name="bytes">An ONNX file's; nothing in them is taken on trust.</param>
    /// <param name="refuse">Makes the exception to throw of what is wrong with them.</param>
    /// <returns>The network, bit for bit as it was written.</returns>
    public static TrainedNetwork Read(ReadOnlyMemory<byte> bytes, Func<string, MnistMlException> refuse) =>
        Read(bytes, reader => new(reader._layers, reader._classNames, reader._spatialLayers), OnnxWriter.ToModel, refuse);

    /// <summary>Reads a network of its hidden layers.</summary>
    /// <param name="bytes">An ONNX file's; nothing in them is taken on trust.</param>
    /// <param name="input">Name of the input that it should have.</param>
    /// <param name="output">Name of the output that it should have.</param>
    /// <param name="last">The last layer, which is not in it.</param>
    /// <param name="classNames">The classes' names.</param>
    /// <param name="refuse">Makes the exception to throw of what is wrong with them.</param>
    /// <returns>The network, bit for bit as it was written.</returns>
    public static TrainedNetwork ReadHiddenLayers(
        ReadOnlyMemory<byte> bytes, string input, string output, AffineLayer last, IReadOnlyList<string> classNames,
        Func<string, MnistMlException> refuse) => Read(
            bytes, reader => new([.. reader._layers, last], classNames, reader._spatialLayers),
            network => OnnxWriter.ToHiddenLayers(network, input, output), refuse);

    static TrainedNetwork Read(
        ReadOnlyMemory<byte> bytes, Func<OnnxReader, TrainedNetwork> create, Func<TrainedNetwork, ModelProto> write,
        Func<string, MnistMlException> refuse)
    {
        try
        {
            var model = new ProtobufMessage(bytes);
            using var reader = new OnnxReader(model.Single(ModelProto.GraphFieldNumber));
            reader.Read();
            var network = create(reader);
            var written = write(network);
            written.ProducerVersion = model.Single(ModelProto.ProducerVersionFieldNumber).Text;
            return model.Bytes.SequenceEqual(written.ToByteArray())
                ? network
                : throw new InvalidDataException("has more or else in it than is written of such a network");
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or OverflowException)
        {
            throw refuse(e is InvalidDataException ? e.Message : "has layers or labels that do not fit each other");
        }
    }

    void Read()
    {
        foreach (var node in _graph.Messages(GraphProto.NodeFieldNumber))
        {
            switch (node.Single(NodeProto.OpTypeFieldNumber).Text)
            {
                case "Reshape":
                    ReadImage();
                    break;
                case "Conv":
                    ReadConvolution(node);
                    break;
                case "AveragePool":
                    ReadPooling(node, (height, width, stride) => new AveragePooling2D(height, width, stride));
                    break;
                case "MaxPool":
                    ReadPooling(node, (height, width, stride) => new MaxPooling2D(height, width, stride));
                    break;
                case "Gemm":
                    _layers.Add(ReadAffine());
                    break;
                case "Gather":
                    _classNames = ReadLabels(_layers.LastOrDefault()?.Outputs ?? 0);
                    break;
            }
            if (_spatialLayers.Count + _layers.Count > ModelLimits.MaxLayers)
                throw new InvalidDataException($"has more than {ModelLimits.MaxLayers} layers");
        }
    }

    void ReadImage()
    {
        var shape = Sizes(NextConstant().Messages(TensorProto.Int64DataFieldNumber).SelectMany(list => list.List()));
        _image = shape is [_, var channels, var height, var width]
            ? new(height, width, channels)
            : throw new InvalidDataException("has an image without height and width");
    }

    void ReadConvolution(ProtobufMessage node)
    {
        var (shape, weights) = NextNumbers();
        if (shape is not [var channels, var depth, var height, var width])
            throw new InvalidDataException("has a convolution of another form");
        var (stride, padding) = (Attribute(node, "strides")[0], Attribute(node, "pads")[0]);
        var options = new Conv2D(channels, height, width, stride, padding);
        Add(options, OnnxTensors.Transpose(weights, depth, height * width), NextNumbers().Values);
    }

    void ReadPooling(ProtobufMessage node, Func<int, int, int, LayerSpec> create)
    {
        if (Attribute(node, "kernel_shape") is not [var height, var width])
            throw new InvalidDataException("has a pooling of another form");
        Add(create(height, width, Attribute(node, "strides")[0]), [], []);
    }

    void Add(LayerSpec options, float[] weights, float[] biases)
    {
        var layer = new SpatialLayer(options, _image, weights, biases);
        _spatialLayers.Add(layer);
        _image = layer.Output;
    }

    AffineLayer ReadAffine()
    {
        var (shape, weights) = NextNumbers();
        return shape is [var outputs, var inputs]
            ? new(inputs, outputs, weights, NextNumbers().Values)
            : throw new InvalidDataException("has an affine layer of another form");
    }

    /// <summary>Takes no more than belong there: written again, they may be several times as long.</summary>
    string[] ReadLabels(int classCount)
    {
        var constant = NextConstant();
        var numbers = constant.Messages(TensorProto.Int64DataFieldNumber).SelectMany(list => list.List())
            .Select(number => number.ToString(CultureInfo.InvariantCulture));
        var texts = constant.Messages(TensorProto.StringDataFieldNumber)
            .Select(text => text.Bytes.Length <= ModelLimits.MaxLabelBytes ? text.Text : throw TooLong());
        var (classNames, bytes) = (new List<string>(), 0);
        foreach (var label in numbers.Concat(texts).Take(classCount + 1))
        {
            bytes += Encoding.UTF8.GetByteCount(label);
            if (bytes > ModelLimits.MaxLabelBytes)
                throw TooLong();
            classNames.Add(label);
        }
        return [.. classNames];

        static InvalidDataException TooLong() =>
            new($"has labels of more than {ModelLimits.MaxLabelBytes >> 20} MB in all");
    }

    static int[] Attribute(ProtobufMessage node, string name) => node.Messages(NodeProto.AttributeFieldNumber)
        .Where(attribute => attribute.Single(AttributeProto.NameFieldNumber).Text == name)
        .Select(attribute => Sizes(attribute.Numbers(AttributeProto.IntsFieldNumber)))
        .FirstOrDefault() is { Length: > 0 } values
            ? values
            : throw new InvalidDataException($"has a layer without '{name}'");

    /// <summary>A constant's shape, and its numbers, as many as that says.</summary>
    (int[] Shape, float[] Values) NextNumbers()
    {
        var constant = NextConstant();
        var shape = Sizes(constant.Numbers(TensorProto.DimsFieldNumber));
        var bytes = constant.Single(TensorProto.FloatDataFieldNumber).Bytes;
        var length = shape.Aggregate((long)sizeof(float), (product, size) => checked(product * size));
        if (shape.Any(size => size < 1) || length != bytes.Length)
            throw new InvalidDataException("has another number of weights than it says");
        var values = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        return Array.TrueForAll(values, float.IsFinite)
            ? (shape, values)
            : throw new InvalidDataException("has a weight that is infinite or not a number");
    }

    ProtobufMessage NextConstant() => _constants.MoveNext()
        ? _constants.Current
        : throw new InvalidDataException("has fewer constants than layers take");

    /// <summary>A few numbers; of more, it is enough to see that they are too many.</summary>
    static int[] Sizes(IEnumerable<long> numbers) => [.. numbers.Take(5).Select(number => checked((int)number))];
}
