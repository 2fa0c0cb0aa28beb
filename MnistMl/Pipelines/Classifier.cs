using MnistMl.Data;
using MnistMl.Evaluation;
using MnistMl.Model;

namespace MnistMl.Pipelines;

/// <summary>A model file as one of the pipelines has loaded it.</summary>
abstract class Classifier(TrainedNetwork network)
{
    /// <summary>The k of the top-k accuracy.</summary>
    protected const int TopK = 3;

    /// <summary>The network itself.</summary>
    public TrainedNetwork Network => network;

    /// <summary>Whether it is ML.NET that runs it.</summary>
    public abstract bool IsMLNet { get; }

    /// <summary>Measures the classifier on rows with classes, which are numbered by the network's labels.</summary>
    public abstract MulticlassMetrics Evaluate(Dataset test);
}
