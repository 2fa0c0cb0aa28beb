using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.LightGbm;
using MnistMl.MLNet;

namespace MnistMl.Benchmarks;

/// <summary>The trainer beside ML.NET's own, on tables of several kinds: accuracy, log-loss and time of <c>Fit</c>, each
/// on one thread, all in one run.</summary>
static class TrainersBenchmark
{
    const int DigitRows = 5000;

    static readonly string[] _colors = ["red", "green", "blue", "white", "black", "grey", "brown", "yellow"];

    static readonly (string Name, Func<MLContext, IEstimator<ITransformer>> Create)[] _trainers =
    [
        // Of itself a linear model takes features of unlike scales badly.
        ("LbfgsMaximumEntropy, NormalizeMinMax", context => context.Transforms.NormalizeMinMax("Features")
            .Append(context.MulticlassClassification.Trainers.LbfgsMaximumEntropy(new() { NumberOfThreads = 1 }))),
        ("LightGbm", context => context.MulticlassClassification.Trainers.LightGbm(new LightGbmMulticlassTrainer.Options { NumberOfThreads = 1 })),
        ("NeuralNetwork", context => context.MulticlassClassification.Trainers.NeuralNetwork(
            new NeuralNetworkMulticlassTrainer.Options { NumberOfThreads = 1 })),
        ("NeuralNetwork, 100 epochs", context => context.MulticlassClassification.Trainers.NeuralNetwork(
            new NeuralNetworkMulticlassTrainer.Options { NumberOfThreads = 1, Epochs = 100 })),
    ];

    public static void Run(BenchmarkOptions options)
    {
        Benchmarks.Print($"| table | trainer | accuracy | log-loss | Fit |");
        Benchmarks.Print($"|---|---|---:|---:|---:|");
        foreach (var (table, read) in ((string, Func<MLContext, IDataView>)[])
            [("spiral", Spiral), ("rules", Rules), ("digits", Digits)])
        {
            foreach (var (trainer, create) in _trainers)
            {
                Benchmarks.Progress($"{table}: {trainer}");
                // The first is the JIT compiler's.
                var runs = Enumerable.Range(0, options.Rounds + 1).Select(seed => Run(read, create, seed)).Skip(1).ToArray();
                Benchmarks.Print($"| {table} | {trainer} | {100 * runs.Select(run => run.Accuracy).Median():F1} % | {runs.Select(run => run.LogLoss).Median():F3} | {runs.Select(run => run.Seconds).Median():F2} s |");
            }
        }
    }

    /// <summary>Trains on four fifths of the rows, which are in memory, and tests on the others.</summary>
    static (double Accuracy, double LogLoss, double Seconds) Run(
        Func<MLContext, IDataView> read, Func<MLContext, IEstimator<ITransformer>> create, int seed)
    {
        var context = new MLContext(seed);
        var split = context.Data.TrainTestSplit(context.Data.Cache(read(context)), testFraction: 0.2);
        var train = context.Data.Cache(split.TrainSet);
        // Reading fills the cache.
        _ = train.GetColumn<float[]>("Features").Zip(train.GetColumn<uint>("Label")).Count();
        var trainer = create(context);
        var clock = Stopwatch.StartNew();
        var model = trainer.Fit(train);
        var seconds = clock.Elapsed.TotalSeconds;
        var metrics = context.MulticlassClassification.Evaluate(model.Transform(split.TestSet));
        return (metrics.MicroAccuracy, metrics.LogLoss, seconds);
    }

    /// <summary>Three arms that wind around each other, as in the README.</summary>
    static IDataView Spiral(MLContext context)
    {
        var random = new Random(1);
        return Prepare(context, [.. Enumerable.Range(0, 3000).Select(i =>
        {
            var radius = random.NextSingle();
            var angle = 2 * MathF.PI * (radius + i % 3 / 3f) + 0.2f * random.NextSingle();
            return new Row($"{i % 3}", "", [radius * MathF.Cos(angle), radius * MathF.Sin(angle)]);
        })]);
    }

    /// <summary>
    /// A word and ten numbers of unlike scales. The class follows from the word and thresholds of three of the numbers; of one row in ten
    /// it is drawn.
    /// </summary>
    static IDataView Rules(MLContext context)
    {
        var random = new Random(1);
        return Prepare(context, [.. Enumerable.Range(0, 10_000).Select(_ =>
        {
            var (color, numbers) = (random.Next(_colors.Length), new float[10]);
            for (var i = 0; i < numbers.Length; i++)
                numbers[i] = MathF.Pow(10, i % 4) * random.NextSingle();
            var rule = (color % 3 == 0 ? 1 : 0) + (numbers[0] > 0.3f ? 1 : 0) + (numbers[1] > 6 && numbers[2] < 40 ? 1 : 0);
            return new Row($"{(random.Next(10) == 0 ? random.Next(4) : rule)}", _colors[color], numbers);
        })]);
    }

    /// <summary>MNIST's first images.</summary>
    static IDataView Digits(MLContext context)
    {
        var view = new DatasetView(Benchmarks.ReadMnist().Train.Slice(0, DigitRows), "Features");
        return context.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view);
    }

    static IDataView Prepare(MLContext context, Row[] rows)
    {
        var definition = SchemaDefinition.Create(typeof(Row));
        definition["Numbers"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Numbers.Length);
        var typed = context.Data.LoadFromEnumerable(rows, definition);
        return context.Transforms.Conversion.MapValueToKey("Label")
            .Append(context.Transforms.Categorical.OneHotEncoding("Word"))
            .Append(context.Transforms.Concatenate("Features", "Word", "Numbers"))
            .Fit(typed).Transform(typed);
    }

    sealed record Row(string Label, string Word, float[] Numbers);
}
