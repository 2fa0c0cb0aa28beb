using MnistMl.Data;

namespace MnistMl.Reporting;

/// <summary>What data was read as, as JSON has it: what does not apply is left out.</summary>
sealed record DescriptionJson(
    string Path, string Format, string? Packing, IReadOnlyList<string>? Sources, string? Separator, bool? DecimalComma, bool? Header,
    int? LabelColumn, string? LabelName, string? LabelReason, IReadOnlyList<LeftOutColumn>? LeftOut, IReadOnlyList<string>? Notes,
    int Rows, int Pixels, int? Height, int? Width, double Min, double Max)
{
    /// <param name="path">The file or folder, as it was named.</param>
    /// <param name="read">What it was read as.</param>
    public static DescriptionJson From(string path, DataDescription read)
    {
        var isTable = read.Separator != null;
        return new(
            path, read.Format, read.Packing, NullIfEmpty(read.Sources), read.Separator, isTable ? read.HasDecimalComma : null,
            isTable ? read.HasHeader : null, read.LabelColumn, read.LabelName, read.LabelReason.Length > 0 ? read.LabelReason : null,
            NullIfEmpty(read.LeftOut), NullIfEmpty(read.Notes), read.RowCount, read.FeatureCount, read.Height, read.Width,
            read.Range.Min, read.Range.Max);
    }

    static IReadOnlyList<T>? NullIfEmpty<T>(IReadOnlyList<T> list) => list.Count > 0 ? list : null;
}

/// <summary>Which rows were trained, validated and tested on, as JSON has it.</summary>
/// <param name="Kind">"sequential": the first rows are trained on; "random": drawn of each class alike; "separate": test rows are other data.</param>
/// <param name="Seed">Seed of the draw; left out where nothing was drawn.</param>
/// <param name="TrainRows">Number of training rows.</param>
/// <param name="ValidationRows">Number of validation rows.</param>
/// <param name="TestRows">Number of test rows.</param>
sealed record SplitJson(string Kind, int? Seed, int TrainRows, int ValidationRows, int TestRows);
