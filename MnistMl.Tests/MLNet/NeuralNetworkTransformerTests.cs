using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Data;
using MnistMl.Inference;
using MnistMl.MLNet;
using MnistMl.Model;
using MnistMl.Tests.Model;
using MnistMl.Training;
using Options = MnistMl.MLNet.NeuralNetworkMulticlassTrainer.Options;

namespace MnistMl.Tests.MLNet;

/// <summary>The fitted network as ML.NET uses it: beside a stock trainer's model, and beside what it is saved as.</summary>
public sealed class NeuralNetworkTransformerTests
{
    static readonly Options _quick = new() { HiddenLayers = [8], Epochs = 10, BatchSize = 16, LearningRate = 0.01, NumberOfThreads = 1, Seed = 1 };

    readonly MLContext _context = new(seed: 1);

    public static TheoryData<string> Labels { get; } = ["text", "whole", "float", "date", "keys"];

    [Theory]
    [MemberData(nameof(Labels))]
    public void Its_columns_are_those_of_a_stock_trainer_in_order_type_and_annotations(string labels)
    {
        var data = LabelledBy(labels);
        var trainers = _context.MulticlassClassification.Trainers;
        var stock = trainers.LbfgsMaximumEntropy().Fit(data).GetOutputSchema(data.Schema);

        var model = trainers.NeuralNetwork(_quick).Fit(data);

        Assert.Equal(Describe(stock), Describe(model.GetOutputSchema(data.Schema)));
        Assert.Equal(Describe(stock), Describe(model.Transform(data).Schema));
        Assert.Equal(Describe(stock), Describe(((ITransformer)model).GetRowToRowMapper(data.Schema).OutputSchema));
        Assert.Equal(Describe(stock), Describe(SavedAndLoaded(model, data.Schema).GetOutputSchema(data.Schema)));
    }

    [Theory]
    [MemberData(nameof(Labels))]
    public void It_scores_as_what_it_is_saved_as_scores(string labels)
    {
        var data = LabelledBy(labels);
        var model = _context.MulticlassClassification.Trainers.NeuralNetwork(_quick).Fit(data);

        AssertSame(SavedAndLoaded(model, data.Schema).Transform(data), model.Transform(data));
    }

    [Theory]
    [InlineData("conv 4 3x3, average 2x2, dense 6")]
    [InlineData("conv 3 5x5 /2 +1, conv 4 3x3")]
    public void A_convolutional_network_scores_as_what_it_is_saved_as_scores(string words)
    {
        var network = Networks.Images(1, NetworkParser.Parse(words), featureCount: 144);
        var random = new Random(1);
        var data = Vectors(144, [.. Enumerable.Range(0, 30).Select(_ =>
            new VBuffer<float>(144, [.. Enumerable.Range(0, 144).Select(_ => (float)Math.Max(0, random.Next(-600, 256)))]))]);
        var model = new NeuralNetworkTransformer(new Predictor(network));

        AssertSame(SavedAndLoaded(model, data.Schema).Transform(data), model.Transform(data));
    }

    [Fact]
    public void Missing_and_infinite_features_score_as_in_what_it_is_saved_as()
    {
        var network = Networks.Random(1, 3, 8, 3);
        var data = Vectors(3,
        [
            new(3, [1, 2, 3]), new(3, [float.NaN, 2, 3]), new(3, [1, 2, float.NaN]), new(3, [float.NaN, float.NaN, float.NaN]),
            new(3, [0, 0, 0]), new(3, 1, [5], [1]), new(3, 1, [float.NaN], [2]), new(3, 0, [], []),
        ]);
        var model = new NeuralNetworkTransformer(new Predictor(network));

        var (expected, actual) = (SavedAndLoaded(model, data.Schema).Transform(data), model.Transform(data));

        AssertSame(expected, actual);
        Assert.Equal([false, true, true, true, false, false, true, false], actual.GetColumn<float[]>("Score").Select(scores => scores.Any(float.IsNaN)));
        Assert.Equal([1, 2, 3, 6], actual.GetColumn<uint>("PredictedLabel").Index().Where(row => row.Item == 0).Select(row => row.Index));
    }

