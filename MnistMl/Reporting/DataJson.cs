namespace MnistMl.Reporting;

/// <summary>The result of <c>data info</c> as JSON has it.</summary>
sealed record DataJson(
    DescriptionJson Data, double ZeroShare, bool SortedByClass, int TrainRows, int TestRows, string TestOrigin,
    int DuplicatesInTrain, int DuplicatesInTest, int TestRowsInTrain, IReadOnlyList<ClassCount> Classes)
{
    public static DataJson From(DataSummary summary) => new(
        DescriptionJson.From(summary.Path, summary.Description), summary.ZeroShare, summary.IsSorted, summary.TrainRows, summary.TestRows,
        summary.TestOrigin, summary.DuplicatesInTrain, summary.DuplicatesInTest, summary.TestRowsInTrain, summary.Classes);
}
