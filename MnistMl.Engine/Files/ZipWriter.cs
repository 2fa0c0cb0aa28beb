using System.IO.Compression;
using Google.Protobuf;
using MnistMl.Model;

namespace MnistMl.Files;

/// <summary>
/// Lowers a network to a chain of ML.NET's own transforms: an affine layer to the projection of a principal component
/// analysis or, where most weights are zero, to a linear model; a ReLU to an expression; the last layer with its softmax
/// to a maximum entropy model.
/// </summary>
sealed class ZipWriter(ZipArchive archive, Func<string, int, byte[]>? trainSchema)
{
    /// <summary>Training, testing, scoring: with less, some versions of ML.NET leave the transform out.</summary>
    const int EveryScope = 7;

    /// <summary>Entry that has the network as it was before, where that is not the same. ML.NET does not look at it.</summary>
    public const string NetworkEntry = "Network.onnx";

    int _transforms;

    public static void Write(TrainedNetwork network, ModelColumns columns, Stream stream, Func<string, int, byte[]>? trainSchema)
    {
        ModelLimits.Check(network);
        ModelLimits.ThrowIfUnwritableForMLNet(network);
        var (convolutions, layers) = network.Lower();
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        var writer = new ZipWriter(archive, trainSchema);
        writer.Write(convolutions, layers, network.ClassNames, columns);
        if (network.SpatialLayers.Count > 0)
            writer.WriteEntry(NetworkEntry, OnnxWriter.ToModel(network).ToByteArray());
    }

    void Write(
        IReadOnlyList<SparseAffineLayer> convolutions, IReadOnlyList<AffineLayer> layers, IReadOnlyList<string> classNames,
        ModelColumns columns)
    {
        var (source, featureCount) = (columns.Features, convolutions.Count > 0 ? convolutions[0].Inputs : layers[0].Inputs);
        for (var i = 0; i < convolutions.Count + layers.Count - 1; i++)
        {
            var activations = $"{columns.Features}.Hidden{i + 1}";
            var sums = i < convolutions.Count
                ? WriteSums(convolutions[i], source, $"{activations}.Sums")
                : WriteSums(layers[i - convolutions.Count], source, $"{activations}.Sums");
            WriteRelu(sums, activations);
            source = activations;
        }
        WriteScorer(layers[^1], classNames, source, columns);
        if (!columns.PredictsKeys)
            WriteKeyToValue(MLNetClass.PredictedLabel);
        WriteChain();
        WriteEntry("Schema", EmptyDataView.Write(columns.Features, featureCount));
    }

    /// <summary>Writes a layer without its ReLU, and returns the column of what it gives.</summary>
    string WriteSums(SparseAffineLayer layer, string source, string sums) => layer.IsWorthwhile
        ? WriteLinear(layer.Inputs, layer.Biases, layer.Starts, layer.Indices, layer.Weights, source)
        : WriteSums(layer.ToAffine(), source, sums);

    /// <summary>Writes a layer without its ReLU, and returns the column of what it gives.</summary>
    string WriteSums(AffineLayer layer, string source, string sums)
    {
        if (SparseAffineLayer.Pays(layer.Weights.Count(weight => weight != 0), layer.Inputs, layer.Outputs))
            return WriteSums(SparseAffineLayer.Of(layer), source, sums);
        // ML.NET computes a column anew for each that is made of it: to cut this one up is to repeat all that is before it.
        if (layer.Outputs > layer.Inputs && _transforms > 0)
            return WriteLinear(layer.Inputs, layer.Biases, starts: [], indices: [], layer.Weights, source);
        WriteProjection(layer, source, sums);
        return sums;
    }

