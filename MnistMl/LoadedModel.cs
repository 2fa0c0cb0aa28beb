using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Data;
using MnistMl.Files;
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
    readonly Func<Dataset, IDataView> _view;
    readonly string _label;

    LoadedModel(Predictor predictor)
    {
        (Network, FeatureCount, ClassNames) = (predictor.Network, predictor.FeatureCount, predictor.ClassNames);
        _transformer = new NeuralNetworkTransformer(predictor, DatasetView.Pixels);
        (_view, _label) = (rows => new DatasetView(rows), DatasetView.Label);
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
            (_view, _label) = (rows => new ModelInput(rows, columns, pixels), ModelInput.TrueLabel);
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

    /// <summary>Number of pixels of a row.</summary>
    public int FeatureCount { get; }

    /// <summary>The classes, in the order of the scores.</summary>
    public IReadOnlyList<string> ClassNames { get; }

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

    /// <summary>The probabilities of the classes.</summary>
    /// <returns>[rows, classes]</returns>
    /// <exception cref="MnistMlException">Its scores are not finite numbers.</exception>
    public float[] Probabilities(Dataset rows)
    {
        var probabilities = Score(rows);
        if (probabilities.AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            Pipeline.ThrowIfNotFinite(probabilities.Chunk(ClassNames.Count).LongCount(scores => !scores.All(float.IsFinite)), rows.RowCount);
        return probabilities;
    }

    /// <summary>Tests the model.</summary>
    /// <param name="test">Rows whose class names are the model's, in its order, and perhaps others after them.</param>
    /// <exception cref="MnistMlException">Its scores are not finite numbers.</exception>
    public TestMetrics Evaluate(Dataset test) =>
        Pipeline.Evaluate(_mlContext, _transformer, test.ClassNames, ClassNames.Count, _view(test), _label);

    float[] Score(Dataset rows)
    {
        var probabilities = new float[(long)rows.RowCount * ClassNames.Count];
        if (_transformer is NeuralNetworkTransformer network)
        {
            if (rows.Range.IsBytes)
                network.Model.Probabilities(rows.Pixels, probabilities);
            else
                ScoreValues(network.Model, rows, probabilities);
            return probabilities;
        }

        var scored = _transformer.Transform(_view(rows));
        var score = scored.Schema[ScoredSchema.Score];
        using var cursor = scored.GetRowCursor([score]);
        var getScores = cursor.GetGetter<VBuffer<float>>(score);
        VBuffer<float> scores = default;
        for (var start = 0; cursor.MoveNext(); start += ClassNames.Count)
        {
            getScores(ref scores);
            scores.CopyTo(probabilities.AsSpan(start, ClassNames.Count));
        }
        return probabilities;
    }

    /// <summary>Scores rows whose bytes stand for other values, some at a time: as floats, they take four times the memory.</summary>
    static void ScoreValues(Predictor predictor, Dataset rows, Span<float> probabilities)
    {
        const int some = 4096;
        var values = rows.Range.Values();
        var features = new float[Math.Min(some, rows.RowCount) * rows.FeatureCount];
        for (var start = 0; start < rows.RowCount; start += some)
        {
            var part = rows.Slice(start, Math.Min(some, rows.RowCount - start));
            for (var i = 0; i < part.Pixels.Length; i++)
                features[i] = values[part.Pixels[i]];
            predictor.Probabilities(
                features.AsSpan(0, part.Pixels.Length),
                probabilities.Slice(start * predictor.ClassNames.Count, part.RowCount * predictor.ClassNames.Count));
        }
    }
}
