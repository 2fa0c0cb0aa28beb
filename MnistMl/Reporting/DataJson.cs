using MnistMl.Data;

namespace MnistMl.Reporting;

/// <summary>The result of <c>data info</c> as JSON has it.</summary>
sealed record DataJson(
    string Path, string Format, string? Packing, IReadOnlyList<string>? Sources, string? Separator, bool? DecimalComma, bool? Header,
    int? LabelColumn, string? LabelName, string? LabelReason, IReadOnlyList<LeftOutColumn>? LeftOut, IReadOnlyList<string>? Notes,
    int Pixels, int? Height, int? Width, double Min, double Max, double ZeroShare, bool SortedByClass,
    int TrainRows, int TestRows, string TestOrigin, int DuplicatesInTrain, int DuplicatesInTest, int TestRowsInTrain, IReadOnlyList<ClassCount> Classes)
{
    public static DataJson From(DataSummary summary)
    {
        var read = summary.Description;
        var isTable = read.Separator != null;
        return new(
            summary.Path, read.Format, read.Packing, NullIfEmpty(read.Sources), read.Separator, isTable ? read.HasDecimalComma : null,
            isTable ? read.HasHeader : null, read.LabelColumn, read.LabelName, read.LabelReason.Length > 0 ? read.LabelReason : null,
            NullIfEmpty(read.LeftOut), NullIfEmpty(read.Notes), read.FeatureCount, read.Height, read.Width, read.Range.Min, read.Range.Max,
            summary.ZeroShare, summary.IsSorted, summary.TrainRows, summary.TestRows, summary.TestOrigin, summary.DuplicatesInTrain,
            summary.DuplicatesInTest, summary.TestRowsInTrain, summary.Classes);
    }

    static IReadOnlyList<T>? NullIfEmpty<T>(IReadOnlyList<T> list) => list.Count > 0 ? list : null;
}
