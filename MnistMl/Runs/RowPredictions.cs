using System.Globalization;
using System.Text;
using MnistMl.Data;
using MnistMl.Numerics;
using MnistMl.Reporting;

namespace MnistMl.Runs;

/// <summary>What a model says of each row that it is tested on.</summary>
/// <param name="Labels">[rows]: the true class.</param>
/// <param name="Predicted">[rows]: the most probable class.</param>
/// <param name="Probabilities">[rows]: its probability.</param>
sealed record RowPredictions(IReadOnlyList<string> Labels, IReadOnlyList<string> Predicted, IReadOnlyList<float> Probabilities)
{
    const string Header = "row,label,predicted,probability";

    /// <summary>Number of rows.</summary>
    public int RowCount => Labels.Count;

    /// <summary>Predicts rows.</summary>
    /// <exception cref="MnistMlException">The model's scores are not finite numbers.</exception>
    public static RowPredictions Of(LoadedModel model, Dataset rows)
    {
        var (predicted, greatest) = (new List<string>(rows.RowCount), new List<float>(rows.RowCount));
        model.ScoreEach(rows, (_, probabilities) =>
        {
            var best = probabilities.IndexOfMax();
            predicted.Add(model.ClassNames[best]);
            greatest.Add(probabilities[best]);
        });
        return new([.. rows.Labels.ToArray().Select(label => rows.ClassNames[label])], predicted, greatest);
    }

    /// <summary>Whether the model is right about a row, from 0.</summary>
    public bool IsRight(int row) => Labels[row] == Predicted[row];

    /// <summary>The rows that the model is wrong about, from 0: those that it is surest of first.</summary>
    public IReadOnlyList<int> Mistakes =>
        [.. Enumerable.Range(0, RowCount).Where(row => !IsRight(row)).OrderByDescending(row => Probabilities[row])];

    /// <summary>Writes some rows as CSV.</summary>
    public void WriteCsv(string path, IEnumerable<int> rows) => File.WriteAllLines(path,
        rows.Select(row => string.Create(CultureInfo.InvariantCulture,
            $"{row + 1},{PredictionCsv.Quoted(Labels[row])},{PredictionCsv.Quoted(Predicted[row])},{Probabilities[row]}")).Prepend(Header));

    /// <summary>Reads what <see cref="WriteCsv"/> has written of all rows.</summary>
    /// <exception cref="MnistMlException">It is none of it.</exception>
    public static RowPredictions ReadCsv(string path)
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
