using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Files;
using MnistMl.MLNet;
using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Optimizers;
using MnistMl.Training;
using Options = MnistMl.MLNet.NeuralNetworkMulticlassTrainer.Options;

namespace MnistMl.Tests.MLNet;

public sealed class NeuralNetworkMulticlassTrainerTests
{
    static readonly Options _quick =
        new() { HiddenLayers = [16], Epochs = 30, BatchSize = 16, LearningRate = 0.01, NumberOfThreads = 1, Seed = 1 };

    readonly MLContext _context = new(seed: 1);

    [Fact]
    public void It_is_one_estimator_among_others_of_a_pipeline()
    {
        var pipeline = Flower.Preparation(_context)
            .Append(_context.Transforms.NormalizeMinMax("Features"))
            .Append(Trainer())
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Append(_context.Transforms.CopyColumns("Guess", "PredictedLabel"));

        var model = pipeline.Fit(Flower.View(_context));
        var guesses = model.Transform(Flower.View(_context, seed: 2)).GetColumn<string>("Guess");

        Assert.Equal(Flower.Garden(seed: 2).Select(flower => flower.Species), guesses);
    }

    [Fact]
    public void Features_of_any_scale_need_no_normalisation()
    {
        var data = Flower.Prepared(_context);

        var metrics = _context.MulticlassClassification.Evaluate(Trainer().Fit(data).Transform(data));

        Assert.Equal(1, metrics.MicroAccuracy);
    }

    [Fact]
    public void The_short_form_takes_columns_and_hidden_layers()
    {
        // The names are a trap: the features have the one that labels have by default.
        var data = _context.Transforms.CopyColumns("y", "Label")
            .Append(_context.Transforms.CopyColumns("Label", "Features"))
            .Append(_context.Transforms.DropColumns("Features"))
            .Fit(Flower.Prepared(_context)).Transform(Flower.Prepared(_context));

        var trainers = _context.MulticlassClassification.Trainers;
        var deep = trainers.NeuralNetwork("y", "Label", hiddenLayers: [7, 5]).Fit(data);
        var linear = trainers.NeuralNetwork("y", "Label", hiddenLayers: []).Fit(data);

        Assert.Equal([7, 5, 3], Saved(deep, data.Schema).Layers.Select(layer => layer.Outputs));
        Assert.Equal([3], Saved(linear, data.Schema).Layers.Select(layer => layer.Outputs));
        Assert.Equal(Flower.Count, linear.Transform(data).GetColumn<uint>("PredictedLabel").Count());
    }

    [Fact]
    public void It_adds_the_columns_that_trainers_of_MLNet_add_and_no_others()
    {
        var data = Flower.Prepared(_context);
        var stock = _context.MulticlassClassification.Trainers.LbfgsMaximumEntropy().Fit(data);

        var ours = Trainer().Fit(data);

        Assert.Equal(
            Describe(stock.GetOutputSchema(data.Schema)).Order(), Describe(ours.GetOutputSchema(data.Schema)).Order());
    }

    [Fact]
    public void It_tells_the_columns_beforehand_as_trainers_of_MLNet_tell_them()
    {
        var stock = _context.MulticlassClassification.Trainers.LbfgsMaximumEntropy();

        Assert.Equal(ShapeAfter(stock), ShapeAfter(Trainer()));
    }

    [Fact]
    public void It_cross_validates()
    {
        var results = _context.MulticlassClassification.CrossValidate(
            Flower.View(_context), Flower.Preparation(_context).Append(Trainer()), numberOfFolds: 3);

        Assert.Equal(3, results.Count);
        Assert.All(results, fold => Assert.Equal(1, fold.Metrics.MicroAccuracy));
    }

    [Fact]
    public void It_learns_one_part_of_a_split_and_is_tested_on_the_other()
    {
        var split = _context.Data.TrainTestSplit(Flower.View(_context), testFraction: 0.3);

        var model = Flower.Preparation(_context).Append(Trainer()).Fit(split.TrainSet);

        Assert.Equal(1, _context.MulticlassClassification.Evaluate(model.Transform(split.TestSet)).MicroAccuracy);
    }

