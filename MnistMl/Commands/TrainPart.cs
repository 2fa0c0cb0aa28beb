using MnistMl.Data;
using MnistMl.Training;

namespace MnistMl.Commands;

/// <summary>Which rows of a file are to train on, and which to test on, as <c>--train-rows</c> says it.</summary>
/// <param name="Text">As it was typed.</param>
/// <param name="Count">A number of rows; null for a share.</param>
/// <param name="Share">A share of the rows, above 0 and below 1; null for a number.</param>
sealed record TrainPart(string Text, int? Count, double? Share)
{
    /// <summary>Rows of MNIST and of data sets in its form, of which the first 60,000 are to train on.</summary>
    const int MnistRows = 70_000;

    /// <summary>What is to train on where nothing is said.</summary>
    static readonly TrainPart _default = Parse("80%");

    /// <summary>Reads a number of rows, or a share in percent.</summary>
    /// <exception cref="MnistMlException">It is neither.</exception>
    public static TrainPart Parse(string text) => text.EndsWith('%')
        ? new(text, null, OptionText.Number(text[..^1], "a share from above 0 % to below 100 %", share => share is > 0 and < 100) / 100)
        : new(text, OptionText.WholeNumber(text, min: 1), null);

    /// <summary>The part where nothing is said: the first 60,000 rows where there are 70,000 as of MNIST, else a share.</summary>
    /// <param name="rows">All rows.</param>
    public static TrainPart DefaultOf(Dataset rows) =>
        rows.RowCount == MnistRows && TrainTestSplit.IsOrderRandom(rows, TrainCommand.DefaultTrainRows)
            ? Parse($"{TrainCommand.DefaultTrainRows}")
            : _default;

    /// <summary>Number of rows to train on; of a share, at least one, and not all.</summary>
    /// <param name="rowCount">Number of all rows.</param>
    public int CountOf(int rowCount) => Count ?? (int)Math.Clamp(Math.Round((Share ?? 0) * rowCount), 1, Math.Max(1, rowCount - 1));

    /// <summary>
    /// Splits rows: a number of them where they lie, unless they are sorted by class, a share at random, of each class alike.
    /// </summary>
    /// <param name="rows">All rows, with labels; more than are to train on.</param>
    /// <param name="seed">Seed of the draw.</param>
    public (Dataset Train, Dataset Test, bool IsRandom) Split(Dataset rows, int seed)
    {
        var count = CountOf(rows.RowCount);
        var isRandom = Share != null || !TrainTestSplit.IsOrderRandom(rows, count);
        var (train, test) = isRandom ? TrainTestSplit.Stratified(rows, count, seed) : TrainTestSplit.InOrder(rows, count);
        return (train, test, isRandom);
    }
}
