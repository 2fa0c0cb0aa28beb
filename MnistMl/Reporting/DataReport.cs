using MnistMl.Data;
using Spectre.Console;

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
        var table = new Table { Border = TableBorder.Horizontal };
        table.AddColumns("Class", "Rows", "Share", "To train on", "To test on");
        foreach (var column in table.Columns.Skip(1))
            column.RightAligned();
        var rows = summary.TrainRows + summary.TestRows;
        foreach (var (i, count) in shown.Index())
        {
            if (shown.Count < summary.Classes.Count && i == shown.Count / 2)
                table.AddRow($"… {Figures.Count(summary.Classes.Count - shown.Count)} more");
            table.AddRow(new Text(CsvLine.Quote(count.Name)[1..^1]), Cell(count.Rows), new Text(Figures.Percent((double)count.Rows / rows)), Cell(count.Train), Cell(count.Test));
        }
        table.AddRow(new Text("all"), Cell(rows), new Text(Figures.Percent(1)), Cell(summary.TrainRows), Cell(summary.TestRows));
        Terminal.Open(writer).Write(table);

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

        static Text Cell(int count) => new(Figures.Count(count));
    }
}