    [Fact]
    public void It_learns_from_a_text_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(file, Flower.Garden().Select(flower => string.Create(
                CultureInfo.InvariantCulture, $"{flower.Length},{flower.Width},{flower.Altitude},{flower.Species}")));
            var data = _context.Data.LoadFromTextFile<Flower>(file, separatorChar: ',');

            var model = Flower.Preparation(_context).Append(Trainer()).Fit(data);

            Assert.Equal(1, _context.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_prediction_engine_predicts_single_rows()
    {
        var model = Flower.Preparation(_context).Append(Trainer())
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(Flower.View(_context));
        using var engine = _context.Model.CreatePredictionEngine<Flower, FlowerPrediction>(model);

        foreach (var flower in Flower.Garden(seed: 2).Take(9))
        {
            var prediction = engine.Predict(flower);
            Assert.Equal(flower.Species, prediction.PredictedLabel);
            Assert.Equal(1, prediction.Score.Sum(), 1e-5);
        }
    }

    [Fact]
    public void A_saved_pipeline_needs_assemblies_of_MLNet_only()
    {
        var pipeline = Flower.Preparation(_context)
            .Append(_context.Transforms.NormalizeMinMax("Features"))
            .Append(Trainer())
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        using var file = new MemoryStream();
        _context.Model.Save(pipeline.Fit(Flower.View(_context)), Flower.View(_context).Schema, file);

        using var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        var keys = archive.Entries.Where(entry => entry.Name == "Model.key").ToArray();

        Assert.NotEmpty(keys);
        Assert.All(keys, key => Assert.StartsWith("Microsoft.ML.", AssemblyName(key), StringComparison.Ordinal));
        var predictions = new MLContext().Model.Load(file, out _).Transform(Flower.View(_context, seed: 2));
        Assert.Equal(
            Flower.Garden(seed: 2).Select(flower => flower.Species), predictions.GetColumn<string>("PredictedLabel"));
    }

    [Fact]
    public void Texts_name_the_slots_of_the_scores()
    {
        var data = Flower.Prepared(_context);
        var score = Trainer().Fit(data).GetOutputSchema(data.Schema)["Score"];
        VBuffer<ReadOnlyMemory<char>> names = default;
        score.GetSlotNames(ref names);
        Assert.Equal(["setosa", "versicolor", "virginica"], names.DenseValues().Select(name => name.ToString()));
    }

    [Fact]
    public void Labels_that_are_no_texts_are_predicted_as_what_they_are()
    {
        AssertPredicted(flower => flower.Number(), ["10", "20", "30"]);
        AssertPredicted(flower => flower.Number() + 0.5f, ["10.5", "20.5", "30.5"]);
        AssertPredicted(
            flower => new DateTime(2000, 1, flower.Number()),
            ["2000-01-10T00:00:00.0000000", "2000-01-20T00:00:00.0000000", "2000-01-30T00:00:00.0000000"]);
        AssertPredicted(
            flower => new DateTimeOffset(2000, 1, flower.Number(), 0, 0, 0, TimeSpan.FromHours(1)),
            ["2000-01-10T00:00:00.0000000+01:00", "2000-01-20T00:00:00.0000000+01:00", "2000-01-30T00:00:00.0000000+01:00"]);
    }

    void AssertPredicted<T>(Func<Flower, T> value, string[] classNames)
    {
        var data = _context.Data.LoadFromEnumerable(
            Flower.Garden().Select(flower => new Labelled<T>(value(flower), flower.Length, flower.Width)));
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label", "Value")
            .Append(_context.Transforms.Concatenate("Features", "Length", "Width"))
            .Append(Trainer())
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        using var file = new MemoryStream();
        var model = pipeline.Fit(data);
        _context.Model.Save(model, data.Schema, file);
        var predictions = new MLContext().Model.Load(file, out _).Transform(data);

        Assert.Equal(Flower.Garden().Select(value), predictions.GetColumn<T>("PredictedLabel"));
        Assert.Equal(classNames, Saved(model.ElementAt(2), data.Schema).ClassNames);
    }

    [Fact]
    public void Keys_without_values_are_predicted_as_such_keys()
    {
        var schema = SchemaDefinition.Create(typeof(Keyed));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 1);
        var data = _context.Data.LoadFromEnumerable(
            Flower.Garden().Select(flower => new Keyed((uint)flower.Number() / 10 - 1, [flower.Length])), schema);

        var model = Trainer().Fit(data);
        var predictions = model.Transform(data);

        Assert.Equal(new KeyDataViewType(typeof(uint), 3), predictions.Schema["PredictedLabel"].Type);
        Assert.False(predictions.Schema["PredictedLabel"].HasKeyValues());
        Assert.Equal(data.GetColumn<uint>("Label"), predictions.GetColumn<uint>("PredictedLabel"));
        Assert.Equal(["0", "1", "2"], Saved(model, data.Schema).ClassNames);
    }

