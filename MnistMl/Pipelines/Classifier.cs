using MnistMl.Data;
using MnistMl.Evaluation;
using MnistMl.Models;

namespace MnistMl.Pipelines;

/// <summary>A trained network as one of the pipelines holds it.</summary>
abstract class Classifier(TrainedNetwork network)
{
    /// <summary>The k of the top-k accuracy.</summary>
    protected const int TopK = 3;

    /// <summary>The network itself.</summary>
    public TrainedNetwork Network => network;

    /// <summary>Measures the classifier on rows with classes, which are numbered by the network's labels.</summary>
    public abstract MulticlassMetrics Evaluate(Dataset test);

    /// <summary>Saves the classifier as an ML.NET model file, whole or not at all.</summary>
    /// <exception cref="MnistMlException">The file cannot be written.</exception>
    public abstract void Save(string path);
}
