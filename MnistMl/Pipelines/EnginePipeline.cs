using MnistMl.Data;
using MnistMl.Evaluation;
using MnistMl.Files;
using MnistMl.Model;
using MnistMl.Inference;
using MnistMl.Training;

namespace MnistMl.Pipelines;

/// <summary>The engine alone: it needs no package of ML.NET's.</summary>
sealed class EnginePipeline : Pipeline
{
    public override string Name => "without ML.NET";

    public override TrainingResult Train(
        Dataset train, Dataset? validation, TrainingOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellation) =>
        Trainer.Train(train, validation, options, progress, cancellation);

    public override Classifier Load(string path) => new EngineClassifier(ModelFile.Read(path));

    sealed class EngineClassifier(TrainedNetwork network) : Classifier(network)
    {
        public override bool IsMLNet => false;

        public override MulticlassMetrics Evaluate(Dataset test) =>
            MulticlassMetrics.Compute(Scorer.Score(Network, test), test.Classes, Network.Labels, TopK);
    }
}