    [Fact]
    public void Sparse_features_give_the_network_that_dense_ones_give()
    {
        var dense = Vectors(Enumerable.Range(0, 60).Select(i => (i, new VBuffer<float>(4, [i % 3, 0, i, 0]))));
        var sparse = Vectors(Enumerable.Range(0, 60).Select(i => (i, new VBuffer<float>(4, 2, [i % 3, i], [0, 2]))));

        AssertSameWeights(Train(dense), Train(sparse));
    }

    [Fact]
    public void Many_features_are_kept_without_their_zeros_and_give_the_same_network()
    {
        const int features = 20_000;
        var random = new Random(1);
        var rows = Enumerable.Range(0, 90).Select(i =>
        {
            int[] indices = [i % 3, .. Enumerable.Range(0, 6).Select(_ => random.Next(3, features)).Distinct().Order()];
            return (i, new VBuffer<float>(features, indices.Length, [.. indices.Select(index => index % 5 - 2.5f * (index % 2))], indices));
        }).ToArray();
        var options = _quick with { HiddenLayers = [4], Epochs = 2, ValidationFraction = 0.2 };

        var sparse = Vectors(rows);
        var read = DataViewReader.Read(sparse, new(sparse.Schema["Features"], new LabelColumn(sparse.Schema["Label"]), MayBeSparse: true));
        Assert.IsType<SparseFloatMatrix>(read.ToTrainingSet(["0", "1", "2"], read.Scale(1)).Input);
        // The first row decides.
        var dense = Vectors([.. rows.Select((row, i) => i > 0 ? row : (row.i, new VBuffer<float>(features, [.. row.Item2.DenseValues()])))]);

        AssertSameWeights(Train(dense, options), Train(sparse, options));

        // A row among them may have its zeros, or numbers that are none.
        (int, VBuffer<float>)[] mixed =
        [
            .. rows.Select((row, i) => i % 7 != 3 ? row : (row.i, new VBuffer<float>(features, [.. row.Item2.DenseValues()]))),
            (1, new VBuffer<float>(features, 2, [1, float.NaN], [0, 9])), (1, new VBuffer<float>(features, 1, [float.NegativeInfinity], [5])),
        ];
        AssertSameWeights(Train(sparse, options), Train(Vectors(mixed), options));
    }

    [Fact]
    public void A_row_that_is_mostly_zeros_takes_the_place_of_another_in_a_batch()
    {
        var matrix = new SparseFloatMatrix([3, 3, 5], [1, 64, 130, 0, 64], [1, 2, 3, 4, 0], 131);
        var batch = new SparseBatch(2, 131);
        foreach (var row in (int[])[0, 1, 2])
        {
            matrix.Load(row, batch, 1);
            var counts = new int[131];
            batch.CountNonZeros(counts, 2);
            Assert.Equal(Loaded(matrix)[row].Select(value => value == 0 ? 0 : 1), counts);
        }
        Assert.Equal([4, 0, 0], ((int[])[0, 64, 130]).Select(feature => Loaded(matrix)[2][feature]));
    }

    [Theory]
    [InlineData(255f)]
    [InlineData(null)]
    public void Rows_that_turn_out_not_to_be_bytes_are_learned_from_as_they_are(float? featureScale)
    {
        // 1,100 rows of bytes, more than are expected of a view that does not know its length.
        var bytes = Enumerable.Range(0, 1100).Select(i => (i, new VBuffer<float>(2, [i % 3 * 100, i % 256]))).ToArray();
        var last = (0, new VBuffer<float>(2, [0.5f, -300]));
        var lastRowFirst = Rows(Vectors([last, .. bytes]));
        var lastRowLast = Rows(Vectors([.. bytes, last]));

        Assert.Equal(lastRowFirst.Skip(1).Append(lastRowFirst[0]), lastRowLast);

        float[][] Rows(IDataView data)
        {
            var reader = DataViewReader.Read(data, new(data.Schema["Features"], new LabelColumn(data.Schema["Label"])));
            var scale = featureScale is { } divisor ? reader.Scale(divisor) : reader.ScaleByMagnitude(alike: false, out _);
            return Loaded(reader.ToTrainingSet(["0", "1", "2"], scale).Input);
        }
    }

