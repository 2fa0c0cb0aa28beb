using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.MLNet;

namespace MnistMl.Benchmarks;

/// <summary>ML.NET's own trainers on all of MNIST, once each, beside the trainer for ML.NET: accuracy, and time of <c>Fit</c>.</summary>
static class MLNetBenchmark
{
    static readonly (string Name, Func<MLContext, IEstimator<ITransformer>> Create)[] _trainers =
    [
        ("MnistMl's NeuralNetwork", context => context.MulticlassClassification.Trainers.NeuralNetwork()),
        ("LbfgsMaximumEntropy, after NormalizeMinMax", context => context.Transforms.NormalizeMinMax("Features")
            .Append(context.MulticlassClassification.Trainers.LbfgsMaximumEntropy())),
        ("LightGbm", context => context.MulticlassClassification.Trainers.LightGbm()),
    ];

    public static void Run()
    {
        Benchmarks.Print($"## ML.NET's own trainers");
        Benchmarks.Print($"");
        Benchmarks.Print($"""
            {Commands.CommandLine.Version} in one process: MNIST's 60,000 training images in memory, once each, with the
            defaults of each trainer, threads included. The time is that of `Fit`, the accuracy that on the 10,000 test images.
            """);
        Benchmarks.Print($"");
        Benchmarks.Print($"| | training, s | relative | test accuracy |");
        Benchmarks.Print($"|---|---:|---:|---:|");
        var context = new MLContext(seed: 1);
        var (trainRows, testRows) = Benchmarks.ReadMnist();
        var labels = context.Transforms.Conversion.MapValueToKey("Label").Fit(new DatasetView(trainRows, "Features"));
        var (train, test) = (Cached(trainRows), Cached(testRows));
        var own = 0.0;
        foreach (var (name, create) in _trainers)
        {
            var clock = Stopwatch.StartNew();
            var model = create(context).Fit(train);
            var seconds = clock.Elapsed.TotalSeconds;
            if (own == 0)
                own = seconds;
            var accuracy = context.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;
            Benchmarks.Progress($"  {name}: {seconds:F2} s, {accuracy:P2}");
            Benchmarks.Print($"| {name} | {seconds:F2} | {seconds / own:F0} × | {accuracy:P2} |");
        }

        IDataView Cached(Data.Dataset rows)
        {
            var view = context.Data.Cache(labels.Transform(new DatasetView(rows, "Features")));
            // Reading fills the cache.
            _ = view.GetColumn<float[]>("Features").Zip(view.GetColumn<uint>("Label")).Count();
            return view;
        }
    }
}
