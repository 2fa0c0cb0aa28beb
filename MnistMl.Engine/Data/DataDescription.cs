using System.Globalization;

namespace MnistMl.Data;

/// <summary>A column that is neither pixel nor label.</summary>
/// <param name="Column">Its number, from 1.</param>
/// <param name="Name">Its name; null without a header.</param>
/// <param name="Reason">Why it is left out.</param>
public sealed record LeftOutColumn(int Column, string? Name, string Reason);

/// <summary>What data was read as.</summary>
/// <param name="Format">CSV for any table of text, ARFF, libsvm, NPZ, NPY or IDX.</param>
/// <param name="Packing">What it was packed in: gzip, zip, or both; null for nothing.</param>
/// <param name="Sources">The files of a folder, entries of a zip or arrays that were read; empty for a file that is all.</param>
/// <param name="Separator">What separates the columns of a table, in words; null for other formats.</param>
/// <param name="HasDecimalComma">Whether numbers are written with a comma.</param>
/// <param name="HasHeader">Whether the columns have names.</param>
/// <param name="LabelColumn">The number of the column of the label, from 1; null if rows have none, or it is in no column.</param>
/// <param name="LabelName">The name of that column; null without a header.</param>
/// <param name="LabelReason">Why it is that column, or why there is none; empty where the format says it.</param>
/// <param name="LeftOut">The columns that are neither.</param>
/// <param name="Notes">What else is to be known, a sentence each.</param>
/// <param name="RowCount">Number of rows.</param>
/// <param name="FeatureCount">Number of pixels in a row.</param>
/// <param name="Height">Height of an image; null if unknown.</param>
/// <param name="Width">Width of an image; null if unknown.</param>
/// <param name="Range">What values the pixels have.</param>
public sealed record DataDescription(
    string Format, string? Packing, IReadOnlyList<string> Sources, string? Separator, bool HasDecimalComma, bool HasHeader,
    int? LabelColumn, string? LabelName, string LabelReason, IReadOnlyList<LeftOutColumn> LeftOut, IReadOnlyList<string> Notes,
    int RowCount, int FeatureCount, int? Height, int? Width, PixelRange Range)
{
    /// <summary>Height and width of an image that is square; null if it is not.</summary>
    public int? ImageSize => Height == Width ? Height : null;

    /// <summary>All of it, a sentence each.</summary>
    public IEnumerable<string> Sentences
    {
        get
        {
            yield return Separator != null
                ? $"A table of text{Origin}, its columns separated by {Separator}{(HasDecimalComma ? ", with decimal commas" : "")}."
                : $"Read as {Format}{Origin}.";
            if (Format == "CSV")
                yield return HasHeader ? "The first line is a header." : "There is no header.";
            if (LabelColumn is { } label)
                yield return $"The label is {TableColumns.Describe(label - 1, LabelName)}: {LabelReason}.";
            else if (LabelReason.Length > 0)
                yield return $"Rows have no label: {LabelReason}.";
            if (LeftOut.Count > 0)
                yield return $"Left out: {ListOf(LeftOut)}.";
            foreach (var note in Notes)
                yield return note;
            yield return string.Create(CultureInfo.InvariantCulture, $"Pixels are from {Range.Min:0.###} to {Range.Max:0.###}.");
            yield return Height is { } height && Width is { } width ? $"An image is {height}×{width} pixels." : $"A row is {FeatureCount} numbers.";
        }
    }

    /// <summary>Height and width of a square of so many pixels; null if it is none.</summary>
    internal static int? SquareOf(int featureCount) =>
        (int)Math.Sqrt(featureCount) is var side && side * side == featureCount ? side : null;

    string Origin => string.Join(", ", Sources.Append(Packing).OfType<string>()) is { Length: > 0 } origin ? $" ({origin})" : "";

    static string ListOf(IReadOnlyList<LeftOutColumn> columns) =>
        Listing.Of([.. columns.Select(left => $"{TableColumns.Describe(left.Column - 1, left.Name)}, {left.Reason}")], max: 5);
}

/// <summary>Data that was read.</summary>
/// <param name="Dataset">Its rows.</param>
/// <param name="Description">What it was read as.</param>
public sealed record LoadedData(Dataset Dataset, DataDescription Description);
