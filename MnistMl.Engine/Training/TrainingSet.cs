using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Network;

namespace MnistMl.Training;

/// <summary>Rows to train on or to score, with their classes, in the engine's form.</summary>
/// <param name="Input">The rows, already multiplied by <paramref name="Scale"/>.</param>
/// <param name="Labels">[rows]: each row's class.</param>
/// <param name="ClassNames">The classes' names.</param>
/// <param name="Scale">[features]: what each feature is multiplied by.</param>
sealed record TrainingSet(FeatureMatrix Input, ReadOnlyMemory<int> Labels, IReadOnlyList<string> ClassNames, float[] Scale)
{
    /// <summary>What values the features stand for, before they are multiplied: those that the trained network takes.</summary>
    public PixelRange Range { get; init; } = PixelRange.Bytes;

    /// <summary>[rows]: how much each counts in training; empty where all count 1.</summary>
    public ReadOnlyMemory<float> Weights { get; init; }

    /// <summary>The rows of a data set, their pixels scaled to 0–1 from the range they have.</summary>
    public static TrainingSet From(Dataset dataset)
    {
        var scale = new float[dataset.FeatureCount];
        Array.Fill(scale, 1f / dataset.Range.MaxByte);
        var input = new ByteMatrix(dataset.PixelMemory, dataset.FeatureCount, scale[0]);
        return new TrainingSet(input, dataset.LabelMemory, dataset.ClassNames, scale) { Range = dataset.Range };
    }

    /// <summary>A network that was trained on these rows' bytes, for the values that they stand for.</summary>
    public TrainedNetwork TakingValues(TrainedNetwork network) =>
        Range.IsBytes ? network : network.WithInput(1 / Range.Unit, -Range.Offset / Range.Unit);

    /// <summary>[classes]: how much an example of each counts; null where all count 1.</summary>
    public float[]? ClassWeightsBy(ClassWeights weights)
    {
        if (weights == ClassWeights.Uniform)
            return null;
        var counts = new int[ClassNames.Count];
        foreach (var label in Labels.Span)
            counts[label]++;
        var classes = counts.Count(count => count > 0);
        return Array.ConvertAll(counts, count => count == 0 ? 0 : (float)((double)Labels.Length / ((double)classes * count)));
    }
}
