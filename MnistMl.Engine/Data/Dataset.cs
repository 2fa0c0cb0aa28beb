namespace MnistMl.Data;

/// <summary>
/// Labelled rows of pixels: <see cref="RowCount"/> × <see cref="FeatureCount"/> bytes, and a class for each row.
/// A slice shares the bytes of the data set that it was cut from.
/// </summary>
public sealed class Dataset
{
    /// <summary>Wraps rows that are already in memory, without copying them.</summary>
    /// <param name="pixels">[rows, features], row by row, each 0–255.</param>
    /// <param name="labels">
    /// [rows], each an index into <paramref name="classNames"/>; empty where the rows have no class.
    /// </param>
    /// <param name="featureCount">Pixels in a row, at least 1.</param>
    /// <param name="classNames">The classes' names, in order; empty where the rows have no class.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other, or a class is not among the labels.</exception>
    public Dataset(
        ReadOnlyMemory<byte> pixels, ReadOnlyMemory<int> labels, int featureCount, IReadOnlyList<string> classNames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(featureCount, 1);
        if (pixels.Length % featureCount != 0)
            throw new ArgumentException($"{pixels.Length} pixels are not whole rows of {featureCount}.", nameof(pixels));

        (PixelMemory, LabelMemory, FeatureCount, ClassNames, RowCount) = (pixels, labels, featureCount, classNames, pixels.Length / featureCount);
        if (HasLabels && labels.Length != RowCount)
            throw new ArgumentException($"{labels.Length} classes for {RowCount} rows.", nameof(labels));
        if (Labels.ContainsAnyExceptInRange(0, classNames.Count - 1))
            throw new ArgumentException("A class is not among the labels.", nameof(labels));
    }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; }

    /// <summary>Number of pixels in a row.</summary>
    public int FeatureCount { get; }

    /// <summary>The classes' names, in class order; empty where the rows have no class.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Whether the rows have a class.</summary>
    public bool HasLabels => !LabelMemory.IsEmpty;

    /// <summary>[rows, features]: all pixels, row by row.</summary>
    public ReadOnlySpan<byte> Pixels => PixelMemory.Span;

    /// <summary>[rows]: each row's class, an index into <see cref="ClassNames"/>; empty where the rows have no class.</summary>
    public ReadOnlySpan<int> Labels => LabelMemory.Span;

    /// <summary><see cref="Pixels"/>, to keep.</summary>
    public ReadOnlyMemory<byte> PixelMemory { get; }

    /// <summary><see cref="Labels"/>, to keep.</summary>
    public ReadOnlyMemory<int> LabelMemory { get; }

    /// <summary>[features]: the pixels of one row.</summary>
    public ReadOnlySpan<byte> Row(int row) => Pixels.Slice(row * FeatureCount, FeatureCount);

    /// <summary>
    /// The rows from <paramref name="start"/> on, <paramref name="count"/> of them, without copying.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">They are not all there.</exception>
    public Dataset Slice(int start, int count) => new(
        PixelMemory.Slice(start * FeatureCount, count * FeatureCount),
        HasLabels ? LabelMemory.Slice(start, count) : default, FeatureCount, ClassNames);

    /// <summary>The same rows with their classes numbered as in <paramref name="classNames"/>.</summary>
    /// <param name="classNames">The classes' names, in order.</param>
    /// <param name="firstRow">The number, from 0, that the first of the rows has where they are from.</param>
    /// <exception cref="MnistMlException">A row has a label that is not among <paramref name="classNames"/>.</exception>
    public Dataset WithClassNames(IReadOnlyList<string> classNames, int firstRow = 0)
    {
        if (!HasLabels || classNames.SequenceEqual(ClassNames))
            return this;

        var indexOf = classNames.Index().ToDictionary(label => label.Item, label => label.Index);
        var labels = new int[RowCount];
        for (var row = 0; row < RowCount; row++)
        {
            var label = ClassNames[Labels[row]];
            if (!indexOf.TryGetValue(label, out labels[row]))
            {
                throw new MnistMlException(
                    $"Row {firstRow + row + 1} is labelled {CsvLine.Quote(label)}, which is none of {Listed(classNames)}.");
            }
        }
        return new Dataset(PixelMemory, labels, FeatureCount, classNames);
    }

    static string Listed(IReadOnlyList<string> classNames)
    {
        const int Max = 10;
        return string.Join(", ", classNames.Take(Max).Select(CsvLine.Quote)) + (classNames.Count > Max ? $" and {classNames.Count - Max} others" : "");
    }
}
