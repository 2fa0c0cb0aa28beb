using System.Globalization;

namespace MnistMl.Data;

/// <summary>A column that is neither pixel nor label.</summary>
/// <param name="Column">Its number, from 1.</param>
/// <param name="Name">Its name; null without a header.</param>
/// <param name="Reason">Why it is left out.</param>
public sealed record LeftOutColumn(int Column, string? Name, string Reason);

/// <summary>What a table was read as.</summary>
/// <param name="Separator">What separates its columns, in words.</param>
/// <param name="HasDecimalComma">Whether numbers are written with a comma.</param>
/// <param name="HasHeader">Whether its columns have names.</param>
/// <param name="LabelColumn">The number of the column of the label, from 1; null if rows have none.</param>
/// <param name="LabelName">The name of that column; null without a header.</param>
/// <param name="LabelReason">Why it is that column, or why there is none.</param>
/// <param name="LeftOut">The columns that are neither.</param>
/// <param name="RowCount">Number of rows.</param>
/// <param name="FeatureCount">Number of pixels in a row.</param>
/// <param name="Range">What values the pixels have.</param>
public sealed record TableDescription(
    string Separator, bool HasDecimalComma, bool HasHeader, int? LabelColumn, string? LabelName, string LabelReason,
    IReadOnlyList<LeftOutColumn> LeftOut, int RowCount, int FeatureCount, PixelRange Range)
{
    /// <summary>Height and width of an image, which is square; null if it is not.</summary>
    public int? ImageSize => (int)Math.Sqrt(FeatureCount) is var side && side * side == FeatureCount ? side : null;

    /// <summary>All of it, a sentence each.</summary>
    public IEnumerable<string> Sentences
    {
        get
        {
            yield return $"A table of text, its columns separated by {Separator}{(HasDecimalComma ? ", with decimal commas" : "")}.";
            yield return HasHeader ? "The first line is a header." : "There is no header.";
            yield return LabelColumn is { } label ? $"The label is {Named(label, LabelName)}: {LabelReason}." : $"Rows have no label: {LabelReason}.";
            if (LeftOut.Count > 0)
                yield return $"Left out: {ListOf(LeftOut)}.";
            yield return string.Create(CultureInfo.InvariantCulture, $"Pixels are from {Range.Min:0.###} to {Range.Max:0.###}.");
            yield return ImageSize is { } side ? $"An image is {side}×{side} pixels." : $"A row is {FeatureCount} numbers.";
        }
    }

    static string Named(int column, string? name) => TableColumns.Describe(column - 1, name);

    static string ListOf(IReadOnlyList<LeftOutColumn> columns)
    {
        const int max = 5;
        var first = string.Join(", ", columns.Take(max).Select(left => $"{Named(left.Column, left.Name)}, {left.Reason}"));
        return columns.Count > max ? $"{first}, and {columns.Count - max} more" : first;
    }
}

/// <summary>A table that was read.</summary>
/// <param name="Dataset">Its rows.</param>
/// <param name="Description">What it was read as.</param>
public sealed record LoadedTable(Dataset Dataset, TableDescription Description);
