using System.Globalization;
using Google.Protobuf;
using static MnistMl.Files.TensorProto.Types;
using static MnistMl.Files.TensorShapeProto.Types;

namespace MnistMl.Files;

/// <summary>The constants and attributes of an ONNX graph, and the types of what goes into it and out of it.</summary>
static class OnnxTensors
{
    /// <summary>An input or output of the graph: a batch of any number of rows.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">What it holds.</param>
    /// <param name="rowShape">The shape of a row; none for one value a row.</param>
    public static ValueInfoProto Batch(string name, DataType type, params ReadOnlySpan<int> rowShape)
    {
        var shape = new TensorShapeProto { Dim = { new Dimension { DimParam = "N" } } };
        foreach (var size in rowShape)
            shape.Dim.Add(new Dimension { DimValue = size });
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = type, Shape = shape } } };
    }

    /// <summary>An output of one row.</summary>
    public static ValueInfoProto Vector(string name, int length) => new()
    {
        Name = name,
        Type = new() { TensorType = new() { ElemType = DataType.Float, Shape = new() { Dim = { new Dimension { DimValue = length } } } } },
    };

    public static TensorProto Constant(string name, float[] values, params ReadOnlySpan<int> shape)
    {
        var tensor = new TensorProto { Name = name, DataType = DataType.Float, FloatData = { values } };
        foreach (var size in shape)
            tensor.Dims.Add(size);
        return tensor;
    }

    /// <summary>A list of labels: of int64 where all of them are whole numbers, else of texts.</summary>
    public static TensorProto Constant(string name, IReadOnlyList<string> classNames)
    {
        var tensor = new TensorProto { Name = name, Dims = { classNames.Count } };
        if (classNames.All(IsWholeNumber))
        {
            tensor.DataType = DataType.Int64;
            tensor.Int64Data.Add(classNames.Select(label => long.Parse(label, CultureInfo.InvariantCulture)));
        }
        else
        {
            tensor.DataType = DataType.String;
            tensor.StringData.Add(classNames.Select(ByteString.CopyFromUtf8));
        }
        return tensor;
    }

    /// <summary>A shape to give to something; 0 is for the size that it has.</summary>
    public static TensorProto Shape(string name, params ReadOnlySpan<long> sizes) =>
        new() { Name = name, DataType = DataType.Int64, Dims = { sizes.Length }, Int64Data = { sizes.ToArray() } };

    public static AttributeProto Attribute(string name, int value) =>
        new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    public static AttributeProto Attribute(string name, long[] values) =>
        new() { Name = name, Ints = { values }, Type = AttributeProto.Types.AttributeType.Ints };

    /// <summary>Matrices, one after the other, each with its rows made columns.</summary>
    /// <param name="matrices">[matrices, rows, columns]</param>
    /// <param name="rows">Rows of each.</param>
    /// <param name="columns">Columns of each.</param>
    /// <returns>[matrices, columns, rows]</returns>
    public static float[] Transpose(float[] matrices, int rows, int columns)
    {
        var transposed = new float[matrices.Length];
        for (var i = 0; i < matrices.Length; i++)
        {
            var (matrix, place) = Math.DivRem(i, rows * columns);
            var (row, column) = Math.DivRem(place, columns);
            transposed[matrix * rows * columns + column * rows + row] = matrices[i];
        }
        return transposed;
    }

    /// <summary>Whether a number says all that the label does: "7", but not "07" or "+7".</summary>
    static bool IsWholeNumber(string label) =>
        long.TryParse(label, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number.ToString(CultureInfo.InvariantCulture) == label;
}
