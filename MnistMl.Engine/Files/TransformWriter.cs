using Google.Protobuf;
using MnistMl.Model;

namespace MnistMl.Files;

/// <summary>
/// Lowers a network to a chain of ML.NET's own transforms: an affine layer to the projection of a principal component
/// analysis or, where most weights are zero, to a linear model; a ReLU to an expression; the last layer with its
/// softmax to a maximum entropy model. Or it keeps the hidden layers as an ONNX model. A transform is the files of its folder, each with its name in it.
/// </summary>
static class TransformWriter
{
    /// <summary>File of a transform, of a chain, or of the model in a scorer.</summary>
    public const string Key = "Model.key";

    /// <summary>File of a scorer: its model.</summary>
    public const string ScorerModel = "Model/Model.key";

    /// <summary>File of a scorer: the labels, as numbers of strings of its model.</summary>
    public const string LabelNames = "Model/LabelNames";

    /// <summary>File of an ONNX transform: the length of its model, and the model.</summary>
    public const string OnnxModel = "OnnxModel";

    /// <summary>File of a scorer: the schema it was trained on.</summary>
    public const string TrainSchema = "TrainSchema";

    /// <summary>Makes the transforms, one at a time.</summary>
    /// <param name="network">A network that ML.NET can hold.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="trainSchema">See <see cref="ModelZip.Write"/>.</param>
    public static IEnumerable<TransformFile[]> Write(
        TrainedNetwork network, ModelColumns columns, Func<string, int, byte[]>? trainSchema = null)
    {
        if (columns.Images is { } images)
        {
            foreach (var transform in Pixels(network, columns.Features, images))
                yield return transform;
        }
        if (columns.HasOnnxInside || network.HasMaxPooling)
        {
            yield return Onnx(network, columns.Features, OnnxHidden(columns.Features));
            yield return Scorer(network.Layers[^1], network.ClassNames, OnnxHidden(columns.Features), columns.Label, trainSchema);
        }
        else
        {
            foreach (var transform in Lowered(network, columns, trainSchema))
                yield return transform;
        }
        if (!columns.PredictsKeys)
            yield return KeyToValue(MLNetClass.PredictedLabel);
    }

    /// <summary>The column of a hidden layer's activations: of layer 1, 2 and so on.</summary>
    public static string Hidden(string features, int layer) => $"{features}.Hidden{layer}";

    /// <summary>The column of the activations of the last hidden layer, where an ONNX model computes all of them.</summary>
    public static string OnnxHidden(string features) => $"{features}.Hidden";

    /// <summary>The column of a part of the first layer's sums, where it widens: of part 1, 2 and so on.</summary>
    public static string FirstSums(string features, int part) => Part($"{Hidden(features, 1)}.Sums", part);

    static IEnumerable<TransformFile[]> Lowered(
        TrainedNetwork network, ModelColumns columns, Func<string, int, byte[]>? trainSchema)
    {
        var (convolutions, layers) = network.Lower();
        var source = columns.Features;
        for (var i = 0; i < convolutions.Count + layers.Count - 1; i++)
        {
            var activations = Hidden(columns.Features, i + 1);
            var (sums, transforms) = i < convolutions.Count
                ? Sums(convolutions[i], source, $"{activations}.Sums", isFirst: i == 0)
                : Sums(layers[i - convolutions.Count], source, $"{activations}.Sums", isFirst: i == 0);
            foreach (var transform in transforms)
                yield return transform;
            yield return Relu(sums, activations);
            source = activations;
        }
        yield return Scorer(layers[^1], network.ClassNames, source, columns.Label, trainSchema);
    }