    [Fact]
    public void It_scores_rows_that_are_filtered_and_shuffled()
    {
        var data = Flower.Prepared(_context);
        var model = _context.MulticlassClassification.Trainers.NeuralNetwork(_quick).Fit(data);
        var scoreOf = Scores(model.Transform(data));
        Assert.Equal(Flower.Count, scoreOf.Count);

        var filtered = Scores(model.Transform(_context.Data.FilterRowsByColumn(data, "Length", lowerBound: 0.1, upperBound: 2.1)));
        Assert.InRange(filtered.Count, 100, Flower.Count - 1);
        Assert.Equal(scoreOf.Where(row => row.Key is >= 0.1f and < 2.1f), filtered.OrderBy(row => scoreOf.IndexOf(row.Key)));
        // Scored first, the rows left out are never asked for their scores.
        Assert.Equal(filtered, Scores(_context.Data.FilterRowsByColumn(model.Transform(data), "Length", lowerBound: 0.1, upperBound: 2.1)));

        var shuffled = Scores(_context.Data.ShuffleRows(model.Transform(data), seed: 3));
        Assert.NotEqual(scoreOf.Keys, shuffled.Keys);
        Assert.Equal(scoreOf, shuffled.OrderBy(row => scoreOf.IndexOf(row.Key)));
    }

    [Fact]
    public void Several_cursors_share_the_rows_with_the_same_scores()
    {
        var pixels = new byte[300 * 6];
        new Random(1).NextBytes(pixels);
        var data = new DatasetView(new Dataset(pixels, default, 6, []), "Features");
        var view = new NeuralNetworkTransformer(new Predictor(Networks.Random(1, 6, 8, 3))).Transform(data);
        var expected = view.GetColumn<float[]>("Score").ToArray();
        var (seen, id, score) = (0, default(DataViewRowId), default(VBuffer<float>));

        var cursors = view.GetRowCursorSet([view.Schema["Score"]], 3);

        Assert.Equal(3, cursors.Length);
        foreach (var cursor in cursors)
        {
            using (cursor)
            {
                var (getId, getScore) = (cursor.GetIdGetter(), cursor.GetGetter<VBuffer<float>>(view.Schema["Score"]));
                for (; cursor.MoveNext(); seen++)
                {
                    getId(ref id);
                    getScore(ref score);
                    Assert.Equal(expected[(int)id.Low], score.DenseValues());
                }
            }
        }
        Assert.Equal(300, seen);
    }

