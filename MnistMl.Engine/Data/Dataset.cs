namespace MnistMl.Data;

/// <summary>
/// Images of one size and their labels. An image is a row of <see cref="FeatureCount"/> pixels, each a byte. A slice
/// shares the memory of the data set that it was taken from.
/// </summary>
public sealed class Dataset
{
    /// <summary>Creates a data set of memory that it does not copy.</summary>
    /// <param name="pixels">[rows, features]: the pixels, row by row.</param>
    /// <param name="labels">
    /// [rows]: the label of each row, an index into <paramref name="classNames"/>; empty if the rows have no labels.
    /// </param>
    /// <param name="featureCount">Number of pixels in a row, at least 1.</param>
    /// <param name="classNames">The names of the classes, by label; empty if the rows have no labels.</param>
    /// <param name="range">What values the bytes stand for; null where they are the values.</param>
    /// <exception cref="ArgumentException">
    /// The sizes do not fit each other, or a label is not an index into <paramref name="classNames"/>.
    /// </exception>
    public Dataset(
        ReadOnlyMemory<byte> pixels, ReadOnlyMemory<int> labels, int featureCount, IReadOnlyList<string> classNames, PixelRange? range = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(featureCount, 1);
        if (pixels.Length % featureCount != 0)
        {
            throw new ArgumentException(
                $"{pixels.Length} pixels are not whole rows of {featureCount}.", nameof(pixels));
        }

        (PixelMemory, LabelMemory, ClassNames, Range) = (pixels, labels, classNames, range ?? PixelRange.Bytes);
        (RowCount, FeatureCount) = (pixels.Length / featureCount, featureCount);
        if (HasLabels && labels.Length != RowCount)
            throw new ArgumentException($"{labels.Length} labels for {RowCount} rows.", nameof(labels));
        if (Labels.ContainsAnyExceptInRange(0, classNames.Count - 1))
            throw new ArgumentException($"A label is not from 0 to {classNames.Count - 1}.", nameof(labels));
    }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; }

    /// <summary>Number of pixels in a row.</summary>
    public int FeatureCount { get; }

    /// <summary>[classes]: the names of the classes, by label; empty if the rows have no labels.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>What values the bytes of the pixels stand for.</summary>
    public PixelRange Range { get; }

    /// <summary>Whether the rows have labels.</summary>
    public bool HasLabels => !LabelMemory.IsEmpty;

    /// <summary>[rows, features]: all pixels, row by row.</summary>
    public ReadOnlySpan<byte> Pixels => PixelMemory.Span;

    /// <summary>
    /// [rows]: the label of each row, an index into <see cref="ClassNames"/>; empty if the rows have no labels.
    /// </summary>
    public ReadOnlySpan<int> Labels => LabelMemory.Span;

    /// <summary><see cref="Pixels"/> as memory, which can be stored.</summary>
    public ReadOnlyMemory<byte> PixelMemory { get; }

    /// <summary><see cref="Labels"/> as memory, which can be stored.</summary>
    public ReadOnlyMemory<int> LabelMemory { get; }

    /// <summary>[features]: the pixels of one row.</summary>
    public ReadOnlySpan<byte> Row(int row) => Pixels.Slice(row * FeatureCount, FeatureCount);

    /// <summary>Some of the rows, without copying them.</summary>
    /// <param name="start">The first row, from 0.</param>
    /// <param name="count">Number of rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The data set has fewer rows.</exception>
    public Dataset Slice(int start, int count) => new(
        PixelMemory.Slice(start * FeatureCount, count * FeatureCount),
        HasLabels ? LabelMemory.Slice(start, count) : default, FeatureCount, ClassNames, Range);

    /// <summary>Some of the rows, copied, in the given order.</summary>
    /// <param name="rows">Their numbers, from 0.</param>
    public Dataset Take(ReadOnlySpan<int> rows)
    {
        var (pixels, labels) = (GC.AllocateUninitializedArray<byte>(rows.Length * FeatureCount), new int[HasLabels ? rows.Length : 0]);
        for (var i = 0; i < rows.Length; i++)
        {
            Row(rows[i]).CopyTo(pixels.AsSpan(i * FeatureCount));
            if (HasLabels)
                labels[i] = Labels[rows[i]];
        }
        return new Dataset(pixels, labels, FeatureCount, ClassNames, Range);
    }

    /// <summary>The same rows with labels that are indices into other class names.</summary>
    /// <param name="classNames">The names of the classes, by label.</param>
    /// <param name="firstRow">What error messages call the first row, less 1: where a slice begins in its file.</param>
    /// <exception cref="MnistMlException">
    /// The class of a row is not among <paramref name="classNames"/>.
    /// </exception>
    public Dataset WithClassNames(IReadOnlyList<string> classNames, int firstRow = 0)
    {
        if (!HasLabels || classNames.SequenceEqual(ClassNames))
            return this;

        var labelOf = classNames.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        var labels = new int[RowCount];
        for (var row = 0; row < RowCount; row++)
        {
            var className = ClassNames[Labels[row]];
            if (!labelOf.TryGetValue(className, out labels[row]))
            {
                throw new MnistMlException($"Row {firstRow + row + 1} is labelled {CsvLine.Quote(className)}, "
                    + $"which is none of {Listing.Of([.. classNames.Select(CsvLine.Quote)], max: 10)}.");
            }
        }
        return new Dataset(PixelMemory, labels, FeatureCount, classNames, Range);
    }
}