    /// <summary>Images to features: their size and light, in the range that the network takes.</summary>
    static IEnumerable<TransformFile[]> Pixels(TrainedNetwork network, string features, ImageInput images)
    {
        const byte asImages = 1, fill = 2, onBlack = 0, centered = 4, red = 2, alphaFirst = 1, asSingles = 1, channelsApart = 0;
        var side = network.ImageSide
            ?? throw new MnistMlException($"The network takes {network.FeatureCount} numbers, which are no square image: images cannot be its input.");
        if (images.ArePaths)
        {
            using var loading = Mapping(MLNetClass.ImageLoading, ImageInput.Path, ImageInput.Image);
            // No folder that the paths are in.
            loading.Add(ModelKeyWriter.NoString);
            loading.Add(asImages);
            yield return [new(Key, loading.Finish())];
        }
        using var resizing = Mapping(MLNetClass.ImageResizing, ImageInput.Image, $"{features}.Resized");
        resizing.Add(side);
        resizing.Add(side);
        // Bars of black beside white paper would be ink.
        resizing.Add(images.IsInkDark ? fill : onBlack);
        resizing.Add(centered);
        yield return [new(Key, resizing.Finish())];

        using var grayscale = Mapping(MLNetClass.Grayscale, $"{features}.Resized", $"{features}.Gray");
        yield return [new(Key, grayscale.Finish())];

        // (pixel − offset) × scale
        var scale = network.InputMax / byte.MaxValue;
        using var extraction = Mapping(MLNetClass.PixelExtraction, $"{features}.Gray", features);
        extraction.Add(red);
        extraction.Add(alphaFirst);
        extraction.Add(asSingles);
        extraction.Add(images.IsInkDark ? (float)byte.MaxValue : 0);
        extraction.Add(images.IsInkDark ? -scale : scale);
        extraction.Add(channelsApart);
        yield return [new(Key, extraction.Finish())];
    }

    /// <summary>All but the last layer.</summary>
    static TransformFile[] Onnx(TrainedNetwork network, string source, string target)
    {
        const int noShapes = 0, maxDepth = 100;
        var model = OnnxWriter.ToHiddenLayers(network, source, target).ToByteArray();
        using var key = new ModelKeyWriter(MLNetClass.Onnx);
        key.Add(1);
        key.Add(source);
        key.Add(1);
        key.Add(target);
        key.Add(noShapes);
        key.Add(maxDepth);
        return [new(OnnxModel, (byte[])[.. BitConverter.GetBytes(model.Length), .. model]), new(Key, key.Finish())];
    }

    /// <summary>The beginning of a transform that makes one column of another.</summary>
    static ModelKeyWriter Mapping(MLNetClass @class, string source, string target)
    {
        var key = new ModelKeyWriter(@class);
        key.Add(1);
        key.Add(target);
        key.Add(source);
        return key;
    }

    static string Part(string sums, int part) => $"{sums}.{part}";

    /// <summary>A layer without its ReLU, and the column of what it gives.</summary>
    static (string Column, TransformFile[][] Transforms) Sums(
        SparseAffineLayer layer, string source, string sums, bool isFirst) => layer.IsWorthwhile
        ? (MLNetClass.Score,
            [Linear(layer.Inputs, layer.Biases, layer.Starts, layer.Indices, layer.Weights, source)])
        : Sums(layer.ToAffine(), source, sums, isFirst);

    /// <summary>A layer without its ReLU, and the column of what it gives.</summary>
    static (string Column, TransformFile[][] Transforms) Sums(
        AffineLayer layer, string source, string sums, bool isFirst)
    {
        if (SparseAffineLayer.Pays(layer.Weights.Count(weight => weight != 0), layer.Inputs, layer.Outputs))
            return Sums(SparseAffineLayer.Of(layer), source, sums, isFirst);
        // ML.NET computes a column anew for each that is made of it: cut up, a layer would repeat all before it.
        return layer.Outputs > layer.Inputs && !isFirst
            ? (MLNetClass.Score, [Linear(layer.Inputs, layer.Biases, starts: [], indices: [], layer.Weights, source)])
            : (sums, [.. Projection(layer, source, sums)]);
    }

    /// <summary>
    /// y = W·x + b as the score of a linear model, whose predicted label nobody asks for: sparse (CSR), or dense, in
    /// one piece, where the layer widens.
    /// </summary>
    static TransformFile[] Linear(
        int inputs, float[] biases, int[] starts, int[] indices, float[] weights, string source)
    {
        using var model = new ModelKeyWriter(MLNetClass.Linear);
        AddLinear(model, inputs, biases, starts, indices, weights);
        return
        [
            new(ScorerModel, model.Finish()),
            new(TrainSchema, EmptyDataView.Write(source, inputs)),
            new(Key, ScorerKey(source, label: null)),
        ];
    }

    static void AddLinear(
        ModelKeyWriter model, int inputs, float[] biases, int[] starts, int[] indices, float[] weights)
    {
        model.Add(sizeof(float));
        model.Add(inputs);
        model.Add(biases.Length);
        model.Add(biases);
        model.Add(starts.Length);
        model.Add(starts);
        model.Add(indices.Length);
        model.Add(indices);
        model.Add(weights.Length);
        model.Add(weights);
    }

