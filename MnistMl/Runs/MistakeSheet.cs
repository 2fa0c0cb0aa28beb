using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Reporting;

namespace MnistMl.Runs;

/// <summary>Draws the test rows that a model is wrong about.</summary>
static class MistakeSheet
{
    const int Columns = 10, MaxImages = 100;

    /// <summary>Saves a PNG file with the mistakes, line by line, and a CSV file that says in the same order what they are.</summary>
    /// <param name="folder">The folder of both.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="predictions">What the model says of them.</param>
    public static void Save(string folder, Dataset rows, RowPredictions predictions)
    {
        var mistakes = predictions.Mistakes;
        PredictionsFile.Write(Path.Join(folder, RunFolder.MistakesFile), predictions, mistakes);
        if (mistakes.Count == 0 || Volume.SquareSize(rows.FeatureCount) is not { } size)
            return;
        int[] shown = [.. mistakes.Take(MaxImages)];
        var sheet = new ContactSheet((shown.Length + Columns - 1) / Columns, Math.Min(Columns, shown.Length), size);
        foreach (var (place, row) in shown.Index())
            sheet.Place(place / Columns, place % Columns, ClassSheet.Gray(rows, row));
        sheet.Save(Path.Join(folder, RunFolder.MistakeSheetFile));
    }
}