    [Fact]
    public void A_cursor_has_only_the_columns_that_it_was_asked_for_and_the_ids_of_its_rows()
    {
        var data = Flower.Prepared(_context);
        var view = _context.MulticlassClassification.Trainers.NeuralNetwork(_quick).Fit(data).Transform(data);

        using var cursor = view.GetRowCursor([view.Schema["Score"]]);
        using var source = data.GetRowCursor([]);

        Assert.True(cursor.IsColumnActive(view.Schema["Score"]));
        Assert.False(cursor.IsColumnActive(view.Schema["PredictedLabel"]));
        Assert.False(cursor.IsColumnActive(view.Schema["Features"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cursor.GetGetter<uint>(view.Schema["PredictedLabel"]));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<uint>(view.Schema["Score"]));
        var (getId, getSourceId) = (cursor.GetIdGetter(), source.GetIdGetter());
        var (id, sourceId) = (default(DataViewRowId), default(DataViewRowId));
        for (var row = 0; cursor.MoveNext(); row++)
        {
            Assert.True(source.MoveNext());
            getId(ref id);
            getSourceId(ref sourceId);
            Assert.Equal((sourceId, (long)row), (id, cursor.Position));
        }
        Assert.False(source.MoveNext());
        Assert.Equal(data.GetRowCount(), view.GetRowCount());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Score_columns_that_are_there_already_are_hidden_as_by_a_stock_trainer(int times)
    {
        var data = Flower.Prepared(_context);
        var linear = _context.MulticlassClassification.Trainers.LbfgsMaximumEntropy().Fit(data);
        var scored = Enumerable.Range(0, times).Aggregate(data, (rows, _) => linear.Transform(rows));
        var stock = _context.MulticlassClassification.Trainers.NaiveBayes().Fit(scored).Transform(scored);

        var model = _context.MulticlassClassification.Trainers.NeuralNetwork(_quick).Fit(scored);
        var again = model.Transform(scored);

        Assert.Equal(stock.Schema.Select(column => (column.Name, column.IsHidden)), again.Schema.Select(column => (column.Name, column.IsHidden)));
        Assert.Equal(model.Transform(data).GetColumn<float[]>("Score"), again.GetColumn<float[]>("Score"));
        // The hidden column is still that of the linear model.
        var hidden = again.Schema.Last(column => column.Name == "Score" && column.IsHidden);
        Assert.Equal(scored.GetColumn<float[]>("Score"), again.GetColumn<float[]>(hidden));
        AssertSame(SavedAndLoaded(model, scored.Schema).Transform(scored), again);
    }

    [Fact]
    public void A_prediction_engine_gives_the_scores_of_the_view()
    {
        var data = Flower.View(_context);
        var model = Flower.Preparation(_context).Append(_context.MulticlassClassification.Trainers.NeuralNetwork(_quick))
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(data);
        using var engine = _context.Model.CreatePredictionEngine<Flower, FlowerPrediction>(model);

        var predictions = Flower.Garden().ConvertAll(engine.Predict);

        var scored = model.Transform(data);
        Assert.Equal(scored.GetColumn<float[]>("Score"), predictions.Select(prediction => prediction.Score));
        Assert.Equal(scored.GetColumn<string>("PredictedLabel"), predictions.Select(prediction => prediction.PredictedLabel));
    }

    [Fact]
    public async Task Any_number_of_threads_may_transform_at_once()
    {
        var data = Flower.Prepared(_context);
        var model = _context.MulticlassClassification.Trainers.NeuralNetwork(_quick).Fit(data);
        var expected = model.Transform(data).GetColumn<float[]>("Score").ToArray();

        var threads = Enumerable.Range(0, 8).Select(_ => Task.Run(() => model.Transform(data).GetColumn<float[]>("Score").ToArray()));

        Assert.All(await Task.WhenAll(threads), scores => Assert.Equal(expected, scores));
    }

    [Fact]
    public void It_has_the_history_of_its_training_and_none_where_there_was_no_training()
    {
        var reports = new List<EpochSummary>();
        var (train, validation) = (Flower.Prepared(_context), Flower.Prepared(_context, seed: 2));
        var trainer = _context.MulticlassClassification.Trainers.NeuralNetwork(_quick with
        {
            Progress = new Reports(report => reports.AddRange(report.Completed is { } summary ? [summary] : [])),
        });

        var model = Flower.Preparation(_context).Append(trainer).Fit(Flower.View(_context)).LastTransformer;
        Assert.Equal(Enumerable.Range(1, 10), model.Training!.History.Select(epoch => epoch.Epoch));
        Assert.Equal(reports, model.Training.History);
        Assert.All(model.Training.History, epoch => Assert.Null(epoch.ValidationLoss));
        Assert.False(model.Training.IsCancelled);
        Assert.Same(model.Model.Network, model.Training.Network);

        Assert.All(trainer.Fit(train, validation).Training!.History, epoch => Assert.NotNull(epoch.ValidationLoss));
        Assert.Null(new NeuralNetworkTransformer(model.Model).Training);
    }

    [Fact]
    public void Cross_validation_gives_each_folds_network_with_its_history()
    {
        var folds = _context.MulticlassClassification.CrossValidate(
            Flower.View(_context), Flower.Preparation(_context).Append(_context.MulticlassClassification.Trainers.NeuralNetwork(_quick)), numberOfFolds: 3);

        var networks = folds.Select(fold => ((TransformerChain<NeuralNetworkTransformer>)fold.Model).LastTransformer).ToArray();
        Assert.All(networks, network => Assert.Equal(10, network.Training!.History.Count));
        Assert.Equal(3, networks.Select(network => network.Training!.History[^1].TrainLoss).Distinct().Count());
    }

    [Fact]
    public void Permuting_a_feature_that_matters_costs_accuracy()
    {
        var data = Flower.Prepared(_context);
        var model = _context.MulticlassClassification.Trainers.NeuralNetwork(_quick with { Epochs = 30 }).Fit(data);

        var importance = _context.MulticlassClassification.PermutationFeatureImportance(model, data);

        Assert.Equal(3, importance.Length);
        Assert.True(importance.Max(feature => -feature.MicroAccuracy.Mean) > 0.2);
    }

    [Fact]
    public void Features_of_another_length_or_type_are_refused()
    {
        var model = new NeuralNetworkTransformer(new Predictor(Networks.Random(1, 3, 2)), "Features");

        var longer = Vectors(4, [new(4, [1, 2, 3, 4])]);
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => model.Transform(longer));
        Assert.StartsWith("The feature column 'Features' is of type Vector<Single, 4>, not Vector<Single, 3>.", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.GetOutputSchema(longer.Schema));
        refused = Assert.Throws<ArgumentOutOfRangeException>(() => model.Transform(Flower.View(_context)));
        Assert.StartsWith("There is no feature column 'Features'.", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => model.Transform(null!));
    }

    /// <summary>Flowers whose labels are keys of texts, numbers, dates or nothing.</summary>
    IDataView LabelledBy(string labels) => labels switch
    {
        "text" => Keyed(flower => flower.Species),
        "whole" => Keyed(flower => flower.Number()),
        "float" => Keyed(flower => flower.Number() + 0.5f),
        "date" => Keyed(flower => new DateTime(2000, 1, flower.Number())),
        _ => _context.Transforms.Concatenate("Features", "Length", "Width").Fit(Keys()).Transform(Keys()),
    };

    IDataView Keyed<T>(Func<Flower, T> value)
    {
        var data = _context.Data.LoadFromEnumerable(Flower.Garden().Select(flower => new Labelled<T>(value(flower), flower.Length, flower.Width)));
        return _context.Transforms.Conversion.MapValueToKey("Label", "Value")
            .Append(_context.Transforms.Concatenate("Features", "Length", "Width")).Fit(data).Transform(data);
    }

    IDataView Keys() => _context.Data.LoadFromEnumerable(
        Flower.Garden().Select(flower => new KeyOnly((uint)flower.Number() / 10, flower.Length, flower.Width)));

    IDataView Vectors(int length, VBuffer<float>[] rows)
    {
        var definition = SchemaDefinition.Create(typeof(Vector));
        definition["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, length);
        return _context.Data.LoadFromEnumerable(rows.Select(row => new Vector(row)), definition);
    }

    static ITransformer SavedAndLoaded(ITransformer model, DataViewSchema input)
    {
        using var file = new MemoryStream();
        new MLContext().Model.Save(model, input, file);
        var loaded = new MLContext().Model.Load(file, out _);
        Assert.IsNotType<NeuralNetworkTransformer>(loaded);
        return loaded;
    }

    static void AssertSame(IDataView expected, IDataView actual)
    {
        Assert.Equal(expected.GetColumn<uint>("PredictedLabel"), actual.GetColumn<uint>("PredictedLabel"));
        foreach (var (a, b) in expected.GetColumn<float[]>("Score").SelectMany(scores => scores).Zip(actual.GetColumn<float[]>("Score").SelectMany(scores => scores)))
            Assert.Equal(a, b, 1e-5f);
    }

    /// <summary>The scores of flowers by their lengths, which are all different, in the view's order.</summary>
    static OrderedDictionary<float, float[]> Scores(IDataView view)
    {
        var scores = new OrderedDictionary<float, float[]>();
        using var cursor = view.GetRowCursor([view.Schema["Length"], view.Schema["Score"]]);
        var getLength = cursor.GetGetter<float>(cursor.Schema["Length"]);
        var getScore = cursor.GetGetter<VBuffer<float>>(cursor.Schema["Score"]);
        var (length, score) = (0f, default(VBuffer<float>));
        while (cursor.MoveNext())
        {
            getLength(ref length);
            getScore(ref score);
            scores.Add(length, [.. score.DenseValues()]);
        }
        return scores;
    }

    static IEnumerable<string> Describe(DataViewSchema schema) => schema.Select(column =>
        $"{column.Name}: {column.Type} {column.IsHidden} [{string.Join("; ", column.Annotations.Schema.OrderBy(annotation => annotation.Name, StringComparer.Ordinal)
            .Select(annotation => $"{annotation.Name}: {annotation.Type} = {Value(column.Annotations, annotation)}"))}]");

