using System.CommandLine;
using MnistMl.Data;

namespace MnistMl.Commands;

/// <summary>The options that say how data is to be read, where it does not say so itself. They are for training and test rows alike.</summary>
static class ReadingOptions
{
    public static Option<string> LabelColumn { get; } = new("--label-column")
    {
        Description = "Column of the label in a table: its name, first, last, or its number from 1. [default: found by names and values]",
        HelpName = "COLUMN",
    };

    public static Option<string[]> IgnoreColumns { get; } = CommonOptions.Create(
        "--ignore-columns", "COLUMN,…", "Columns of a table to leave out: their names, first, last, or their numbers from 1.",
        text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    public static Option<int?> OneHot { get; } = CommonOptions.Create<int?>(
        "--one-hot", "N", "The label of a table is in N columns, one for each class, with a 1 in that of the row's class: the first or "
            + "the last, or from --label-column on.", text => OptionText.WholeNumber(text, min: 2));

    public static Option<bool> Invert { get; } = new("--invert")
    {
        Description = "Swap ink and paper of the images as they are read: for dark ink on white paper.",
    };

    public static Option<bool> Transpose { get; } = new("--transpose")
    {
        Description = "Swap rows and columns of the images as they are read, as EMNIST's images need it.",
    };

    public static Option<bool> Prepare { get; } = new("--prepare")
    {
        Description = "Bring pictures into MNIST's form as they are read, as predict does: of a folder of them for each class, or Parquet.",
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Option> All { get; } = [LabelColumn, IgnoreColumns, OneHot, Invert, Transpose, Prepare];

    /// <summary>What is known of the columns of a table.</summary>
    public static TableOptions ColumnsOf(ParseResult parsed) => new()
    {
        LabelColumn = parsed.GetValue(LabelColumn),
        IgnoredColumns = parsed.GetValue(IgnoreColumns) ?? [],
        OneHotCount = parsed.GetValue(OneHot),
    };

    /// <summary>What is done to images as they are read.</summary>
    public static ImageTransform TransformOf(ParseResult parsed) => new(parsed.GetValue(Invert), parsed.GetValue(Transpose));

    /// <summary>The arguments with which other data is read in the same way.</summary>
    public static IEnumerable<string> ArgumentsOf(ParseResult parsed)
    {
        var columns = ColumnsOf(parsed);
        return
        [
            .. columns.LabelColumn is { } label ? (string[])[LabelColumn.Name, label] : [],
            .. columns.IgnoredColumns is { Count: > 0 } ignored ? (string[])[IgnoreColumns.Name, string.Join(',', ignored)] : [],
            .. columns.OneHotCount is { } count ? (string[])[OneHot.Name, $"{count}"] : [],
            .. parsed.GetValue(Invert) ? (string[])[Invert.Name] : [],
            .. parsed.GetValue(Transpose) ? (string[])[Transpose.Name] : [],
            .. parsed.GetValue(Prepare) ? (string[])[Prepare.Name] : [],
        ];
    }
}