    [Fact]
    public void Rows_without_a_label_or_with_features_that_are_no_numbers_are_left_out()
    {
        (int, VBuffer<float>)[] good =
            [.. Enumerable.Range(0, 60).Select(i => (i, new VBuffer<float>(2, [i % 3 / 7f, i])))];
        (int, VBuffer<float>)[] bad =
        [
            (-1, new VBuffer<float>(2, [1, 2])), (0, new VBuffer<float>(2, [float.NaN, 2])),
            (1, new VBuffer<float>(2, [1, float.PositiveInfinity])),
            (2, new VBuffer<float>(2, [float.NegativeInfinity, 0])),
        ];

        AssertSameWeights(Train(Vectors(good)), Train(Vectors([.. bad, .. good, .. bad])));
        var scaled = _quick with { FeatureDivisor = 100 };
        AssertSameWeights(Train(Vectors(good), scaled), Train(Vectors([.. bad, .. good]), scaled));
    }

    [Fact]
    public void Keys_beyond_the_classes_are_left_out_as_missing_ones_are()
    {
        // No transform of ML.NET's makes such keys, but anyone's data view may.
        (int Class, VBuffer<float> Features)[] rows =
            [.. Enumerable.Range(0, 60).Select(i => (i % 5, new VBuffer<float>(2, [i % 5 / 7f, i])))];
        var fewer = new WithFewerKeys(Vectors(["0", "1", "2", "x", "y"], rows), 3);

        AssertSameWeights(Train(new WithFewerKeys(Vectors([.. rows.Where(row => row.Class < 3)]), 3)), Train(fewer));
    }

    public static TheoryData<float, int> NoBytes { get; } = new(
        from number in (float[])[-1, 0.5f, 255.5f, 256, 300, 511, 65_536, 1e10f, -1e10f]
        from place in (int[])[0, 15, 16, 36]
        select (number, place));

    [Theory]
    [MemberData(nameof(NoBytes))]
    public void A_number_that_is_no_byte_is_kept_wherever_in_a_row_it_is(float number, int place)
    {
        float[] row = [.. Enumerable.Range(0, 37).Select(i => i == place ? number : 7 * i)];
        var data = Vectors([(0, new VBuffer<float>(37, row))]);

        var reader = DataViewReader.Read(data, new(data.Schema["Features"], new LabelColumn(data.Schema["Label"])));

        Assert.Equal([row], Loaded(reader.ToTrainingSet(["0", "1", "2"], reader.Scale(1)).Input));
    }

    [Fact]
    public void Each_feature_is_scaled_by_its_greatest_magnitude_be_it_of_a_negative_number()
    {
        var data = Vectors(
            [(0, new VBuffer<float>(4, [-4, 2, -1, 0])), (1, new VBuffer<float>(4, [-2, -8, 0.5f, 0])), (2, new VBuffer<float>(4, [1, 0, 0, 0]))]);
        var reader = DataViewReader.Read(data, new(data.Schema["Features"], new LabelColumn(data.Schema["Label"])));

        Assert.Equal([0.25f, 0.125f, 1, 0], reader.ScaleByMagnitude(alike: false, out _));
        Assert.Equal([0.125f, 0.125f, 0.125f, 0.125f], reader.ScaleByMagnitude(alike: true, out _));
    }

    [Fact]
    public void A_feature_that_is_always_0_in_training_counts_for_nothing()
    {
        var network = Train(Vectors(Enumerable.Range(0, 60).Select(i => (i, new VBuffer<float>(2, [i % 3, 0])))));

        Assert.All(network.Layers[0].Weights.Where((_, i) => i % 2 == 1), weight => Assert.Equal(0, weight));
        Assert.Contains(network.Layers[0].Weights, weight => weight != 0);
    }

