using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.MLNet;
using MnistMl.Model;
using MnistMl.Optimizers;
using MnistMl.Tests.Data;
using MnistMl.Training;
using Options = MnistMl.MLNet.NeuralNetworkMulticlassTrainer.Options;

namespace MnistMl.Tests.MLNet;

/// <summary>The trainer beside ML.NET's own: how it takes options, seeds, weights, cancellation, and what it says to the log.</summary>
public sealed class NeuralNetworkOptionsTests
{
    static Options Quick => new() { HiddenLayers = [8], Epochs = 3, BatchSize = 16, LearningRate = 0.01, NumberOfThreads = 1 };

    readonly MLContext _context = new(seed: 1);

    [Fact]
    public void It_is_found_where_Microsoft_ML_is_used() => Assert.Equal("Microsoft.ML", typeof(NeuralNetworkCatalog).Namespace);

    [Fact]
    public void Options_are_filled_by_assignment_and_not_changed_after()
    {
        var options = new Options();
        options.HiddenLayers = [8];
        options.Epochs = 2;
        options.LearningRate = 0.01;
        options.Seed = 5;
        var trainer = Create(options);
        options.Epochs = 7;

        Assert.Equal(2, trainer.Fit(Flower.Prepared(_context)).Training!.History.Count);
    }

    [Fact]
    public void The_short_form_sets_what_it_names()
    {
        var data = Flower.Prepared(_context);
        var byNames = _context.MulticlassClassification.Trainers.NeuralNetwork(
            hiddenLayers: [8], numberOfEpochs: 3, batchSize: 16, learningRate: 0.01);

        var model = byNames.Fit(data);

        Assert.Equal(3, model.Training!.History.Count);
        AssertSameWeights(Fit(Quick, data, Seed(() => byNames.Fit(data), out var again)), again);
    }

    [Fact]
    public void A_recipe_gives_its_options_and_is_not_changed_by_a_change_of_them()
    {
        var options = Options.From(Recipe.Fast);
        Assert.Equal(Recipe.Fast.Options.Augmentation, options.Augmentation);
        Assert.Equal("Features", options.FeatureColumnName);

        Recipe.Fast.Options.Epochs = 77;
        Assert.Equal(10, Recipe.Fast.Options.Epochs);
    }

    [Fact]
    public void The_defaults_are_those_of_the_tools_default_recipe_but_for_augmentation()
    {
        var (library, tool) = (new TrainingOptions(), Recipe.Fast.Options);

        tool.Augmentation = library.Augmentation;
        tool.NoAugmentationShare = library.NoAugmentationShare;
        Assert.Equal(NetworkParser.Format(tool.HiddenLayers), NetworkParser.Format(library.HiddenLayers));
        tool.HiddenLayers = library.HiddenLayers;
        Assert.Equal(tool, library);
    }

    [Fact]
    public void Seeds_follow_from_the_contexts_and_differ_from_training_to_training()
    {
        var (first, second) = (SeedsOfThree(1), SeedsOfThree(2));

        Assert.Equal(3, first.Distinct().Count());
        Assert.Equal(first, SeedsOfThree(1));
        Assert.Empty(first.Intersect(second));

        int[] SeedsOfThree(int contextSeed)
        {
            var context = new MLContext(contextSeed);
            var seeds = new List<int>();
            context.Log += (_, message) => seeds.AddRange(SeedIn(message.Message) is { } seed ? [seed] : []);
            context.MulticlassClassification.CrossValidate(
                Flower.View(context), Flower.Preparation(context).Append(context.MulticlassClassification.Trainers.NeuralNetwork(Quick)), numberOfFolds: 3);
            return [.. seeds];
        }
    }

