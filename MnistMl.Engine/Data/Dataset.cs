namespace MnistMl.Data;

/// <summary>
/// Labelled rows of pixels: <see cref="Rows"/> × <see cref="Features"/> bytes, and a class for each row.
/// A slice shares the bytes of the data set that it was cut from.
/// </summary>
public sealed class Dataset
{
    /// <summary>Wraps rows that are already in memory, without copying them.</summary>
    /// <param name="pixels">[rows, features], row by row, each 0–255.</param>
    /// <param name="classes">
    /// [rows], each an index into <paramref name="labels"/>; empty where the rows have no class.
    /// </param>
    /// <param name="features">Pixels in a row, at least 1.</param>
    /// <param name="labels">The classes' names, in order; empty where the rows have no class.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other, or a class is not among the labels.</exception>
    public Dataset(
        ReadOnlyMemory<byte> pixels, ReadOnlyMemory<int> classes, int features, IReadOnlyList<string> labels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        if (pixels.Length % features != 0)
            throw new ArgumentException($"{pixels.Length} pixels are not whole rows of {features}.", nameof(pixels));

        (PixelMemory, ClassMemory, Features, Labels, Rows) = (pixels, classes, features, labels, pixels.Length / features);
        if (HasClasses && classes.Length != Rows)
            throw new ArgumentException($"{classes.Length} classes for {Rows} rows.", nameof(classes));
        if (Classes.ContainsAnyExceptInRange(0, labels.Count - 1))
            throw new ArgumentException("A class is not among the labels.", nameof(classes));
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of pixels in a row.</summary>
    public int Features { get; }

    /// <summary>The classes' names, in class order; empty where the rows have no class.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Whether the rows have a class.</summary>
    public bool HasClasses => !ClassMemory.IsEmpty;

    /// <summary>[rows, features]: all pixels, row by row.</summary>
    public ReadOnlySpan<byte> Pixels => PixelMemory.Span;

    /// <summary>[rows]: each row's class, an index into <see cref="Labels"/>; empty where the rows have no class.</summary>
    public ReadOnlySpan<int> Classes => ClassMemory.Span;

    /// <summary><see cref="Pixels"/>, to keep.</summary>
    public ReadOnlyMemory<byte> PixelMemory { get; }

    /// <summary><see cref="Classes"/>, to keep.</summary>
    public ReadOnlyMemory<int> ClassMemory { get; }

    /// <summary>[features]: the pixels of one row.</summary>
    public ReadOnlySpan<byte> Row(int row) => Pixels.Slice(row * Features, Features);

    /// <summary>
    /// The rows from <paramref name="start"/> on, <paramref name="count"/> of them, without copying.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">They are not all there.</exception>
    public Dataset Slice(int start, int count) => new(
        PixelMemory.Slice(start * Features, count * Features),
        HasClasses ? ClassMemory.Slice(start, count) : default, Features, Labels);

    /// <summary>The same rows with their classes numbered as in <paramref name="labels"/>.</summary>
    /// <param name="labels">The classes' names, in order.</param>
    /// <param name="firstRow">The number, from 0, that the first of the rows has where they are from.</param>
    /// <exception cref="MnistMlException">A row has a label that is not among <paramref name="labels"/>.</exception>
    public Dataset WithLabels(IReadOnlyList<string> labels, int firstRow = 0)
    {
        if (!HasClasses || labels.SequenceEqual(Labels))
            return this;

        var indexOf = labels.Index().ToDictionary(label => label.Item, label => label.Index);
        var classes = new int[Rows];
        for (var row = 0; row < Rows; row++)
        {
            var label = Labels[Classes[row]];
            if (!indexOf.TryGetValue(label, out classes[row]))
            {
                throw new MnistMlException(
                    $"Row {firstRow + row + 1} is labelled {CsvLine.Quote(label)}, which is none of {Listed(labels)}.");
            }
        }
        return new Dataset(PixelMemory, classes, Features, labels);
    }

    static string Listed(IReadOnlyList<string> labels)
    {
        const int Most = 10;
        return string.Join(", ", labels.Take(Most).Select(CsvLine.Quote)) + (labels.Count > Most ? $" and {labels.Count - Most} others" : "");
    }
}
