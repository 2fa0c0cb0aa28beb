using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Data;
using MnistMl.Files;
using MnistMl.Images;
using MnistMl.Inference;
using MnistMl.MLNet;
using MnistMl.Model;

namespace MnistMl;

/// <summary>
/// A model file: what this program has trained goes through its engine, any other multiclass model of ML.NET's, be it of a
/// stock trainer, through ML.NET.
/// </summary>
sealed class LoadedModel
{
    readonly MLContext _mlContext = new(seed: 1);
    readonly ITransformer _transformer;
    readonly Func<IDataView, IDataView> _input;
    readonly string _label;

    /// <summary>A network that is loaded already.</summary>
    public LoadedModel(Predictor predictor)
    {
        (Network, FeatureCount, ClassNames) = (predictor.Network, predictor.FeatureCount, predictor.ClassNames);
        _transformer = new NeuralNetworkTransformer(predictor, DatasetView.Pixels);
        (_input, _label) = (rows => rows, DatasetView.Label);
    }

    LoadedModel(string path, UnknownModelException unknown)
    {
        DataViewSchema.Column pixels;
        try
        {
            _transformer = _mlContext.Model.Load(path, out var columns);
            var output = _transformer.GetOutputSchema(columns);
            var score = Columns.FindFeatures(output, ScoredSchema.Score);
            if (ScoredSchema.KindOf(score) != ScoredSchema.Multiclass)
                throw new InvalidDataException("The scores are none of classes.");
            ClassNames = LabelColumn.ClassNamesOf(output, score);
            pixels = _transformer.GetRowToRowMapper(columns).GetDependencies([score]).Single();
            FeatureCount = ((VectorDataViewType)Columns.FindFeatures(columns, pixels.Name).Type).Size;
            (_input, _label) = (rows => new ModelInput(rows, columns, pixels), ModelInput.TrueLabel);
        }
        // There is no end to what a stranger's model may do.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new MnistMlException($"The model file '{path}' holds neither a network of this program nor another model of ML.NET's "
                + "that scores classes from one vector of pixels. Name another file, or train a model here.", new AggregateException(unknown, e));
        }
    }

    /// <summary>The network; null where it is another model, which ML.NET runs.</summary>
    public TrainedNetwork? Network { get; }

    /// <summary>Whether the values that it takes are bytes, as far as its weights tell.</summary>
    public bool TakesBytes => Network is { InputSpan: > byte.MaxValue / 4 };

    /// <summary>The greatest value of the images that it takes: of the usual ones, the nearest to what its weights tell.</summary>
    public float MaxPixel => Network?.InputMax ?? byte.MaxValue;

    /// <summary>Number of pixels of a row.</summary>
    public int FeatureCount { get; }

    /// <summary>The classes, in the order of the scores.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Those of a picture's warnings that hold: where classes are no digits, it need not look like one.</summary>
    public IReadOnlyList<string> WarningsOf(IReadOnlyList<string> warnings) =>
        ClassNames.All(name => name is [>= '0' and <= '9']) ? warnings : [.. warnings.Where(warning => warning != MnistForm.NoDigit)];

    /// <summary>Loads a model from a file.</summary>
    /// <exception cref="MnistMlException">The file cannot be read, or holds something that makes no scores of pixels.</exception>
    public static LoadedModel Load(string path)
    {
        try
        {
            return new(Predictor.Load(path));
        }
        catch (UnknownModelException unknown)
        {
            return new(path, unknown);
        }
    }

    /// <summary>Computes the probabilities of the classes.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="probabilities">[rows, classes], to be written.</param>
    /// <param name="rowsBefore">Number of rows that came before them, for error messages.</param>
    /// <exception cref="MnistMlException">Its scores are not finite numbers.</exception>
    public void Score(RowBatch rows, Span<float> probabilities, long rowsBefore = 0)
    {
        if (_transformer is not NeuralNetworkTransformer network)
            ScoreByMLNet(rows, probabilities);
        else if (rows.AreBytes)
            network.Model.Probabilities(rows.Bytes.Span, probabilities);
        else
            network.Model.Probabilities(rows.Floats.Span, probabilities);
        if (probabilities.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
        {
            Pipeline.ThrowIfNotFinite(
                probabilities.ToArray().Chunk(ClassNames.Count).LongCount(scores => !scores.All(float.IsFinite)), rowsBefore + rows.RowCount);
        }
    }

    /// <summary>Tests the model.</summary>
    /// <param name="test">Rows whose class names are the model's, in its order, and perhaps others after them.</param>
    /// <exception cref="MnistMlException">Its scores are not finite numbers.</exception>
    public TestMetrics Evaluate(Dataset test) =>
        Pipeline.Evaluate(_mlContext, _transformer, test.ClassNames, ClassNames.Count, _input(new DatasetView(test)), _label);

    void ScoreByMLNet(RowBatch rows, Span<float> probabilities)
    {
        var schema = SchemaDefinition.Create(typeof(PixelRow));
        schema[DatasetView.Pixels].ColumnType = new VectorDataViewType(NumberDataViewType.Single, FeatureCount);
        var scored = _transformer.Transform(_input(_mlContext.Data.LoadFromEnumerable(PixelRows(rows, FeatureCount), schema)));
        var score = scored.Schema[ScoredSchema.Score];
        using var cursor = scored.GetRowCursorSet([score], 1)[0];
        var getScores = cursor.GetGetter<VBuffer<float>>(score);
        VBuffer<float> scores = default;
        for (; cursor.MoveNext(); probabilities = probabilities[ClassNames.Count..])
        {
            getScores(ref scores);
            scores.CopyTo(probabilities[..ClassNames.Count]);
        }
    }

    /// <summary>Rows as ML.NET takes them: always the same object, for it copies them.</summary>
    static IEnumerable<PixelRow> PixelRows(RowBatch rows, int featureCount)
    {
        var row = new PixelRow { Pixels = new float[featureCount] };
        for (var start = 0; start < rows.RowCount * featureCount; start += featureCount)
        {
            for (var i = 0; i < featureCount; i++)
                row.Pixels[i] = rows.AreBytes ? rows.Bytes.Span[start + i] : rows.Floats.Span[start + i];
            yield return row;
        }
    }

    sealed class PixelRow
    {
        public required float[] Pixels { get; init; }
    }
}