    [Fact]
    public void Images_have_one_scale_and_their_convolutions_stay_convolutions()
    {
        // The first class is bright where the others are dark, and each pixel's magnitude is another.
        var data = Vectors(Enumerable.Range(0, 60).Select(i =>
            (i, new VBuffer<float>(
                25, [.. Enumerable.Range(1, 25).Select(pixel => pixel % 3 == i % 3 ? pixel * 10f : i % 7)]))));
        LayerSpec[] hidden = [new Conv2D(4, 3, 3), new AveragePooling2D(2, 2, 1)];

        var network = Train(data, _quick with { HiddenLayers = hidden });
        AssertSameWeights(network, Train(data, _quick with { HiddenLayers = hidden, FeatureDivisor = 250 }));

        var model = _context.MulticlassClassification.Trainers
            .NeuralNetwork(_quick with { HiddenLayers = hidden }).Fit(data);
        Assert.Equal(hidden, network.SpatialLayers.Select(layer => layer.Options));
        Assert.Equal(1, _context.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy);
    }

    [Fact]
    public void A_network_of_convolutions_that_can_be_written_is_not_refused_after_the_training()
    {
        // As affine layers with all of their zeros, 68 million numbers.
        var data = Vectors(Enumerable.Range(0, 6).Select(i =>
            (i, new VBuffer<float>(
                784, [.. Enumerable.Range(0, 784).Select(pixel => (float)(pixel % 28 * (i + 1)))]))));
        LayerSpec[] hidden = [new Conv2D(13, 3, 3), new Conv2D(12, 3, 3)];

        var model = _context.MulticlassClassification.Trainers
            .NeuralNetwork(_quick with { HiddenLayers = hidden, Epochs = 1 }).Fit(data);

        Assert.Equal(6, model.Transform(data).GetColumn<uint>("PredictedLabel").Count());
    }

    [Fact]
    public void Rows_in_view_need_not_be_counted_beforehand()
    {
        var rows = Enumerable.Range(0, 3000).Select(i => (i, new VBuffer<float>(2, [i % 3, i])));
        var counted = Vectors(rows.ToArray());
        var uncounted = _context.Data.FilterRowsByColumn(
            _context.Transforms.CopyColumns("Copy", "Weight").Fit(counted).Transform(counted), "Copy", lowerBound: -1);

        Assert.Null(uncounted.GetRowCount());
        AssertSameWeights(Train(counted, _quick with { Epochs = 1 }), Train(uncounted, _quick with { Epochs = 1 }));
    }

    [Fact]
    public void Cancelling_keeps_the_network_so_far()
    {
        using var cancellation = new CancellationTokenSource();
        var reports = new List<TrainingProgress>();
        var options = _quick with
        {
            Epochs = 1_000_000,
            Cancellation = cancellation.Token,
            Progress = new Progress(report =>
            {
                reports.Add(report);
                if (report.Completed?.Epoch == 20)
                    cancellation.Cancel();
            }),
        };

        var data = Flower.Prepared(_context);
        var model = _context.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(data);

        Assert.InRange(reports[^1].Epoch, 20, 21);
        Assert.Equal(Flower.Count, reports[^1].RowsInEpoch);
        Assert.NotNull(model.GetOutputSchema(data.Schema).GetColumnOrNull("Score"));
    }

    [Fact]
    public void Several_networks_become_one_that_scores_by_the_mean_of_their_logits()
    {
        var data = Flower.Prepared(_context);
        var trainers = _context.MulticlassClassification.Trainers;
        float[][] Scores(Options options) => [.. trainers.NeuralNetwork(options).Fit(data).Transform(data).GetColumn<float[]>("Score")];
        var (first, second) = (Scores(_quick with { Seed = 7 }), Scores(_quick with { Seed = 8 }));

        var both = Scores(_quick with { Seed = 7, EnsembleSize = 2 });

        foreach (var (row, scores) in both.Index())
        {
            var means = first[row].Zip(second[row], (a, b) => Math.Sqrt((double)a * b)).ToArray();
            Assert.All(scores.Index(), entry => Assert.Equal(means[entry.Index] / means.Sum(), entry.Item, 1e-5));
        }
        Assert.NotEqual(first[0], both[0]);
    }

