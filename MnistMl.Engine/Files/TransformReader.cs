using System.Buffers.Binary;
using MnistMl.Model;

namespace MnistMl.Files;

/// <summary>
/// Reads the network out of a chain of ML.NET's transforms. It takes labels and layers, in the order in which they are
/// written; whether all else is as it should be, it finds out by making the transforms of that network and comparing.
/// </summary>
sealed class TransformReader(ModelArchive archive)
{
    const int ScoringScope = 4;

    /// <summary>The transforms that make up the network, with the folders they are in.</summary>
    readonly List<(string Folder, ModelKeyReader Key)> _transforms = [];

    /// <summary>Columns of labels that transforms map to others.</summary>
    readonly List<string> _mapped = [];

    /// <summary>Reads the network.</summary>
    public TrainedNetwork Read()
    {
        FindTransforms();
        var columns = ReadColumns();
        var network = archive.Has(ModelZip.Network) ? ReadNetworkEntry() : ReadNetwork(columns);
        Compare(network, columns);
        return network;
    }

    /// <summary>
    /// Takes apart chains of chains. ML.NET's pipelines map labels and choose columns beside the network, which is left
    /// out here.
    /// </summary>
    void FindTransforms()
    {
        const string root = $"{ModelZip.Chain}/{TransformWriter.Key}";
        if (!archive.Has(root))
            throw archive.Unknown(root, "is missing");
        // Not by recursion: the file would decide how deep it goes.
        var pending = new Stack<string>([ModelZip.Chain]);
        while (pending.TryPop(out var folder))
        {
            var key = archive.ReadKey($"{folder}/{TransformWriter.Key}");
            if (key.Is(MLNetClass.Chain))
            {
                foreach (var transform in Enumerable.Reverse(ReadChain(key)))
                    pending.Push(ModelZip.Folder(folder, transform));
            }
            else if (folder == ModelZip.Chain)
            {
                throw key.Unknown($"is a '{key.Loader}', where a '{MLNetClass.Chain.Loader}' was expected");
            }
            else if (key.Is(MLNetClass.ValueToKey) || key.Is(MLNetClass.KeyToValue))
            {
                _mapped.AddRange(ReadColumnPairs(key).Select(pair => pair.Output));
            }
            else if (key.Is(MLNetClass.Projection) || key.Is(MLNetClass.Concatenation)
                || key.Is(MLNetClass.Expression) || key.Is(MLNetClass.Scorer) || key.Is(MLNetClass.Onnx)
                || key.Is(MLNetClass.ImageLoading) || key.Is(MLNetClass.ImageResizing) || key.Is(MLNetClass.Grayscale)
                || key.Is(MLNetClass.PixelExtraction))
            {
                _transforms.Add((folder, key));
            }
            else if (!key.Is(MLNetClass.ColumnSelection))
            {
                throw key.Unknown($"is a '{key.Loader}', which is no part of such a network");
            }
        }
    }

    /// <summary>The numbers of those transforms of a chain that run when scoring.</summary>
    static List<int> ReadChain(ModelKeyReader key)
    {
        var transforms = new List<int>();
        var count = key.Count(sizeof(int));
        for (var i = 0; i < count; i++)
        {
            if ((key.Int32() & ScoringScope) != 0)
                transforms.Add(i);
        }
        key.End();
        return transforms;
    }

    static List<(string Output, string Input)> ReadColumnPairs(ModelKeyReader key)
    {
        var count = key.Count(2 * sizeof(int));
        var pairs = new List<(string, string)>(count);
        for (var i = 0; i < count; i++)
            pairs.Add((key.String(), key.String()));
        return pairs;
    }

    /// <summary>The columns, by the last transform, which has to be the scorer.</summary>
    ModelColumns ReadColumns()
    {
        if (_transforms is not [.., (_, var scorer)] || !scorer.Is(MLNetClass.Scorer))
            throw archive.Unknown(ModelZip.Chain, $"has no '{MLNetClass.Scorer.Loader}' at its end");
        var (source, label) = (scorer.String(), scorer.OptionalString());
        var relus = _transforms.Count(transform => transform.Key.Is(MLNetClass.Expression));
        var hasOnnx = _transforms.Exists(transform => transform.Key.Is(MLNetClass.Onnx));
        var hidden = hasOnnx ? TransformWriter.OnnxHidden("") : relus > 0 ? TransformWriter.Hidden("", relus) : "";
        if (label is null || !source.EndsWith(hidden, StringComparison.Ordinal))
            throw scorer.Unknown($"takes '{source}' and '{label}', where '…{hidden}' and a label were expected");
        var features = source[..^hidden.Length];
        return _mapped.Find(IsOfNetwork) is { } mapped
            ? throw archive.Unknown(ModelZip.Chain, $"maps labels to the column '{mapped}', which is the network's")
            : new ModelColumns(features, label, PredictsKeys: true, ReadImages(), hasOnnx);

        bool IsOfNetwork(string column) => column == features || column == MLNetClass.Score
            || column.StartsWith($"{features}.", StringComparison.Ordinal);
    }

