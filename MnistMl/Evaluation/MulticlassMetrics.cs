namespace MnistMl.Evaluation;

/// <summary>
/// How well a classifier does on labelled rows, by the definitions of ML.NET's <c>MulticlassClassificationMetrics</c>.
/// </summary>
public sealed class MulticlassMetrics
{
    /// <summary>Labels in class order.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Share of the rows classified correctly, 0 to 1: accuracy.</summary>
    public required double MicroAccuracy { get; init; }

    /// <summary>Mean over the classes of the share of their rows classified correctly, 0 to 1.</summary>
    public required double MacroAccuracy { get; init; }

    /// <summary>Mean of −ln(probability of the true class), in nats: cross-entropy.</summary>
    public required double LogLoss { get; init; }

    /// <summary>1 − log-loss ÷ the log-loss of always predicting the classes' shares; 1 is perfect.</summary>
    public required double LogLossReduction { get; init; }

    /// <summary>The k of <see cref="TopKAccuracy"/>.</summary>
    public required int TopK { get; init; }

    /// <summary>Share of the rows whose true class is among the <see cref="TopK"/> most probable, 0 to 1.</summary>
    public required double TopKAccuracy { get; init; }

    /// <summary>[truth, predicted]: the number of rows of each.</summary>
    public required IReadOnlyList<IReadOnlyList<long>> ConfusionMatrix { get; init; }

    /// <summary>For each class, of the rows predicted as it, the share that are it; 0 where none is predicted.</summary>
    public required IReadOnlyList<double> Precision { get; init; }

    /// <summary>For each class, of its rows, the share predicted as it; 0 where it has none.</summary>
    public required IReadOnlyList<double> Recall { get; init; }

    /// <summary>Number of rows evaluated.</summary>
    public required long Rows { get; init; }

    /// <summary>For each class, the harmonic mean of its precision and recall; 0 where both are.</summary>
    public IReadOnlyList<double> F1 =>
        [.. Precision.Zip(Recall, (precision, recall) => precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0)];
}
