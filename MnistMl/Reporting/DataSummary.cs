using System.Diagnostics.CodeAnalysis;
using MnistMl.Data;
using MnistMl.Training;

namespace MnistMl.Reporting;

/// <summary>How many rows there are of a class.</summary>
/// <param name="Name">The class.</param>
/// <param name="Train">Rows to train on.</param>
/// <param name="Test">Rows to test on.</param>
sealed record ClassCount(string Name, int Train, int Test)
{
    /// <summary>All rows.</summary>
    public int Rows => Train + Test;
}

/// <summary>Figures of a data set.</summary>
sealed class DataSummary
{
    /// <summary>Above twice as many classes only so many of the largest and of the smallest are shown.</summary>
    const int MaxShown = 20;

    /// <param name="path">The file or folder.</param>
    /// <param name="read">Its rows as they were read: those to train on, or all.</param>
    /// <param name="train">The rows to train on.</param>
    /// <param name="test">The rows to test on, of as many pixels.</param>
    /// <param name="testOrigin">Which rows are the test rows.</param>
    public DataSummary(string path, LoadedData read, Dataset train, Dataset test, string testOrigin)
    {
        (Path, Description, TestOrigin) = (path, read.Description, testOrigin);
        (TrainRows, TestRows) = (train.RowCount, test.RowCount);
        IsSorted = TrainTestSplit.IsSortedByClass(read.Dataset);
        Classes = Count(train, test);
        ZeroShare = (Zeros(train) + Zeros(test)) / ((double)train.FeatureCount * (train.RowCount + test.RowCount));

        var rows = new HashSet<int>(new SamePixels(train, test));
        for (var row = 0; row < train.RowCount; row++)
            DuplicatesInTrain += rows.Add(row) ? 0 : 1;
        var testRows = new HashSet<int>(rows.Comparer);
        for (var row = train.RowCount; row < train.RowCount + test.RowCount; row++)
        {
            DuplicatesInTest += testRows.Add(row) ? 0 : 1;
            TestRowsInTrain += rows.Contains(row) ? 1 : 0;
        }
    }

    /// <summary>The file or folder.</summary>
    public string Path { get; }

    /// <summary>What it was read as.</summary>
    public DataDescription Description { get; }

    /// <summary>Number of rows to train on.</summary>
    public int TrainRows { get; }

    /// <summary>Number of rows to test on.</summary>
    public int TestRows { get; }

    /// <summary>Which rows are the test rows.</summary>
    public string TestOrigin { get; }

    /// <summary>The classes, in order; at the end those of test rows only.</summary>
    public IReadOnlyList<ClassCount> Classes { get; }

    /// <summary>Those of the classes that are shown: all, or the largest and the smallest, by size.</summary>
    public IReadOnlyList<ClassCount> ShownClasses
    {
        get
        {
            if (Classes.Count <= 2 * MaxShown)
                return Classes;
            ClassCount[] bySize = [.. Classes.OrderByDescending(count => count.Rows)];
            return [.. bySize[..MaxShown], .. bySize[^MaxShown..]];
        }
    }

    /// <summary>Share of the pixels that are 0.</summary>
    public double ZeroShare { get; }

    /// <summary>Whether the rows, as they were read, are sorted by class.</summary>
    public bool IsSorted { get; }

    /// <summary>Training rows with the pixels of a training row before.</summary>
    public int DuplicatesInTrain { get; }

    /// <summary>Test rows with the pixels of a test row before.</summary>
    public int DuplicatesInTest { get; }

    /// <summary>Test rows with the pixels of a training row.</summary>
    public int TestRowsInTrain { get; }

    static ClassCount[] Count(Dataset train, Dataset test)
    {
        var names = train.ClassNames.Union(test.ClassNames).ToArray();
        var labelOf = names.Index().ToDictionary(name => name.Item, name => name.Index);
        var counts = new (int Train, int Test)[names.Length];
        foreach (var label in train.Labels)
            counts[label].Train++;
        int[] testLabels = [.. test.ClassNames.Select(name => labelOf[name])];
        foreach (var label in test.Labels)
            counts[testLabels[label]].Test++;
        return [.. names.Zip(counts, (name, count) => new ClassCount(name, count.Train, count.Test))];
    }

    static long Zeros(Dataset rows)
    {
        var zero = rows.Range.ToByte(0);
        return Math.Abs(rows.Range.Offset + rows.Range.Unit * zero) < rows.Range.Unit / 2 ? rows.Pixels.Count(zero) : 0;
    }

    /// <summary>Compares rows by their pixels: numbers from that of the training rows on are of test rows.</summary>
    sealed class SamePixels(Dataset train, Dataset test) : IEqualityComparer<int>
    {
        readonly Dataset _test = test.Range == train.Range ? test : InRange(test, train.Range);

        public bool Equals(int x, int y) => Row(x).SequenceEqual(Row(y));

        public int GetHashCode([DisallowNull] int row)
        {
            var hash = new HashCode();
            hash.AddBytes(Row(row));
            return hash.ToHashCode();
        }

        ReadOnlySpan<byte> Row(int row) => row < train.RowCount ? train.Row(row) : _test.Row(row - train.RowCount);

        static Dataset InRange(Dataset rows, PixelRange range)
        {
            byte[] bytes = [.. rows.Range.Values().Select(value => range.ToByte(value))];
            var pixels = rows.Pixels.ToArray();
            foreach (ref var pixel in pixels.AsSpan())
                pixel = bytes[pixel];
            return new(pixels, rows.LabelMemory, rows.FeatureCount, rows.ClassNames, range);
        }
    }
}