    /// <summary>What images the pixels are extracted of; null if they are not.</summary>
    ImageInput? ReadImages()
    {
        var extraction = _transforms.Find(transform => transform.Key.Is(MLNetClass.PixelExtraction)).Key;
        if (extraction == null)
            return null;
        ReadColumnPairs(extraction);
        // Colors, their order, and the type.
        for (var i = 0; i < 3; i++)
            extraction.Byte();
        var offset = extraction.Singles(1)[0];
        return new(_transforms.Exists(transform => transform.Key.Is(MLNetClass.ImageLoading)), IsInkDark: offset != 0);
    }

    /// <summary>Reads the network as it was before it was lowered to transforms.</summary>
    TrainedNetwork ReadNetworkEntry()
    {
        const string entry = ModelZip.Network;
        var network = OnnxReader.Read(archive.Read(entry), what => archive.Damaged(entry, what));
        try
        {
            ModelLimits.ThrowIfUnwritable(network, asOnnx: false);
        }
        catch (MnistMlException)
        {
            throw NotHeld();
        }
        // It would be in the transforms as it is.
        return network.HasMaxPooling ? throw NotHeld() : network;

        MnistMlException NotHeld() => archive.Damaged(entry, "is of a network that no such file can hold");
    }

    TrainedNetwork ReadNetwork(ModelColumns columns)
    {
        var layers = new List<AffineLayer>();
        string[] classNames = [];
        string? onnx = null;
        foreach (var (i, (folder, key)) in _transforms.Index())
        {
            if (key.Is(MLNetClass.Onnx))
            {
                onnx = $"{folder}/{TransformWriter.OnnxModel}";
            }
            else if (key.Is(MLNetClass.Projection))
            {
                var layer = ReadProjection(key, columns.Features);
                // Columns of one number are joined with themselves. What else is joined is not projected.
                layers.Add(i > 0 && _transforms[i - 1].Key.Is(MLNetClass.Concatenation) ? ToOneInput(layer) : layer);
            }
            else if (key.Is(MLNetClass.Scorer))
            {
                var model = archive.ReadKey($"{folder}/{TransformWriter.ScorerModel}");
                var isLast = i == _transforms.Count - 1;
                var layer = ReadLinear(model, isLast ? MLNetClass.MaximumEntropy : MLNetClass.Linear);
                layers.Add(layer);
                if (isLast)
                    classNames = ReadLabels(model, $"{folder}/{TransformWriter.LabelNames}", layer.Outputs);
            }
        }
        if (onnx != null)
            return ReadOnnx(onnx, columns.Features, layers, classNames);
        try
        {
            return new TrainedNetwork(layers, classNames);
        }
        catch (ArgumentException)
        {
            throw archive.Unknown(ModelZip.Chain, "has layers or labels that do not fit each other");
        }
    }

    /// <summary>The network whose hidden layers are an ONNX model.</summary>
    TrainedNetwork ReadOnnx(string entry, string features, List<AffineLayer> layers, string[] classNames)
    {
        if (layers is not [var last])
            throw archive.Unknown(ModelZip.Chain, "has affine layers beside those of an ONNX model");
        var bytes = archive.Read(entry);
        return bytes.Length >= sizeof(int) && BinaryPrimitives.ReadInt32LittleEndian(bytes) == bytes.Length - sizeof(int)
            ? OnnxReader.ReadHiddenLayers(
                bytes.AsMemory(sizeof(int)), features, TransformWriter.OnnxHidden(features), last, classNames,
                what => archive.Unknown(entry, what))
            : throw archive.Damaged(entry, "has another length than it says");
    }

