namespace MnistMl.Data;

/// <summary>What is known of a table's columns besides what it says itself.</summary>
public sealed record TableOptions
{
    /// <summary>
    /// The column of the label: its name, <c>first</c>, <c>last</c>, or its number from 1; null to find it by names and values.
    /// </summary>
    public string? LabelColumn { get; init; }

    /// <summary>Columns to leave out, by their names or their numbers from 1.</summary>
    public IReadOnlyList<string> IgnoredColumns { get; init; } = [];

    /// <summary>
    /// Number of columns that the label is in, one for each class, with a 1 in that of the row's class and 0 in the others; null where
    /// it is in one. They are the first or the last, as their values tell; <see cref="LabelColumn"/> can say where they begin, or last.
    /// </summary>
    public int? OneHotCount { get; init; }

    /// <summary>Whether labels are elsewhere, so that no column is looked for that holds them.</summary>
    public bool HasLabelsElsewhere { get; init; }

    /// <summary>
    /// The number of pixels of an image, where rows are to be predicted: a column of labels may be missing or empty, and is not
    /// looked at. Null where each row must have a label.
    /// </summary>
    public int? FeatureCount { get; init; }

    /// <summary>
    /// The number of pixels of the images that these go with, such as those that were trained on, for a format that does not say
    /// it: libsvm. Null to find it by the greatest index.
    /// </summary>
    public int? SparseFeatureCount { get; init; }
}
