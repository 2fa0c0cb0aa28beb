using System.Globalization;
using MnistMl.Data;
using MnistMl.Numerics;

namespace MnistMl;

/// <summary>How many rows a model still reads after each <see cref="Corruption"/>.</summary>
static class Robustness
{
    /// <summary>Rows that are corrupted, and then scored, at once.</summary>
    public const int RowsAtOnce = 1_000;

    /// <summary>Tests a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="test">Rows whose class names are the model's, in its order, and perhaps others after them.</param>
    /// <param name="progress">Told how many rows are scored so far.</param>
    /// <returns>The accuracy after each, in their order, the unchanged rows first.</returns>
    /// <exception cref="MnistMlException">The rows are no images as the corruptions take them.</exception>
    public static IReadOnlyList<CorruptedAccuracy> Of(LoadedModel model, Dataset test, Action<long>? progress = null)
    {
        if (test.FeatureCount != Corruption.Size * Corruption.Size || test.Range.MaxByte != byte.MaxValue)
        {
            throw new MnistMlException("Only images of 28 × 28 pixels can be corrupted, light ink on black as MNIST's are, in 256 shades. "
                + $"These rows have {test.FeatureCount} pixels from {Number(test.Range.Min)} to {Number(test.Range.Max)}.");
        }
        var done = 0L;
        return [.. Corruption.All.Select(corruption => new CorruptedAccuracy(corruption.Name, (double)CountRight(corruption) / test.RowCount))];

        int CountRight(Corruption corruption)
        {
            var right = 0;
            for (var start = 0; start < test.RowCount; start += RowsAtOnce)
            {
                var rows = Corrupt(test.Slice(start, Math.Min(RowsAtOnce, test.RowCount - start)), corruption);
                var scores = new float[rows.RowCount * model.ClassNames.Count];
                model.Score(RowBatches.Of(rows).Single(), scores, rowsBefore: start);
                right += scores.Chunk(model.ClassNames.Count).Index().Count(row => ((ReadOnlySpan<float>)row.Item).IndexOfMax() == rows.Labels[row.Index]);
                progress?.Invoke(done += rows.RowCount);
            }
            return right;
        }
    }

    static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    static Dataset Corrupt(Dataset rows, Corruption corruption)
    {
        var pixels = new byte[rows.Pixels.Length];
        Parallel.For(0, rows.RowCount, row => corruption.Apply(rows.Row(row).ToArray()).CopyTo(pixels, row * rows.FeatureCount));
        return new Dataset(pixels, rows.LabelMemory, rows.FeatureCount, rows.ClassNames, rows.Range);
    }
}

/// <summary>How well a model does on corrupted rows.</summary>
/// <param name="Corruption">What is done to them.</param>
/// <param name="Accuracy">Share of them that are right.</param>
readonly record struct CorruptedAccuracy(string Corruption, double Accuracy);
