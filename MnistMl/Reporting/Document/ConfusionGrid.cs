namespace MnistMl.Reporting.Document;

/// <summary>
/// A confusion matrix that fits a page: of all classes or, where these are too many, of those with the most errors, with all
/// others together in its last row and column.
/// </summary>
/// <param name="Classes">The classes, in their order; null stands for all others.</param>
/// <param name="Counts">[classes, classes]: a row for each truth, a column for each prediction.</param>
sealed record ConfusionGrid(IReadOnlyList<int?> Classes, long[][] Counts)
{
    /// <summary>Classes that are shown all.</summary>
    public const int MaxClasses = 30;

    /// <summary>Of more classes, how many are shown.</summary>
    public const int Worst = 20;

    /// <summary>The share of a truth's rows from which on an error has the strongest color.</summary>
    public const double StrongShare = 0.1;

    /// <summary>The matrix of a test.</summary>
    public static ConfusionGrid Of(TestMetrics metrics)
    {
        var count = metrics.Classes.Count;
        IReadOnlyList<int?> shown = count <= MaxClasses
            ? [.. Enumerable.Range(0, count)]
            : [.. metrics.Classes.Index().OrderByDescending(entry => entry.Item.Rows + entry.Item.Predicted - 2 * entry.Item.Correct)
                .Take(Worst).Select(entry => entry.Index).Order(), null];
        var placeOf = shown.Index().Where(entry => entry.Item != null).ToDictionary(entry => entry.Item!.Value, entry => entry.Index);
        long[][] counts = [.. shown.Select(_ => new long[shown.Count])];
        foreach (var (truth, predicted, rows) in metrics.Confusions)
            counts[placeOf.GetValueOrDefault(truth, shown.Count - 1)][placeOf.GetValueOrDefault(predicted, shown.Count - 1)] += rows;
        return new(shown, counts);
    }

    /// <summary>The share of a truth's rows that a cell has; 0 where it has none.</summary>
    public double Share(int truth, int predicted) => Counts[truth][predicted] / Math.Max(1.0, Counts[truth].Sum());

    /// <summary>How strong an error's color is: 0 for none, 1 to <paramref name="levels"/>. The root sets 0.1 % apart from 1 %.</summary>
    public static int Level(double share, int levels) => (int)Math.Ceiling(levels * Math.Sqrt(Math.Min(1, share / StrongShare)));

    /// <summary>The greatest share that has a color.</summary>
    public static double ShareOf(int level, int levels) => StrongShare * level * level / (levels * levels);
}
