using System.Buffers.Binary;
using MnistMl.Model;

namespace MnistMl.Files;

/// <summary>
/// Reads the network out of a chain of ML.NET's transforms: follows what each makes of which column, up to the scorer,
/// and from the column that the scorer takes back to the input. Refuses any transform it does not know.
/// </summary>
sealed class ZipReader(ModelArchive archive)
{
    const string Root = "TransformerChain";
    const int ScoringScope = 4;

    readonly Dictionary<string, Column> _columns = [];
    Scorer? _scorer;

    /// <summary>Reads the network with the zeros that the file leaves out.</summary>
    public TrainedNetwork Read()
    {
        var (layers, classNames) = ReadLayers();
        try
        {
            return new TrainedNetwork([.. layers.Select(layer => Join([.. layer.Parts.Select(part => part.ToAffine())]))], classNames);
        }
        catch (ArgumentException e)
        {
            throw new MnistMlException(DoNotFit().Message, e);
        }
    }

    /// <summary>Reads what the network takes and says. All weights are checked, but no zeros put between them.</summary>
    public (int Features, IReadOnlyList<string> Labels) ReadShape()
    {
        var (layers, classNames) = ReadLayers();
        return (layers[0].Inputs, classNames);
    }

    (IReadOnlyList<Sums> Layers, string[] Labels) ReadLayers()
    {
        // Chains hold chains. Not by recursion: the file would decide how deep it goes.
        var pending = new Stack<string>([Root]);
        while (pending.TryPop(out var directory))
        {
            var key = archive.ReadKey(directory);
            if (key.Is(MLNetClass.Chain))
            {
                foreach (var transform in Enumerable.Reverse(ReadChain(key)))
                    pending.Push($"{directory}/Transform_{transform:000}");
            }
            else if (_scorer is null)
            {
                ReadTransform(key, directory);
            }
            else if (key.Is(MLNetClass.KeyToValue))
            {
                if (ReadColumnPairs(key).Any(pair => pair.Output == MLNetClass.Score))
                    throw key.Foreign($"replaces the column '{MLNetClass.Score}'");
            }
            else if (!key.Is(MLNetClass.ColumnSelection))
            {
                throw key.Foreign($"is a '{key.Loader}' after the scorer, where only a "
                    + "mapping or choice of columns was expected");
            }
        }
        return Follow(_scorer ?? throw archive.Foreign(Root, $"has no '{MLNetClass.Scorer.Loader}'"));
    }

