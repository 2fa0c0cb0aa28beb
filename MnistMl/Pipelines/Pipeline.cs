using MnistMl.Data;
using MnistMl.Files;
using MnistMl.Training;

namespace MnistMl.Pipelines;

/// <summary>
/// The way from rows to a classifier and its figures: through ML.NET where Microsoft.ML could be restored, else through
/// the engine alone. Both give the same weights and figures.
/// </summary>
abstract class Pipeline
{
    /// <summary>The one this build has.</summary>
    public static Pipeline Default { get; } =
        new MLNetPipeline();

    /// <summary>The one for a model file: ML.NET has no part in ONNX files.</summary>
    /// <param name="path">The file, there or to be written.</param>
    public static Pipeline For(string path) => ModelFile.IsOnnx(path) ? new EnginePipeline() : Default;

    /// <summary>What it runs on, for people to read.</summary>
    public abstract string Name { get; }

    /// <summary>Trains a network; see <see cref="Trainer.Train(Dataset, Dataset?, TrainingOptions, IProgress{TrainingProgress}?, CancellationToken)"/>.</summary>
    public abstract TrainingResult Train(
        Dataset train, Dataset? validation, TrainingOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellation);

    /// <summary>Loads a classifier from a model file.</summary>
    /// <exception cref="MnistMlException">The file cannot be read, or holds another kind of model.</exception>
    public abstract Classifier Load(string path);
}
