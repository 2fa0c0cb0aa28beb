using MnistMl.Data;

namespace MnistMl.Reporting;

/// <summary>Prints the figures of a data set for people.</summary>
static class DataReport
{
    /// <summary>Prints them.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="summary">The figures.</param>
    /// <param name="image">The file with images of the classes; null if there is none.</param>
    public static void Print(TextWriter writer, DataSummary summary, string? image)
    {
        foreach (var sentence in summary.Description.Sentences)
            writer.WriteLine(sentence);
        writer.WriteLine();

        var shown = summary.ShownClasses;
        var rows = summary.TrainRows + summary.TestRows;
        var console = Terminal.Open(writer);
        ConsoleTable.Write(console, ["Class", "Rows", "Share", "To train on", "To test on"], Lines());

        writer.WriteLine($"""
            Classes     {Figures.Count(summary.Classes.Count)}
            Test rows   {Figures.Count(summary.TestRows)}, {summary.TestOrigin}
            Zeros       {Figures.Percent(summary.ZeroShare)} of the pixels
            Order       {(summary.IsSorted ? "sorted by class" : "not sorted by class")}
            Duplicates  {Figures.Count(summary.DuplicatesInTrain)} within the training rows, {Figures.Count(summary.DuplicatesInTest)} within the test rows (exactly the same pixels)
            Overlap     {Figures.Count(summary.TestRowsInTrain)} test rows are training rows, too
            """);
        if (image != null)
            writer.WriteLine($"Saved: {image} (the first images of each class, in the order of the table).");

        IEnumerable<Cell[]> Lines()
        {
            foreach (var (i, count) in shown.Index())
            {
                if (shown.Count < summary.Classes.Count && i == shown.Count / 2)
                    yield return [$"… {Figures.Count(summary.Classes.Count - shown.Count)} more", "", "", "", ""];
                yield return
                [
                    ConsoleTable.Shorten(console, CsvLine.Quote(count.Name)[1..^1]), Figures.Count(count.Rows), Figures.Percent((double)count.Rows / rows),
                    Figures.Count(count.Train), Figures.Count(count.Test),
                ];
            }
            yield return ["all", Figures.Count(rows), Figures.Percent(1), Figures.Count(summary.TrainRows), Figures.Count(summary.TestRows)];
        }
    }
}