    void ReadTransform(ModelKeyReader key, string directory)
    {
        if (key.Is(MLNetClass.Projection))
            ReadAffine(key);
        else if (key.Is(MLNetClass.Concatenation))
            ReadConcatenation(key);
        else if (key.Is(MLNetClass.Expression))
            ReadRelu(key);
        else if (key.Is(MLNetClass.Scorer))
            ReadScorer(key, directory);
        else if (key.Is(MLNetClass.ValueToKey) || key.Is(MLNetClass.KeyToValue))
            ReadLabelMapping(key);
        else
            throw key.Foreign($"is a '{key.Loader}', which is no part of such a network");
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

    void ReadAffine(ModelKeyReader key)
    {
        var pairs = ReadColumnPairs(key);
        // All read before any is made: a transform's columns do not see each other.
        var sources = pairs.ConvertAll(pair => Find(pair.Input));
        for (var i = 0; i < pairs.Count; i++)
        {
            var inputs = key.Count(sizeof(float));
            var outputs = key.Count(sizeof(float));
            var weights = key.Singles((long)inputs * outputs);
            key.Expect(outputs, "length of the projected mean");
            var biases = Array.ConvertAll(key.Singles(outputs), mean => -mean);
            var layer = new AffineLayer(inputs, outputs, weights, biases);
            _columns[pairs[i].Output] = sources[i] is Twice twice
                ? new Sums(twice.Column, [Part.Of(ToOneInput(layer, key))])
                : new Sums(sources[i], [Part.Of(layer)]);
        }
        key.End();
    }

    static AffineLayer ToOneInput(AffineLayer twice, ModelKeyReader key)
    {
        if (twice.Inputs != 2 || twice.Weights.Where((weight, i) => i % 2 == 1 && weight != 0).Any())
            throw key.Foreign("takes a column that is joined with itself, and weighs it twice");
        return twice with { Inputs = 1, Weights = [.. twice.Weights.Where((_, i) => i % 2 == 0)] };
    }

    /// <summary>Joins the parts of a layer that widens, or a column of one number with itself.</summary>
    void ReadConcatenation(ModelKeyReader key)
    {
        key.Expect(1, "number of columns");
        var output = key.String();
        var parts = new List<Column>();
        var count = key.Count(2 * sizeof(int));
        for (var i = 0; i < count; i++)
        {
            parts.Add(Find(key.String()));
            // The alias, which names slots.
            _ = key.Int32();
        }
        key.End();

        if (parts is [Input or Activations, _] && parts[0] == parts[1])
        {
            _columns[output] = new Twice(parts[0]);
            return;
        }
        // Each part once and parts of parts never: what a file can make us copy grows with what it holds.
        if (parts[0] is not Sums first || parts.Distinct().Count() != count || !parts.TrueForAll(first.CanBeJoinedWith))
            throw key.Foreign($"joins columns to '{output}' that are not the parts of one layer");
        _columns[output] = new Sums(first.Source, [.. parts.Cast<Sums>().Select(part => part.Parts[0])]);
    }

    void ReadRelu(ModelKeyReader key)
    {
        key.Expect(1, "number of columns");
        key.Expect(1, "number of inputs");
        var input = key.String();
        var expression = key.String();
        if (expression != MLNetClass.Relu)
            throw key.Foreign($"computes '{expression}', where '{MLNetClass.Relu}' was expected");
        var output = key.String();
        key.Expect(0, "vector input");
        key.Expect(MLNetClass.SinglePrecision, "kind of the input");
        key.End();
        if (Find(input) is not Sums sums)
            throw key.Foreign($"takes the column '{input}', which is not an affine layer");
        _columns[output] = new Activations(sums);
    }

    /// <summary>The last layer with its softmax, or a linear model, which is a layer without its ReLU.</summary>
    void ReadScorer(ModelKeyReader key, string directory)
    {
        var source = Find(key.String());
        // The label's column, if it has one.
        _ = key.Int32();
        key.Expect(MLNetClass.Score, "column of the scores");
        key.Expect(MLNetClass.PredictedLabel, "column of the predicted label");
        key.End();

        var model = archive.ReadKey($"{directory}/Model");
        if (model.Is(MLNetClass.Linear))
        {
            _columns[MLNetClass.Score] = new Sums(source, [ReadLinear(model)]);
            _columns[MLNetClass.PredictedLabel] = new Mapped();
            return;
        }
        if (!model.Is(MLNetClass.MaximumEntropy))
            throw model.Foreign($"is a '{model.Loader}', not a '{MLNetClass.MaximumEntropy.Loader}'");
        var layer = ReadLinear(model);
        _scorer = new Scorer(new Sums(source, [layer]), ReadLabels(model, directory, layer.Outputs));
    }

    Part ReadLinear(ModelKeyReader model)
    {
        model.Expect(sizeof(float), "size of a number");
        var inputs = model.Int32();
        var outputs = model.Count(sizeof(float));
        var biases = model.Singles(outputs);
        var starts = model.Int32s(model.Int32());
        var indices = model.Int32s(model.Int32());
        var weights = model.Singles(model.Int32());
        model.End();

        var isDense = starts.Length == 0 && indices.Length == 0;
        if (inputs <= 0 || isDense && weights.Length != (long)inputs * outputs)
            throw model.Damaged($"has {weights.Length} weights for {inputs} inputs and {outputs} classes");
        if (isDense)
            return Part.Of(new AffineLayer(inputs, outputs, weights, biases));
        var sparse = new SparseAffineLayer(inputs, starts, indices, weights, biases);
        CheckPlaces(model, sparse);
        return new Part(inputs, outputs, () => WithZeros(sparse));
    }

    static void CheckPlaces(ModelKeyReader model, SparseAffineLayer layer)
    {
        var (inputs, outputs, starts, indices, weights) = (layer.Inputs, layer.Outputs, layer.Starts, layer.Indices, layer.Weights);
        if (starts.Length != outputs + 1L || starts[0] != 0 || starts[^1] != indices.Length
            || indices.Length != weights.Length)
        {
            throw model.Damaged($"has {weights.Length} weights in {indices.Length} places for {outputs} classes, "
                + "which do not fit each other");
        }
        for (var output = 0; output < outputs; output++)
        {
            if (starts[output + 1] < starts[output] || starts[output + 1] > weights.Length)
                throw model.Damaged("has rows of weights that do not follow each other");
            for (var (i, last) = (starts[output], -1); i < starts[output + 1]; last = indices[i++])
            {
                if (indices[i] <= last || indices[i] >= inputs)
                {
                    throw model.Damaged($"has a weight for input {indices[i]}, where one above {last} "
                        + $"and below {inputs} was expected");
                }
            }
        }
    }

    /// <summary>Puts the weights that are not zero in their places.</summary>
    AffineLayer WithZeros(SparseAffineLayer layer)
    {
        // A few places can stand for very many zeros: the file counts as if it held them.
        archive.TakeZeros(Math.Max(
            0, (long)layer.Inputs * layer.Outputs - layer.Starts.Length - layer.Indices.Length - layer.Weights.Length));
        return layer.ToAffine();
    }

    string[] ReadLabels(ModelKeyReader model, string directory, int count)
    {
        var entry = $"{directory}/Model/LabelNames";
        var names = archive.Read(entry);
        if (names.Length != count * (long)sizeof(int))
            throw archive.Damaged(entry, $"has {names.Length} bytes for {count} labels");
        var classNames = new string[count];
        for (var i = 0; i < count; i++)
            classNames[i] = model.StringAt(BinaryPrimitives.ReadInt32LittleEndian(names.AsSpan(i * sizeof(int))));
        return classNames;
    }

    /// <summary>ML.NET's pipelines map labels beside the network: left out, unless it takes them in.</summary>
    void ReadLabelMapping(ModelKeyReader key)
    {
        foreach (var (output, _) in ReadColumnPairs(key))
            _columns[output] = new Mapped();
    }

    static List<(string Output, string Input)> ReadColumnPairs(ModelKeyReader key)
    {
        var count = key.Count(2 * sizeof(int));
        var pairs = new List<(string, string)>(count);
        for (var i = 0; i < count; i++)
            pairs.Add((key.String(), key.String()));
        return pairs;
    }

    /// <summary>Follows the columns from the scorer back to the input.</summary>
    (IReadOnlyList<Sums> Layers, string[] Labels) Follow(Scorer scorer)
    {
        var layers = new Stack<Sums>([scorer.Layer]);
        while (layers.Peek().Source is Activations { Sums: var sums })
        {
            if (layers.Peek().Inputs != sums.Outputs)
                throw DoNotFit();
            layers.Push(sums);
        }
        return layers.Peek().Source is Input
            ? ([.. layers], scorer.Labels)
            : throw archive.Foreign(Root, "has a layer that takes neither the input nor the ReLU of another layer");
    }

    MnistMlException DoNotFit() => archive.Damaged(Root, "has layers or labels that do not fit each other");

    static AffineLayer Join(IReadOnlyList<AffineLayer> parts)
    {
        if (parts.Count == 1)
            return parts[0];
        float[] biases = [.. parts.SelectMany(part => part.Biases)];
        float[] weights = [.. parts.SelectMany(part => part.Weights)];
        return new AffineLayer(parts[0].Inputs, biases.Length, weights, biases);
    }

    /// <summary>What a column holds. One that no transform has made is the input.</summary>
    Column Find(string name)
    {
        if (!_columns.TryGetValue(name, out var column))
            _columns[name] = column = new Input();
        return column;
    }

    abstract class Column;

    sealed class Input : Column;

    /// <summary>Keys or texts, of which no network is made.</summary>
    sealed class Mapped : Column;

    /// <summary>A column of one number, joined with itself.</summary>
    sealed class Twice(Column column) : Column
    {
        public Column Column => column;
    }

    /// <summary>An affine layer of a column, in one part or, where it widens, in several.</summary>
    sealed class Sums(Column source, IReadOnlyList<Part> parts) : Column
    {
        public Column Source => source;
        public IReadOnlyList<Part> Parts => parts;
        public int Inputs => parts[0].Inputs;
        public long Outputs => parts.Sum(part => (long)part.Outputs);

        public bool CanBeJoinedWith(Column other) =>
            other is Sums { Parts: [var part] } sums && sums.Source == source && part.Inputs == Inputs;
    }

    /// <summary>An affine layer whose zeros, if it has them left out, take no memory yet.</summary>
    sealed record Part(int Inputs, int Outputs, Func<AffineLayer> ToAffine)
    {
        public static Part Of(AffineLayer layer) => new(layer.Inputs, layer.Outputs, () => layer);
    }

    sealed class Activations(Sums sums) : Column
    {
        public Sums Sums => sums;
    }

    sealed record Scorer(Sums Layer, string[] Labels);
}
