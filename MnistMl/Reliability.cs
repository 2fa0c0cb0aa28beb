using Microsoft.ML;

namespace MnistMl;

/// <summary>
/// How far probabilities can be trusted: of the predictions that a model gives a probability of about 70 %, 70 % should be right.
/// Predictions are sorted by the probability of the predicted class into bins of equal width (Guo et al., "On calibration of modern
/// neural networks", 2017).
/// </summary>
/// <param name="Bins">The bins, from the least probability to the greatest.</param>
sealed record Reliability(IReadOnlyList<ReliabilityBin> Bins)
{
    /// <summary>Number of bins.</summary>
    public const int BinCount = 15;

    /// <summary>How far the sum of probabilities may be from 1.</summary>
    const double Tolerance = 1e-3;

    /// <summary>
    /// Expected calibration error: how far mean probability and accuracy of a bin are apart, in the mean over all rows; 0 is perfect.
    /// </summary>
    public double ExpectedCalibrationError =>
        Bins.Sum(bin => bin.Rows * Math.Abs(bin.Accuracy - bin.Probability)) / Bins.Sum(bin => bin.Rows);

    /// <summary>
    /// The error to be expected of chance alone: of probabilities that are all as they should be, on so many rows. That of a bin is the
    /// mean distance of a sum of independent trials from its mean, √(2/π) standard deviations.
    /// </summary>
    public double ErrorByChance =>
        Bins.Sum(bin => Math.Sqrt(2 / Math.PI * bin.Rows * bin.Probability * (1 - bin.Probability))) / Bins.Sum(bin => bin.Rows);

    /// <summary>Sorts the predictions of scored rows.</summary>
    /// <inheritdoc cref="ScoredRows.Read"/>
    /// <returns>Null where the scores are no probabilities, as those of some trainers, or there are no rows.</returns>
    public static Reliability? Of(IDataView scored, string label)
    {
        var (rows, correct, sums) = (new long[BinCount], new long[BinCount], new double[BinCount]);
        foreach (var (truth, probabilities) in ScoredRows.Read(scored, label))
        {
            if (probabilities.Min() < 0 || !(Math.Abs(probabilities.Sum(probability => (double)probability) - 1) < Tolerance))
                return null;
            var greatest = probabilities.Max();
            // A bin has its upper bound, and 1 is in the last.
            var bin = Math.Clamp((int)Math.Ceiling(greatest * BinCount) - 1, 0, BinCount - 1);
            rows[bin]++;
            sums[bin] += greatest;
            correct[bin] += probabilities.AsSpan().IndexOf(greatest) == truth ? 1 : 0;
        }
        return rows.Sum() == 0 ? null : new(
            [.. Enumerable.Range(0, BinCount).Select(bin => new ReliabilityBin(
                (double)bin / BinCount, (bin + 1.0) / BinCount, rows[bin],
                rows[bin] == 0 ? 0 : sums[bin] / rows[bin], rows[bin] == 0 ? 0 : (double)correct[bin] / rows[bin]))]);
    }
}

/// <summary>The predictions whose probability is in a range.</summary>
/// <param name="From">The range's lower bound, excluded.</param>
/// <param name="To">The range's upper bound.</param>
/// <param name="Rows">How many there are.</param>
/// <param name="Probability">Their mean probability; 0 where there are none.</param>
/// <param name="Accuracy">Share of them that are right; 0 where there are none.</param>
readonly record struct ReliabilityBin(double From, double To, long Rows, double Probability, double Accuracy);