    [Fact]
    public void Progress_comes_with_each_epoch_and_has_the_figures_of_validation_rows_if_there_are_any()
    {
        var epochs = new List<EpochSummary>();
        var trainer = _context.MulticlassClassification.Trainers.NeuralNetwork(_quick with
        {
            Epochs = 3,
            Calibrate = false,
            Progress = new Progress(report => epochs.AddRange(report.Completed is { } summary ? [summary] : [])),
        });

        trainer.Fit(Flower.Prepared(_context));
        Assert.Equal([1, 2, 3], epochs.Select(epoch => epoch.Epoch));
        Assert.All(epochs, epoch => Assert.Null(epoch.ValidationAccuracy));

        epochs.Clear();
        var (train, validation) = (Flower.Prepared(_context), Flower.Prepared(_context, seed: 2));
        var model = trainer.Fit(train, validation);
        var metrics = _context.MulticlassClassification.Evaluate(model.Transform(validation));
        Assert.Equal(metrics.MicroAccuracy, epochs[^1].ValidationAccuracy!.Value, 1e-12);
        Assert.Equal(metrics.LogLoss, epochs[^1].ValidationLoss!.Value, 1e-4);
    }

    [Fact]
    public void Validation_rows_calibrate_whatever_features_are_divided_by()
    {
        var (train, validation) = (Flower.Prepared(_context), Flower.Prepared(_context, seed: 2));
        var options = _quick with { Epochs = 1, LearningRate = 0.005 };
        var trainers = _context.MulticlassClassification.Trainers;

        var plain = trainers.NeuralNetwork(options with { Calibrate = false }).Fit(train, validation);
        var calibrated = trainers.NeuralNetwork(options).Fit(train, validation);

        Assert.Null(plain.Training!.Temperature);
        var scored = plain.Transform(validation);
        var expected = Calibration.Temperature(
            [.. scored.GetColumn<float[]>("Score").SelectMany(row => row)], 3, [.. scored.GetColumn<uint>("Label").Select(key => (int)key - 1)]);
        Assert.NotEqual(1, expected, 0.05);
        Assert.Equal(expected, calibrated.Training!.Temperature!.Value, 1e-3);
        Assert.True(Loss(calibrated) < Loss(plain));

        double Loss(NeuralNetworkTransformer model) => _context.MulticlassClassification.Evaluate(model.Transform(validation)).LogLoss;
    }

    [Fact]
    public void Early_stopping_takes_validation_rows_and_gives_the_best_network()
    {
        var epochs = new List<EpochSummary>();
        var trainer = _context.MulticlassClassification.Trainers.NeuralNetwork(_quick with
        {
            Optimizer = new Sgd(),
            LearningRate = 0.5,
            Epochs = 10_000,
            Patience = 2,
            Calibrate = false,
            Progress = new Progress(report => epochs.AddRange(report.Completed is { } summary ? [summary] : [])),
        });
        var (train, validation) = (Flower.Prepared(_context), Flower.Prepared(_context, seed: 2));

        var model = trainer.Fit(train, validation);

        Assert.InRange(epochs.Count, 3, 9_999);
        var metrics = _context.MulticlassClassification.Evaluate(model.Transform(validation));
        Assert.Equal(metrics.MicroAccuracy, epochs[^3].ValidationAccuracy!.Value, 1e-12);
        Assert.Equal(metrics.LogLoss, epochs[^3].ValidationLoss!.Value, 1e-4);
        Assert.Throws<ArgumentException>(() => trainer.Fit(train));
    }

    [Theory]
    [InlineData("Label", "Nothing", "There is no feature column 'Nothing'. The columns are: ")]
    [InlineData("Nothing", "Features", "There is no label column 'Nothing'. The columns are: ")]
    [InlineData("Label", "Species", "The feature column 'Species' is of type String, not a vector of Single")]
    [InlineData("Label", "Length", "The feature column 'Length' is of type Single, not a vector")]
    [InlineData("Label", "Doubles", "The feature column 'Doubles' is of type Vector<Double, 3>, not a vector of Single")]
    [InlineData("Label", "Words", "The feature column 'Words' is of type Vector<String>, not a vector of Single")]
    [InlineData("Species", "Features", "The label column 'Species' is of type String, not a key of UInt32")]
    [InlineData("Length", "Features", "The label column 'Length' is of type Single, not a key of UInt32")]
    [InlineData("Features", "Features", "The label column 'Features' is of type Vector<Single, 3>, not a key of UInt32")]
    public void A_column_that_will_not_do_is_named_with_what_it_is_and_what_is_wanted(
        string label, string features, string message)
    {
        var data = Flower.Prepared(_context);
        data = _context.Transforms.Conversion.ConvertType("Doubles", "Features", DataKind.Double)
            .Append(_context.Transforms.Text.TokenizeIntoWords("Words", "Species")).Fit(data).Transform(data);
        var trainer = _context.MulticlassClassification.Trainers.NeuralNetwork(label, features);

        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Fit(data));
        Assert.StartsWith(message, exception.Message, StringComparison.Ordinal);