    [Fact]
    public void A_seed_that_is_given_is_taken_and_one_that_was_drawn_repeats_the_training()
    {
        var data = Flower.Prepared(_context);

        var drawn = Seed(() => Create(Quick).Fit(data), out var network);

        AssertSameWeights(network, Fit(Quick, data, drawn));
        Assert.Equal(7, Seed(() => Create(Quick with { Seed = 7 }).Fit(data), out _));
        Assert.Equal(7, Seed(() => Create(new(new TrainingOptions { HiddenLayers = [3], Epochs = 1, Seed = 7 })).Fit(data), out _));
        Assert.Equal(7, Seed(() => Create(new(Quick with { Seed = 7 })).Fit(data), out _));
        Assert.NotEqual(1, Seed(() => Create(new(Quick)).Fit(data), out _));
        Assert.NotEqual(1, Seed(() => Create(Options.From(Recipe.Baseline) with { Epochs = 1 }).Fit(data), out _));
        Assert.NotEqual(network.Model.Network.Layers[0].Weights, Fit(Quick, data, seed: 7).Model.Network.Layers[0].Weights);
    }

    [Fact]
    public void The_log_says_what_is_left_out_and_what_each_epoch_came_to()
    {
        var (rows, messages) = (Rows(30), new List<LoggingEventArgs>());
        rows[3].Label = "";
        rows[4].Features[1] = float.NaN;
        rows[5].Features[0] = float.PositiveInfinity;
        rows[6].Weight = -1;
        var data = View(rows);
        _context.Log += (_, message) => messages.Add(message);

        Create(Quick with { ExampleWeightColumnName = "Weight" }).Fit(data, data);

        var ours = messages.Where(message => message.Source.Contains("NeuralNetwork", StringComparison.Ordinal)).Select(message => message.Message).ToArray();
        foreach (var expected in (string[])
            [
                "4 of 30 training rows are left out: 1 have no label, 2 have features that are not all finite numbers, 1 have a weight that is negative or no finite number.",
                "3 of 30 validation rows are left out: 1 have no label, 2 have features that are not all finite numbers.",
                "Epoch 1 of 3: loss ", "Epoch 3 of 3: loss ", "Seed: ",
            ])
        {
            Assert.Single(ours, message => message.Contains(expected, StringComparison.Ordinal));
        }
        Assert.Contains(ours, message => message.Contains("validation loss", StringComparison.Ordinal));
    }

    [Fact]
    public void A_value_out_of_all_proportion_is_warned_of()
    {
        var (rows, warnings) = (Rows(60), new List<string>());
        _context.Log += (_, message) => warnings.AddRange(
            message.Message.Contains("greatest magnitude", StringComparison.Ordinal) ? [message.Message] : []);

        Create(Quick).Fit(View(rows));
        Assert.Empty(warnings);

        rows[7].Features[1] = -1e30f;
        Create(Quick).Fit(View(rows));
        Assert.Contains("Feature 1 of 'Features' is divided by its greatest magnitude, 1E+30,", Assert.Single(warnings), StringComparison.Ordinal);

        // Whoever says what to divide by knows.
        Create(Quick with { FeatureDivisor = 1e30f }).Fit(View(rows));
        Assert.Single(warnings);

        // What convolutions see has one scale.
        var images = _context.Data.LoadFromEnumerable(rows.Select(row => new Image(uint.Parse(row.Label, null) + 1, [.. row.Features, 0])));
        Create(Quick with { HiddenLayers = NetworkParser.Parse("conv 2 2x2"), FeatureColumnName = "Pixels" }).Fit(images);
        Assert.Contains("Feature 1 of 'Pixels' is divided by its greatest magnitude, 1E+30,", warnings[^1], StringComparison.Ordinal);
        Assert.Equal(2, warnings.Count);
    }

