namespace MnistMl.Runs;

/// <summary>
/// Whether one of two models is better, or the difference may be chance: only the rows that one of them gets right and the other wrong
/// tell (McNemar, "Note on the sampling error of the difference between correlated proportions or percentages", 1947). Were the models
/// alike, each of these would be as likely one's as the other's. The probability is the exact binomial one, which the χ² of McNemar
/// approaches for many rows.
/// </summary>
/// <param name="OnlyFirst">The rows, from 0, that only the first model gets right.</param>
/// <param name="OnlySecond">The rows, from 0, that only the second model gets right.</param>
sealed record McNemarTest(IReadOnlyList<int> OnlyFirst, IReadOnlyList<int> OnlySecond)
{
    /// <summary>Below this, a difference is called significant.</summary>
    public const double Significance = 0.05;

    /// <summary>The probability of a difference at least as large between models that are alike.</summary>
    public double Probability { get; } = ProbabilityOf(OnlyFirst.Count, OnlySecond.Count);

    /// <summary>Compares predictions of the same rows.</summary>
    public static McNemarTest Of(RowPredictions first, RowPredictions second)
    {
        var rows = Enumerable.Range(0, first.RowCount).Where(row => first.IsRight(row) != second.IsRight(row)).ToLookup(first.IsRight);
        return new([.. rows[true]], [.. rows[false]]);
    }

    /// <summary>Both tails of the binomial distribution with a probability of a half.</summary>
    static double ProbabilityOf(int one, int other)
    {
        var count = one + other;
        // The logarithm of count over k, times a half to the power of count: k from 0 on.
        var (logarithm, sum) = (-count * Math.Log(2), 0.0);
        for (var k = 0; k <= Math.Min(one, other); k++)
        {
            sum += Math.Exp(logarithm);
            logarithm += Math.Log(count - k) - Math.Log(k + 1);
        }
        return Math.Min(1, 2 * sum);
    }
}
