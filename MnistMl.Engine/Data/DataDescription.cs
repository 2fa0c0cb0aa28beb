using System.Globalization;

namespace MnistMl.Data;

/// <summary>A column that is neither pixel nor label.</summary>
/// <param name="Column">Its number, from 1.</param>
/// <param name="Name">Its name; null without a header.</param>
/// <param name="Reason">Why it is left out.</param>
public sealed record LeftOutColumn(int Column, string? Name, string Reason);

/// <summary>What data was read as.</summary>
public sealed record DataDescription
{
    /// <summary>CSV for any table of text, ARFF, libsvm, NPZ, NPY or IDX.</summary>
    public required string Format { get; init; }

    /// <summary>What it was packed in: gzip, zip, or both; null for nothing.</summary>
    public string? Packing { get; init; }

    /// <summary>The files of a folder, entries of a zip or arrays that were read; empty for a file that is all.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>What separates the columns of a table, in words; null for other formats.</summary>
    public string? Separator { get; init; }

    /// <summary>Whether numbers are written with a comma.</summary>
    public bool HasDecimalComma { get; init; }

    /// <summary>Whether the columns have names.</summary>
    public bool HasHeader { get; init; }

    /// <summary>The number of the column of the label, from 1; null if rows have none, or it is in no column.</summary>
    public int? LabelColumn { get; init; }

    /// <summary>The name of that column; null without a header.</summary>
    public string? LabelName { get; init; }

    /// <summary>Why it is that column, or why there is none; empty where the format says it.</summary>
    public string LabelReason { get; init; } = "";

    /// <summary>The columns that are neither pixel nor label.</summary>
    public IReadOnlyList<LeftOutColumn> LeftOut { get; init; } = [];

    /// <summary>What else is to be known, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Number of rows.</summary>
    public required int RowCount { get; init; }

    /// <summary>Number of pixels in a row.</summary>
    public required int FeatureCount { get; init; }

    /// <summary>Height of an image; null if unknown.</summary>
    public int? Height { get; init; }

    /// <summary>Width of an image; null if unknown.</summary>
    public int? Width { get; init; }

    /// <summary>What values the pixels have.</summary>
    public required PixelRange Range { get; init; }

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