    [Fact]
    public void Of_features_that_are_divided_by_far_too_much_the_first_are_warned_of_by_their_names()
    {
        var (count, warnings) = (7, new List<string>());
        var data = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 60).Select(row => new Measured
        {
            Label = $"{row % 3}",
            First = row == 7 ? 1e30f : row % 3,
            Others = [.. Enumerable.Repeat(row == 7 ? -1e30f : row % 3, count - 1)],
        }));
        var features = _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.Transforms.Concatenate("Features", "First", "Others")).Fit(data).Transform(data);
        _context.Log += (_, message) => warnings.AddRange(
            message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning && message.Message.Contains("divided by", StringComparison.Ordinal) ? [message.Message] : []);

        Create(Quick).Fit(features);

        Assert.Equal(6, warnings.Count);
        Assert.Contains("Feature 'First' is divided by", warnings[0], StringComparison.Ordinal);
        // A name that is empty is none.
        Assert.Contains("Feature 1 of 'Features' is divided by", warnings[1], StringComparison.Ordinal);
        Assert.Contains("2 more features are divided by far too much.", warnings[5], StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_is_warned_of_once()
    {
        var (warnings, checkpoint) = (new List<string>(), Path.Join(Path.GetTempPath(), "no", "such", "folder", "checkpoint"));
        _context.Log += (_, message) => warnings.AddRange(
            message.Message.Contains("No checkpoint was written", StringComparison.Ordinal) ? [message.Message] : []);

        Create(Quick with { CheckpointPath = checkpoint, CheckpointInterval = TimeSpan.Zero }).Fit(View(Rows(30)));

        Assert.Contains($"The checkpoint cannot be saved as '{checkpoint}'", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_again_is_warned_of_again()
    {
        var warnings = new List<string>();
        _context.Log += (_, message) => warnings.Add(message.Message);
        var told = new List<TrainingProgress>();
        using var log = new TrainerHost(_context.MulticlassClassification.Trainers).OpenLog();
        var (progress, report) = (log.Progress(new Reports(told.Add))!, new TrainingProgress(1, 1, 0, 1, 0, 0, 0));
        warnings.Clear();

        foreach (var failure in (string?[])["full", "full", null, null, "full", "away"])
            progress.Report(report with { CheckpointFailure = failure });

        Assert.Equal(["full", "full", "away"], warnings.Select(warning => warning.Split(": ")[^1]));
        Assert.Equal(6, told.Count);
    }

    [Fact]
    public void Without_an_environment_there_are_seeds_but_no_log_and_no_GPU()
    {
        var (host, other) = (new TrainerHost(environment: null), new Reports(_ => { }));
        using var log = host.OpenLog();

        Assert.True(Enumerable.Range(0, 3).Select(_ => host.NextSeed()).Distinct().Count() > 1);
        Assert.Equal((null, false), (host.GpuDeviceId, host.FallbackToCpu));
        log.Warn($"Nobody hears it.");
        log.Seed(new());
        Assert.Same(other, log.Progress(other));
        Assert.Null(log.Progress(null));
    }

    sealed class Measured
    {
        public string Label { get; set; } = "";

        public float First { get; set; }

        [VectorType(6)]
        public float[] Others { get; set; } = [];
    }

    [Fact]
    public void What_is_cancelled_before_it_begins_throws()
    {
        var trainer = Create(Quick with { Cancellation = new(canceled: true) });

        Assert.Throws<OperationCanceledException>(() => trainer.Fit(Flower.Prepared(_context)));
    }

    [Fact]
    public void What_must_not_be_null_is_refused_as_null()
    {
        var trainers = _context.MulticlassClassification.Trainers;

        Assert.Throws<ArgumentNullException>(() => trainers.NeuralNetwork((Options)null!));
        Assert.Throws<ArgumentNullException>(() => Options.From(null!));
        Assert.Throws<ArgumentNullException>(() => new Options(null!));
        Assert.Throws<ArgumentNullException>(() => Create(Quick).Fit(null!));
        Assert.Throws<ArgumentNullException>(() => new NeuralNetworkTransformer(null!));
        foreach (var options in (Options[])
            [
                Quick with { HiddenLayers = null! }, Quick with { HiddenLayers = [null!] }, Quick with { Optimizer = null! }, Quick with { Schedule = null! },
                Quick with { Augmentation = null! }, Quick with { LabelColumnName = null! }, Quick with { FeatureColumnName = null! },
                Quick with { Distillation = new(null!) },
            ])
        {
            Assert.Throws<ArgumentNullException>(() => trainers.NeuralNetwork(options));
        }
        Assert.Throws<ArgumentException>(() => trainers.NeuralNetwork(exampleWeightColumnName: ""));
        Assert.Throws<ArgumentOutOfRangeException>(() => Create(Quick with { ValidationFraction = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Create(Quick with { ValidationFraction = -0.1 }));
    }

    [Fact]
    public void Weights_of_examples_are_read_from_their_column()
    {
        var rows = Rows(48);
        foreach (var (i, row) in rows.Index())
            row.Weight = i % 5 / 2f;
        var data = View(rows);

        var model = Create(Quick with { ExampleWeightColumnName = "Weight", Seed = 1 }).Fit(data);

        var read = DataViewReader.Read(data, new(data.Schema["Features"], Columns.FindLabel(data.Schema, "Label"), data.Schema["Weight"]));
        var expected = Trainer.Train(
            read.ToTrainingSet(model.Model.ClassNames, read.ScaleByMagnitude(alike: false, out _)) with { Weights = rows.Select(row => row.Weight).ToArray() },
            null, Quick with { Seed = 1 }, progress: null, CancellationToken.None);
        Assert.Equal(expected.Network.Layers[0].Weights, model.Model.Network.Layers[0].Weights);
        Assert.NotEqual(expected.Network.Layers[0].Weights, Fit(Quick, data, seed: 1).Model.Network.Layers[0].Weights);
        var wrong = Create(Quick with { ExampleWeightColumnName = "Label" });
        Assert.StartsWith("The weight column 'Label' is of type", Assert.Throws<ArgumentOutOfRangeException>(() => wrong.Fit(data)).Message, StringComparison.Ordinal);
        // In a pipeline, ML.NET looks beforehand.
        Assert.Throws<ArgumentOutOfRangeException>(() => wrong.Append(_context.Transforms.CopyColumns("Copy", "Score")).Fit(data));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.5f)]
    public void A_share_of_the_rows_is_held_out_of_each_class_and_not_trained_on(float unit)
    {
        // Bytes or floats; the classes are 2, 1 and 1 of four.
        var rows = Rows(80);
        foreach (var (i, row) in rows.Index())
            (row.Label, row.Weight, row.Features[0]) = ($"{i % 4 / 2 + (i % 4 == 3 ? 1 : 0)}", i, i * unit);
        var data = View(rows);
        var read = DataViewReader.Read(data, new(data.Schema["Features"], Columns.FindLabel(data.Schema, "Label"), data.Schema["Weight"]));

        var (kept, held) = read.HoldOut(0.25, 3, seed: 1);

        var (train, validation) = (Set(kept), Set(held));
        Assert.Equal((60, 20), (train.Input.RowCount, validation.Input.RowCount));
        Assert.Equal([10, 5, 5], validation.Labels.ToArray().CountBy(label => label).OrderBy(count => count.Key).Select(count => count.Value));
        // Rows keep what is theirs, and are on one side only.
        var numbers = Numbers(train).Concat(Numbers(validation)).ToArray();
        Assert.Equal(Enumerable.Range(0, 80), numbers.Order());
        Assert.Equal(train.Weights.ToArray(), Numbers(train).Select(number => (float)number));
        Assert.All(Numbers(train).Zip(train.Labels.ToArray()), row => Assert.Equal(row.First % 4 / 2 + (row.First % 4 == 3 ? 1 : 0), row.Second));
        Assert.All(Numbers(validation).Zip(validation.Labels.ToArray()), row => Assert.Equal(row.First % 4 / 2 + (row.First % 4 == 3 ? 1 : 0), row.Second));

        TrainingSet Set(DataViewReader reader) => reader.ToTrainingSet(["0", "1", "2"], reader.Scale(1));

        int[] Numbers(TrainingSet set) => [.. NeuralNetworkMulticlassTrainerTests.Loaded(set.Input).Select(row => (int)(row[0] / unit))];
    }

    [Fact]
    public void A_share_of_the_rows_stops_the_training_early_and_calibrates()
    {
        var data = Flower.Prepared(_context);
        var reports = new List<TrainingProgress>();

        var model = Create(Quick with
        {
            ValidationFraction = 0.2,
            Patience = 1,
            Epochs = 1000,
            Optimizer = new Sgd(),
            LearningRate = 0.5,
            Progress = new Reports(reports.Add),
        }).Fit(data);

        Assert.InRange(model.Training!.History.Count, 2, 999);
        Assert.All(model.Training.History, epoch => Assert.NotNull(epoch.ValidationLoss));
        Assert.NotNull(model.Training.Temperature);
        Assert.Equal(Flower.Count * 4 / 5, reports[^1].RowsInEpoch);
        // Rows that are given take its place.
        reports.Clear();
        Create(Quick with { ValidationFraction = 0.2, Progress = new Reports(reports.Add) }).Fit(data, data);
        Assert.Equal(Flower.Count, reports[^1].RowsInEpoch);
    }

    [Fact]
    public void A_training_that_is_interrupted_resumes_to_the_same_network()
    {
        using var folder = new TemporaryFolder();
        using var cancellation = new CancellationTokenSource();
        var data = Flower.Prepared(_context);
        var options = Quick with { Epochs = 6, Seed = 3, CheckpointPath = Path.Join(folder.Path, "training.checkpoint") };

        var interrupted = Create(options with
        {
            Cancellation = cancellation.Token,
            Progress = new Reports(report =>
            {
                if (report.Completed?.Epoch == 2)
                    cancellation.Cancel();
            }),
        }).Fit(data);
        var resumed = Create(options with { Resume = true }).Fit(data);

        Assert.True(interrupted.Training!.IsCancelled);
        Assert.Equal(6, resumed.Training!.History.Count);
        AssertSameWeights(Create(options with { CheckpointPath = null }).Fit(data), resumed);
        var weighted = Create(options with { Resume = true, ExampleWeightColumnName = "Length" });
        Assert.Contains("the training rows differs", Assert.Throws<CheckpointException>(() => weighted.Fit(data)).Message, StringComparison.Ordinal);
        var divided = Create(options with { Resume = true, FeatureDivisor = 3 });
        Assert.Contains("the training rows differs", Assert.Throws<CheckpointException>(() => divided.Fit(data)).Message, StringComparison.Ordinal);
    }

    NeuralNetworkMulticlassTrainer Create(Options options) => _context.MulticlassClassification.Trainers.NeuralNetwork(options);

    NeuralNetworkTransformer Fit(Options options, IDataView data, int seed) => Create(options with { Seed = seed }).Fit(data);

    /// <summary>The seed that the log has of a training.</summary>
    int Seed(Func<NeuralNetworkTransformer> fit, out NeuralNetworkTransformer network)
    {
        int? seed = null;
        void Listen(object? sender, LoggingEventArgs message) => seed = SeedIn(message.Message) ?? seed;
        _context.Log += Listen;
        network = fit();
        _context.Log -= Listen;
        return seed!.Value;
    }

    static int? SeedIn(string message) =>
        message.IndexOf("Seed: ", StringComparison.Ordinal) is >= 0 and var place ? int.Parse(message[(place + 6)..].Split('.')[0], null) : null;

    static void AssertSameWeights(NeuralNetworkTransformer expected, NeuralNetworkTransformer actual) =>
        Assert.Equal(expected.Model.Network.Layers.SelectMany(layer => layer.Weights), actual.Model.Network.Layers.SelectMany(layer => layer.Weights));

    static Row[] Rows(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Row { Label = $"{i % 3}", Features = [i % 3, i % 7, 100 * (i % 2)] })];

    IDataView View(Row[] rows)
    {
        var data = _context.Data.LoadFromEnumerable(rows);
        var classes = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 3).Select(label => new Class($"{label}")));
        return _context.Transforms.Conversion.MapValueToKey("Label", keyData: classes).Fit(data).Transform(data);
    }

    sealed class Reports(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    sealed class Row
    {
        public string Label { get; set; } = "";

        [VectorType(3)]
        public float[] Features { get; set; } = [];

        public float Weight { get; set; } = 1;
    }

    sealed record Class(string Label);

    sealed record Image([property: KeyType(3)] uint Label, [property: VectorType(4)] float[] Pixels);
}
