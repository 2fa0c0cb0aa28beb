using MnistMl.Data;

namespace MnistMl.Training;

/// <summary>Splits rows into some to train on and others to test on.</summary>
public static class TrainTestSplit
{
    /// <summary>A class of which a part should have this many rows, and has none, is missing there by order and not by chance.</summary>
    const int MinExpected = 10;

    /// <summary>The first rows to train on, the others to test on, without copying them.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="trainCount">How many to train on, at most all.</param>
    public static (Dataset Train, Dataset Test) InOrder(Dataset rows, int trainCount) =>
        (rows.Slice(0, trainCount), rows.Slice(trainCount, rows.RowCount - trainCount));

    /// <summary>Whether the rows of each of several classes follow one another, in any order of the classes.</summary>
    /// <param name="rows">All rows.</param>
    internal static bool IsSortedByClass(Dataset rows)
    {
        var (seen, classes, changes) = (new bool[rows.ClassNames.Count], 0, 0);
        for (var row = 0; row < rows.RowCount; row++)
        {
            var label = rows.Labels[row];
            changes += row > 0 && label != rows.Labels[row - 1] ? 1 : 0;
            classes += seen[label] ? 0 : 1;
            seen[label] = true;
        }
        return classes > 1 && changes == classes - 1 && rows.RowCount > classes;
    }

    /// <summary>
    /// Whether rows may be divided where they lie: not if they are sorted by class, nor if a class is on one side only that has too
    /// many rows for that to be chance.
    /// </summary>
    /// <inheritdoc cref="InOrder"/>
    public static bool IsOrderRandom(Dataset rows, int trainCount)
    {
        if (IsSortedByClass(rows))
            return false;
        var (before, all) = (new int[rows.ClassNames.Count], new int[rows.ClassNames.Count]);
        for (var row = 0; row < rows.RowCount; row++)
        {
            var label = rows.Labels[row];
            before[label] += row < trainCount ? 1 : 0;
            all[label]++;
        }
        for (var label = 0; label < all.Length; label++)
        {
            if (before[label] == 0 && IsExpected(label, trainCount) || before[label] == all[label] && IsExpected(label, rows.RowCount - trainCount))
                return false;
        }
        return true;

        bool IsExpected(int label, int partCount) => (long)all[label] * partCount >= (long)MinExpected * rows.RowCount;
    }

    /// <summary>
    /// Rows drawn at random, of each class in proportion, in random order. The same rows and seed give the same parts. Of each class
    /// at least one is to train on, if there are so many to train on.
    /// </summary>
    /// <param name="rows">All rows, with labels.</param>
    /// <param name="trainCount">How many to train on, at most all.</param>
    /// <param name="seed">Seed of the draw.</param>
    public static (Dataset Train, Dataset Test) Stratified(Dataset rows, int trainCount, int seed)
    {
        var (train, test) = StratifiedRows(rows.Labels, rows.ClassNames.Count, trainCount, seed);
        return (rows.Take([.. train]), rows.Take([.. test]));
    }

    /// <summary>The rows of <see cref="Stratified"/>, by their numbers.</summary>
    /// <param name="labels">[rows]: each row's class.</param>
    /// <param name="classCount">Number of classes.</param>
    /// <param name="trainCount">How many to train on, at most all.</param>
    /// <param name="seed">Seed of the draw.</param>
    internal static (List<int> Train, List<int> Test) StratifiedRows(ReadOnlySpan<int> labels, int classCount, int trainCount, int seed)
    {
        var wanted = TestCounts(labels, classCount, trainCount);
        var order = new int[labels.Length];
        // The order of an epoch that no training has.
        ExampleOrder.Fill(order, seed, epoch: 0);
        var (train, test) = (new List<int>(trainCount), new List<int>(labels.Length - trainCount));
        foreach (var row in order)
            (wanted[labels[row]]-- > 0 ? test : train).Add(row);
        return (train, test);
    }

    /// <summary>How many rows of each class are to test on: by largest remainders (Hamilton's method).</summary>
    static int[] TestCounts(ReadOnlySpan<int> labels, int classCount, int trainCount)
    {
        var counts = new int[classCount];
        foreach (var label in labels)
            counts[label]++;
        var kept = trainCount >= counts.Count(count => count > 0) ? 1 : 0;
        var share = (double)(labels.Length - trainCount) / labels.Length;
        int[] test = [.. counts.Select(count => Math.Min((int)(share * count), Math.Max(0, count - kept)))];
        var left = labels.Length - trainCount - test.Sum();
        while (left > 0)
        {
            foreach (var label in Enumerable.Range(0, counts.Length).Where(label => test[label] < counts[label] - kept)
                .OrderByDescending(label => share * counts[label] - test[label]).Take(left).ToArray())
            {
                test[label]++;
                left--;
            }
        }
        return test;
    }
}