    static string Value(DataViewSchema.Annotations annotations, DataViewSchema.Column annotation) => annotation.Type switch
    {
        VectorDataViewType { ItemType: TextDataViewType } => Values<ReadOnlyMemory<char>>(annotations, annotation.Name),
        VectorDataViewType { ItemType.RawType: var type } when type == typeof(int) => Values<int>(annotations, annotation.Name),
        VectorDataViewType { ItemType.RawType: var type } when type == typeof(float) => Values<float>(annotations, annotation.Name),
        VectorDataViewType { ItemType.RawType: var type } when type == typeof(DateTime) => Values<DateTime>(annotations, annotation.Name),
        TextDataViewType => $"{One<ReadOnlyMemory<char>>(annotations, annotation.Name)}",
        BooleanDataViewType => $"{One<bool>(annotations, annotation.Name)}",
        // Of which scores belong together the number goes up from model to model.
        KeyDataViewType => "",
        var type => throw new InvalidOperationException($"{annotation.Name} is of type {type}."),
    };

    static string Values<T>(DataViewSchema.Annotations annotations, string name) => string.Join(", ", One<VBuffer<T>>(annotations, name).DenseValues());

    static T One<T>(DataViewSchema.Annotations annotations, string name)
    {
        T value = default!;
        annotations.GetValue(name, ref value);
        return value;
    }

    sealed class Reports(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    sealed record Labelled<T>(T Value, float Length, float Width);

    sealed record KeyOnly([property: KeyType(3)] uint Label, float Length, float Width);

    sealed record Vector(VBuffer<float> Features);
}