        // In a pipeline it is ML.NET that looks first.
        var pipeline = _context.Transforms.CopyColumns("Copy", "Label").Append(trainer);
        Assert.Throws<ArgumentOutOfRangeException>(() => pipeline.Fit(data));
    }

    [Fact]
    public void No_rows_to_train_on_is_an_error()
    {
        var data = Vectors([(-1, new VBuffer<float>(1, [1]))]);

        var message = Assert.Throws<InvalidOperationException>(() => Train(data)).Message;

        Assert.Equal(
            "There are no rows to train on: none has a label in 'Label' and finite numbers in 'Features'.", message);
    }

    [Fact]
    public void Validation_rows_must_have_the_columns_of_the_training_rows()
    {
        var rows = Enumerable.Range(0, 6).Select(i => (i, new VBuffer<float>(2, [i, 1]))).ToArray();
        var train = Vectors(rows);
        var wider = Vectors(Enumerable.Range(0, 6).Select(i => (i, new VBuffer<float>(3, [i, 1, 2]))));

        Assert.Throws<ArgumentOutOfRangeException>(() => Trainer().Fit(train, wider));
        // Three classes there too, but of other names.
        var renamed = Vectors(["x", "y", "z"], rows);
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => Trainer().Fit(train, renamed));
        Assert.Contains("stand for other values", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validation_rows_of_which_none_has_a_label_and_numbers_are_none()
    {
        var train = Vectors(Enumerable.Range(0, 6).Select(i => (i, new VBuffer<float>(2, [i, 1]))));
        var unlabelled = Vectors([(-1, new VBuffer<float>(2, [1, 1])), (0, new VBuffer<float>(2, [float.NaN, 1]))]);

        var model = Trainer().Fit(train, unlabelled);

        Assert.All(model.Training!.History, epoch => Assert.Null(epoch.ValidationLoss));
        AssertSameWeights(Train(train), model.Model.Network);
    }

    [Fact]
    public void Options_out_of_range_are_refused_when_the_trainer_is_made()
    {
        foreach (var options in (Options[])
            [
                _quick with { Epochs = 0 }, _quick with { HiddenLayers = [8, 0] }, _quick with { LabelColumnName = "" },
                _quick with { FeatureColumnName = "" }, _quick with { FeatureDivisor = 0 },
                _quick with { FeatureDivisor = float.NaN }, _quick with { Optimizer = new Sgd(2) },
            ])
        {
            Assert.ThrowsAny<ArgumentException>(() => _context.MulticlassClassification.Trainers.NeuralNetwork(options));
        }
    }

    NeuralNetworkMulticlassTrainer Trainer() => _context.MulticlassClassification.Trainers.NeuralNetwork(_quick);

    TrainedNetwork Train(IDataView data, Options? options = null) =>
        _context.MulticlassClassification.Trainers.NeuralNetwork(options ?? _quick).Fit(data).Model.Network;

    static void AssertSameWeights(TrainedNetwork expected, TrainedNetwork actual) =>
        Assert.Equal(
            expected.Layers.SelectMany(layer => layer.Weights.Concat(layer.Biases)),
            actual.Layers.SelectMany(layer => layer.Weights.Concat(layer.Biases)));

    /// <summary>The network in a model, as our own reader finds it in the file that ML.NET saves.</summary>
    TrainedNetwork Saved(ITransformer model, DataViewSchema input)
    {
        using var file = new MemoryStream();
        _context.Model.Save(model, input, file);
        return ModelZip.Read(file, "model.zip");
    }

    IDataView Vectors(IEnumerable<(int Class, VBuffer<float> Features)> rows) => Vectors(["0", "1", "2"], rows);

    /// <summary>Rows of classes whose numbers go round; −1 is a missing one.</summary>
    IDataView Vectors(string[] classNames, IEnumerable<(int Class, VBuffer<float> Features)> rows)
    {
        var list = rows.ToList();
        var schema = SchemaDefinition.Create(typeof(Vector));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, list[0].Features.Length);
        var data = _context.Data.LoadFromEnumerable(
            list.ConvertAll(row => new Vector(row.Class < 0 ? "none" : classNames[row.Class % classNames.Length], row.Features)), schema);
        var classes = _context.Data.LoadFromEnumerable(classNames.Select(label => new Class(label)));
        return _context.Transforms.Conversion.MapValueToKey("Label", keyData: classes).Fit(data).Transform(data);
    }

    internal static unsafe float[][] Loaded(FeatureMatrix input) => [.. Enumerable.Range(0, input.RowCount).Select(row =>
    {
        var values = new float[input.FeatureCount];
        fixed (float* start = values)
            input.Load(row, start);
        return values;
    })];

    static string AssemblyName(ZipArchiveEntry key)
    {
        using var bytes = new MemoryStream();
        using (var stream = key.Open())
            stream.CopyTo(bytes);
        var file = bytes.ToArray();
        return Encoding.Unicode.GetString(file, BitConverter.ToInt32(file, 0x90), BitConverter.ToInt32(file, 0x98));
    }

    static IEnumerable<string> Describe(DataViewSchema schema) => schema.Select(column =>
        $"{column.Name}: {column.Type} [{string.Join(", ", Describe(column.Annotations.Schema).Order())}]");

    static IEnumerable<string> Describe(SchemaShape shape) => shape.Select(column => $"{column.Name}: "
        + $"{column.Kind} {column.ItemType} {column.IsKey} [{string.Join(", ", Describe(column.Annotations))}]");

    IEnumerable<string> ShapeAfter(IEstimator<ITransformer> trainer)
    {
        var probe = new ShapeProbe(_context.Transforms.CopyColumns("Copy", "PredictedLabel"));
        Flower.Preparation(_context).Append(trainer).Append(probe).Fit(Flower.View(_context));
        return Describe(probe.Input!).Order();
    }

    /// <summary>Some rows whose label is said to have fewer keys than it has, which then stand for nothing.</summary>
    sealed class WithFewerKeys : IDataView
    {
        readonly IDataView _rows;

        public WithFewerKeys(IDataView rows, int keys)
        {
            _rows = rows;
            var schema = new DataViewSchema.Builder();
            foreach (var column in rows.Schema.Where(column => !column.IsHidden))
                schema.AddColumn(column.Name, column.Name == "Label" ? new KeyDataViewType(typeof(uint), keys) : column.Type);
            Schema = schema.ToSchema();
        }

        public DataViewSchema Schema { get; }

        public bool CanShuffle => false;

        public long? GetRowCount() => _rows.GetRowCount();

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
            new Cursor(this, _rows.GetRowCursor(columnsNeeded.Select(column => _rows.Schema[column.Name])));

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [GetRowCursor(columnsNeeded)];

        sealed class Cursor(WithFewerKeys view, DataViewRowCursor rows) : DataViewRowCursor
        {
            public override DataViewSchema Schema => view.Schema;
            public override long Position => rows.Position;
            public override long Batch => rows.Batch;
            public override bool MoveNext() => rows.MoveNext();
            public override ValueGetter<DataViewRowId> GetIdGetter() => rows.GetIdGetter();
            public override bool IsColumnActive(DataViewSchema.Column column) => rows.IsColumnActive(rows.Schema[column.Name]);
            public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
                rows.GetGetter<TValue>(rows.Schema[column.Name]);
        }
    }

    sealed class ShapeProbe(IEstimator<ITransformer> inner) : IEstimator<ITransformer>
    {
        public SchemaShape? Input { get; private set; }

        public ITransformer Fit(IDataView input) => inner.Fit(input);

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inner.GetOutputSchema(Input = inputSchema);
    }

    sealed class Progress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    sealed record Labelled<T>(T Value, float Length, float Width);

    sealed record Keyed([property: KeyType(3)] uint Label, float[] Features);

    sealed record Vector(string Label, VBuffer<float> Features)
    {
        public float Weight { get; init; } = 1;
    }

    sealed record Class(string Label);
}
