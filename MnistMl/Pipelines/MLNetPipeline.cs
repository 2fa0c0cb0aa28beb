using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Data;
using MnistMl.Evaluation;
using MnistMl.Files;
using MnistMl.MLNet;
using MnistMl.Model;
using MnistMl.Training;

namespace MnistMl.Pipelines;

/// <summary>
/// ML.NET's way to train and to test: data views, our trainer as one of its own, its loading and evaluation of models, as in
/// any app that uses it.
/// </summary>
sealed class MLNetPipeline : Pipeline
{
    readonly MLContext _context = new(seed: 1);

    public override string Name { get; } = "ML.NET " + typeof(MLContext).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];

    public override TrainingResult Train(
        Dataset train, Dataset? validation, TrainingOptions options,
        IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        if (train.Rows == 0 || !train.HasClasses)
            throw new ArgumentException("Training takes rows with classes.", nameof(train));
        var rows = new DatasetView(train);
        var trainerOptions = new NeuralNetworkMulticlassTrainer.Options(options)
        {
            LabelColumnName = DatasetView.Label,
            FeatureColumnName = DatasetView.Pixels,
            FeatureScale = TrainingSet.GreatestPixel,
            Progress = progress,
            Cancellation = cancellation,
        };
        var trainer = _context.MulticlassClassification.Trainers.NeuralNetwork(trainerOptions);
        return trainer.Train(rows, validation is { Rows: > 0 } ? new DatasetView(validation) : null);
    }

    public override Classifier Load(string path)
    {
        // Our reader says what is wrong with a file, where ML.NET may fail in many ways.
        var network = MLNetModelFile.Read(path);
        return new MLNetClassifier(_context, _context.Model.Load(path, out _), network);
    }

    /// <summary>What ML.NET's evaluation came to, in the form of the engine's.</summary>
    internal static MulticlassMetrics ToMetrics(
        MulticlassClassificationMetrics metrics, IReadOnlyList<string> labels, long rows) => new()
        {
            Labels = labels,
            MicroAccuracy = metrics.MicroAccuracy,
            MacroAccuracy = metrics.MacroAccuracy,
            LogLoss = metrics.LogLoss,
            LogLossReduction = metrics.LogLossReduction,
            TopK = metrics.TopKPredictionCount,
            TopKAccuracy = metrics.TopKAccuracy,
            ConfusionMatrix =
                [.. metrics.ConfusionMatrix.Counts.Select(row => row.Select(count => (long)count).ToArray())],
            Precision = metrics.ConfusionMatrix.PerClassPrecision,
            Recall = metrics.ConfusionMatrix.PerClassRecall,
            Rows = rows,
        };

    sealed class MLNetClassifier(MLContext context, ITransformer model, TrainedNetwork network) : Classifier(network)
    {
        public override bool IsMLNet => true;

        public override MulticlassMetrics Evaluate(Dataset test)
        {
            // The evaluation wants the predictions as keys again.
            var labels = context.Data.LoadFromEnumerable(Network.Labels.Select(label => new LabelText(label)));
            var toKey = context.Transforms.Conversion.MapValueToKey("PredictedLabel", keyData: labels);
            var predictions = model.Transform(new DatasetView(test));
            var metrics = context.MulticlassClassification.Evaluate(
                toKey.Fit(predictions).Transform(predictions), DatasetView.Label, topKPredictionCount: TopK);

            return ToMetrics(metrics, Network.Labels, test.Rows);
        }

        sealed record LabelText(string Text);
    }
}
