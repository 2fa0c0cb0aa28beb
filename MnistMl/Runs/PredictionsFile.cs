using System.Globalization;
using System.Text;
using MnistMl.Data;
using MnistMl.Reporting;

namespace MnistMl.Runs;

/// <summary>The predictions of rows, as CSV.</summary>
static class PredictionsFile
{
    const string Header = "row,label,predicted,probability";

    /// <summary>Writes some of them.</summary>
    public static void Write(string path, RowPredictions predictions, IEnumerable<int> rows) => File.WriteAllLines(path,
        rows.Select(row => string.Create(CultureInfo.InvariantCulture,
            $"{row + 1},{PredictionCsv.Quoted(predictions.Labels[row])},{PredictionCsv.Quoted(predictions.Predicted[row])},{predictions.Probabilities[row]}")).Prepend(Header));

    /// <summary>Reads what <see cref="Write"/> has written of all rows.</summary>
    /// <exception cref="MnistMlException">It is none of it.</exception>
    public static RowPredictions Read(string path)
    {
        var (labels, predicted, probabilities) = (new List<string>(), new List<string>(), new List<float>());
        ReadOnlySpan<byte> text = File.ReadAllBytes(path);
        var isRight = Encoding.UTF8.GetString(CsvLine.TakeLine(ref text)).TrimEnd('\r') == Header;
        var number = 1;
        for (; isRight && !text.IsEmpty; number++)
        {
            var line = new CsvLine(CsvLine.TakeLine(ref text));
            isRight = line.TryReadCell(out _) && TryRead(ref line, labels) && TryRead(ref line, predicted) && !line.AtEnd && line.TryReadCell(out var last)
                && float.TryParse(last, CultureInfo.InvariantCulture, out var probability) && Add(probability);
        }
        return isRight ? new(labels, predicted, probabilities) : throw new MnistMlException($"{path}, line {number}: these are no predictions.");

        static bool TryRead(ref CsvLine line, List<string> texts)
        {
            if (line.AtEnd || !line.TryReadCell(out var cell))
                return false;
            texts.Add(Encoding.UTF8.GetString(cell));
            return true;
        }

        bool Add(float probability)
        {
            probabilities.Add(probability);
            return true;
        }
    }
}