    /// <summary>A layer, in one part or, where it widens, in several.</summary>
    static AffineLayer ReadProjection(ModelKeyReader key, string features)
    {
        var pairs = ReadColumnPairs(key);
        var (inputs, weights, biases) = (0, new List<float[]>(), new List<float[]>());
        foreach (var (i, (output, _)) in pairs.Index())
        {
            // Written again, the parts have these names: so the file has to hold what they take in memory then.
            if (pairs.Count > 1 && output != TransformWriter.FirstSums(features, i + 1))
                throw key.Unknown($"makes a column '{output}', which is no part of a layer");
            inputs = key.Count(sizeof(float));
            var outputs = key.Count(sizeof(float));
            if (outputs > inputs)
                throw key.Damaged($"projects {inputs} dimensions to {outputs}");
            weights.Add(key.Singles((long)inputs * outputs));
            key.Expect(outputs, "length of the projected mean");
            biases.Add(Array.ConvertAll(key.Singles(outputs), mean => -mean));
        }
        key.End();
        return new(inputs, biases.Sum(part => part.Length), Join(weights), Join(biases));
    }

    static float[] Join(List<float[]> parts) => parts is [var whole] ? whole : [.. parts.SelectMany(part => part)];

    static AffineLayer ToOneInput(AffineLayer twice) =>
        twice with { Inputs = 1, Weights = [.. twice.Weights.Where((_, i) => i % 2 == 0)] };

    AffineLayer ReadLinear(ModelKeyReader model, MLNetClass @class)
    {
        if (!model.Is(@class))
            throw model.Unknown($"is a '{model.Loader}', where a '{@class.Loader}' was expected");
        model.Expect(sizeof(float), "size of a number");
        var inputs = model.Int32();
        var biases = model.Singles(model.Count(sizeof(float)));
        var starts = model.Int32s(model.Int32());
        var indices = model.Int32s(model.Int32());
        var weights = model.Singles(model.Int32());
        model.End();

        if (starts.Length == 0)
            return new(inputs, biases.Length, weights, biases);
        if (@class != MLNetClass.Linear)
            throw model.Unknown("leaves out zeros of the last layer");
        var sparse = new SparseAffineLayer(inputs, starts, indices, weights, biases);
        if (!sparse.IsValid)
            throw model.Damaged($"has weights without places for {inputs} inputs and {biases.Length} outputs");
        // A few places can stand for very many zeros: the file counts as if it held them.
        archive.TakeZeros(Math.Max(0, (long)inputs * biases.Length - starts.Length - indices.Length - weights.Length));
        return sparse.ToAffine();
    }

    string[] ReadLabels(ModelKeyReader model, string entry, int count)
    {
        // ML.NET does without them where the keys of the label have no texts.
        if (!archive.Has(entry))
            throw archive.Unknown(entry, "is missing");
        var names = archive.Read(entry);
        if (names.Length != count * (long)sizeof(int))
            throw archive.Damaged(entry, $"has {names.Length} bytes for {count} labels");
        var classNames = new string[count];
        for (var i = 0; i < count; i++)
            classNames[i] = model.StringAt(BinaryPrimitives.ReadInt32LittleEndian(names.AsSpan(i * sizeof(int))));
        return classNames;
    }

    /// <summary>Compares the transforms with those of the network, one at a time.</summary>
    void Compare(TrainedNetwork network, ModelColumns columns)
    {
        var count = 0;
        foreach (var transform in TransformWriter.Write(network, columns))
        {
            if (count == _transforms.Count
                || !Array.TrueForAll(transform, file => IsSame(_transforms[count].Folder, file)))
            {
                throw Differs(count);
            }
            count++;
        }
        if (count < _transforms.Count)
            throw Differs(count);
    }

    /// <summary>
    /// Whether a folder holds a file, be it saved by another version of ML.NET. The schema that a scorer was trained on
    /// makes no difference to its scores.
    /// </summary>
    bool IsSame(string folder, TransformFile file)
    {
        var entry = $"{folder}/{file.Name}";
        return file.Name switch
        {
            TransformWriter.TrainSchema => true,
            // Compared when it was read. The version of what wrote it may be another.
            TransformWriter.OnnxModel => archive.Has(entry),
            TransformWriter.LabelNames => archive.Has(entry) && file.Content.Span.SequenceEqual(archive.Read(entry)),
            _ => archive.Has(entry) && archive.ReadKey(entry).IsSameAs(new(file.Content, archive, entry)),
        };
    }

    UnknownModelException Differs(int transform)
    {
        var folder = transform < _transforms.Count ? _transforms[transform].Folder : ModelZip.Chain;
        return archive.Unknown(folder, "is not what is written of "
            + (archive.Has(ModelZip.Network) ? $"the network in {ModelZip.Network}" : "a network with these layers"));
    }
}