    /// <summary>y = W·x + b: the transform gives ⟨eigenvector, x⟩ − projected mean, here W's rows and −b.</summary>
    static IEnumerable<TransformFile[]> Projection(AffineLayer layer, string source, string sums)
    {
        // ML.NET projects no vector of one number: it is given twice, and the second time weighs nothing.
        if (layer.Inputs == 1)
        {
            yield return Concatenation([source, source], $"{sums}.Twice");
            float[] weightsAndZeros = [.. layer.Weights.SelectMany(weight => new[] { weight, 0 })];
            (layer, source) = (layer with { Inputs = 2, Weights = weightsAndZeros }, $"{sums}.Twice");
        }

        // Nor does it project to more dimensions than the input has: a layer that widens is cut into such projections.
        var parts = layer.Biases.Chunk(layer.Inputs).ToArray();
        string[] names = parts.Length == 1 ? [sums] : [.. parts.Select((_, i) => Part(sums, i + 1))];
        yield return Projection(layer, parts, source, names);
        if (parts.Length > 1)
            yield return Concatenation(names, sums);
    }

    static TransformFile[] Projection(AffineLayer layer, float[][] parts, string source, string[] names)
    {
        using var key = new ModelKeyWriter(MLNetClass.Projection);
        key.Add(parts.Length);
        foreach (var name in names)
        {
            key.Add(name);
            key.Add(source);
        }
        var weights = layer.Weights.AsSpan();
        foreach (var biases in parts)
        {
            key.Add(layer.Inputs);
            key.Add(biases.Length);
            key.Add(weights[..(biases.Length * layer.Inputs)]);
            key.Add(biases.Length);
            foreach (var bias in biases)
                key.Add(-bias);
            weights = weights[(biases.Length * layer.Inputs)..];
        }
        return [new(Key, key.Finish())];
    }

    static TransformFile[] Concatenation(string[] sources, string target)
    {
        using var key = new ModelKeyWriter(MLNetClass.Concatenation);
        key.Add(1);
        key.Add(target);
        key.Add(sources.Length);
        foreach (var source in sources)
        {
            key.Add(source);
            // No alias, which would name slots.
            key.Add(ModelKeyWriter.NoString);
        }
        return [new(Key, key.Finish())];
    }

    static TransformFile[] Relu(string source, string target)
    {
        const int vectorInput = 0;
        using var key = new ModelKeyWriter(MLNetClass.Expression);
        key.Add(1);
        key.Add(1);
        key.Add(source);
        key.Add(MLNetClass.Relu);
        key.Add(target);
        key.Add(vectorInput);
        key.Add(MLNetClass.SinglePrecision);
        return [new(Key, key.Finish())];
    }

    static TransformFile[] Scorer(
        AffineLayer layer, IReadOnlyList<string> classNames, string source, string label,
        Func<string, int, byte[]>? trainSchema)
    {
        using var model = new ModelKeyWriter(MLNetClass.MaximumEntropy);
        AddLinear(model, layer.Inputs, layer.Biases, starts: [], indices: [], layer.Weights);
        using var names = new MemoryStream();
        using var writer = new BinaryWriter(names);
        foreach (var name in classNames)
            writer.Write(model.IndexOf(name));
        return
        [
            new(LabelNames, names.ToArray()),
            new(ScorerModel, model.Finish()),
            // The texts of the predicted label are those of the label column in this schema.
            new(TrainSchema, trainSchema?.Invoke(source, layer.Inputs)
                ?? EmptyDataView.Write(source, layer.Inputs, label, classNames)),
            new(Key, ScorerKey(source, label)),
        ];
    }

    static ReadOnlyMemory<byte> ScorerKey(string source, string? label)
    {
        using var key = new ModelKeyWriter(MLNetClass.Scorer);
        key.Add(source);
        key.Add(label);
        key.Add(MLNetClass.Score);
        key.Add(MLNetClass.PredictedLabel);
        return key.Finish();
    }

    static TransformFile[] KeyToValue(string column)
    {
        using var key = Mapping(MLNetClass.KeyToValue, column, column);
        return [new(Key, key.Finish())];
    }
}