    /// <summary>
    /// y = W·x + b as the score of a linear model, whose predicted label nobody asks for: without zeros, where they are many,
    /// and in one piece, where the layer widens.
    /// </summary>
    string WriteLinear(int inputs, float[] biases, int[] starts, int[] indices, float[] weights, string source)
    {
        using (var model = new ModelKeyWriter(MLNetClass.Linear))
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
            WriteEntry($"{NextDirectory}/Model/Model.key", model.Finish());
        }
        WriteEntry($"{NextDirectory}/TrainSchema", EmptyDataView.Write(source, inputs));
        WriteScorerKey(source, label: null);
        return MLNetClass.Score;
    }

    /// <summary>y = W·x + b: the transform gives ⟨eigenvector, x⟩ − projected mean, here W's rows and −b.</summary>
    void WriteProjection(AffineLayer layer, string source, string sums)
    {
        // ML.NET projects no vector of one number: it is given twice, and the second time weighs nothing.
        if (layer.Inputs == 1)
        {
            WriteConcatenation([source, source], $"{sums}.Twice");
            float[] weightsAndZeros = [.. layer.Weights.SelectMany(weight => new[] { weight, 0 })];
            WriteProjection(layer with { Inputs = 2, Weights = weightsAndZeros }, $"{sums}.Twice", sums);
            return;
        }

        // Nor does it project to more dimensions than the input has: a layer that widens is cut into such projections.
        var parts = layer.Biases.Chunk(layer.Inputs).ToArray();
        string[] names = parts.Length == 1 ? [sums] : [.. parts.Select((_, i) => $"{sums}.{i + 1}")];

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
        WriteTransform(key);

        if (parts.Length > 1)
            WriteConcatenation(names, sums);
    }

    void WriteConcatenation(string[] sources, string target)
    {
        const int noAlias = -1;
        using var key = new ModelKeyWriter(MLNetClass.Concatenation);
        key.Add(1);
        key.Add(target);
        key.Add(sources.Length);
        foreach (var source in sources)
        {
            key.Add(source);
            key.Add(noAlias);
        }
        WriteTransform(key);
    }

    void WriteRelu(string source, string target)
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
        WriteTransform(key);
    }

    void WriteScorer(AffineLayer layer, IReadOnlyList<string> classNames, string source, ModelColumns columns)
    {
        var directory = NextDirectory;
        using (var model = new ModelKeyWriter(MLNetClass.MaximumEntropy))
        {
            model.Add(sizeof(float));
            model.Add(layer.Inputs);
            model.Add(layer.Outputs);
            model.Add(layer.Biases);
            // Dense: no row starts and no column indices.
            model.Add(0);
            model.Add(0);
            model.Add(layer.Weights.Length);
            model.Add(layer.Weights);

            using var names = new MemoryStream();
            using var writer = new BinaryWriter(names);
            foreach (var label in classNames)
                writer.Write(model.IndexOf(label));
            WriteEntry($"{directory}/Model/LabelNames", names.ToArray());
            WriteEntry($"{directory}/Model/Model.key", model.Finish());
        }

        // The schema the scorer was trained on: the texts of the predicted label are those of its label column.
        WriteEntry(
            $"{directory}/TrainSchema", trainSchema?.Invoke(source, layer.Inputs)
                ?? EmptyDataView.Write(source, layer.Inputs, columns.Label, classNames));

        WriteScorerKey(source, columns.Label);
    }

    void WriteScorerKey(string source, string? label)
    {
        const int noLabel = -1;
        using var key = new ModelKeyWriter(MLNetClass.Scorer);
        key.Add(source);
        if (label is null)
            key.Add(noLabel);
        else
            key.Add(label);
        key.Add(MLNetClass.Score);
        key.Add(MLNetClass.PredictedLabel);
        WriteTransform(key);
    }

    void WriteKeyToValue(string column)
    {
        using var key = new ModelKeyWriter(MLNetClass.KeyToValue);
        key.Add(1);
        key.Add(column);
        key.Add(column);
        WriteTransform(key);
    }

    void WriteChain()
    {
        using var key = new ModelKeyWriter(MLNetClass.Chain);
        key.Add(_transforms);
        for (var i = 0; i < _transforms; i++)
            key.Add(EveryScope);
        WriteEntry("TransformerChain/Model.key", key.Finish());
    }

    string NextDirectory => $"TransformerChain/Transform_{_transforms:000}";

    void WriteTransform(ModelKeyWriter key)
    {
        WriteEntry($"{NextDirectory}/Model.key", key.Finish());
        _transforms++;
    }

    void WriteEntry(string name, ReadOnlySpan<byte> content)
    {
        var entry = archive.CreateEntry(name, CompressionLevel.Optimal);
        // The clock and the file system have no say in the bytes.
        entry.LastWriteTime = new DateTime(1980, 1, 1);
        entry.ExternalAttributes = 0;
        using var stream = entry.Open();
        stream.Write(content);
    }
}
