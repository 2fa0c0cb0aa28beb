using MnistMl.Data;
using MnistMl.Network;

namespace MnistMl.Training;

/// <summary>Rows to train on or to score, with their classes, in the engine's form.</summary>
/// <param name="Input">The rows, already multiplied by <paramref name="Scale"/>.</param>
/// <param name="Labels">[rows]: each row's class.</param>
/// <param name="ClassNames">The classes' names.</param>
/// <param name="Scale">[features]: what each feature is multiplied by.</param>
sealed record TrainingSet(FeatureMatrix Input, ReadOnlyMemory<int> Labels, IReadOnlyList<string> ClassNames, float[] Scale)
{
    /// <summary>What pixels are divided by.</summary>
    public const float GreatestPixel = byte.MaxValue;

    /// <summary>The rows of a data set, their pixels scaled from 0–255 to 0–1.</summary>
    public static TrainingSet From(Dataset dataset)
    {
        var scale = new float[dataset.FeatureCount];
        Array.Fill(scale, 1 / GreatestPixel);
        var input = new ByteMatrix(dataset.PixelMemory, dataset.FeatureCount, 1 / GreatestPixel);
        return new TrainingSet(input, dataset.LabelMemory, dataset.ClassNames, scale);
    }
}
