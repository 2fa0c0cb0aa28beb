using MnistMl.Data;

namespace MnistMl.Reporting.Document;

/// <summary>Test rows that tell what a model is good at, and what not.</summary>
/// <param name="Pairs">The pairs of classes that are confused most often, the most frequent first.</param>
/// <param name="Mistakes">The mistakes that the model was most sure of, the surest first.</param>
/// <param name="LeastSure">What is right, but hardly: the least probable first.</param>
sealed record Examples(IReadOnlyList<ConfusedPair> Pairs, IReadOnlyList<Example> Mistakes, IReadOnlyList<Example> LeastSure)
{
    const int MaxPairs = 10, MaxOfPair = 8, MaxMistakes = 24, MaxLeastSure = 16;

    /// <summary>Takes the most telling of the test rows.</summary>
    /// <param name="metrics">The metrics of the model on them.</param>
    /// <param name="test">The rows, with labels: the model's classes, and perhaps others after them.</param>
    /// <param name="size">Height and width of an image; null if the rows are none.</param>
    public static Examples Of(TestMetrics metrics, Dataset test, (int Height, int Width)? size)
    {
        var predictions = metrics.Predictions;
        var wrong = predictions.Mistakes;
        var right = Enumerable.Range(0, predictions.RowCount).Where(predictions.IsRight).OrderBy(row => predictions.Probabilities[row]);
        var pairs = metrics.Confusions.Where(confusion => confusion.Truth != confusion.Predicted)
            .OrderByDescending(confusion => confusion.Count).Take(MaxPairs);
        return new(
            [.. pairs.Select(pair => new ConfusedPair(
                pair, [.. wrong.Where(row => test.Labels[row] == pair.Truth && predictions.Predicted[row] == test.ClassNames[pair.Predicted])
                    .Take(MaxOfPair).Select(Take)]))],
            [.. wrong.Take(MaxMistakes).Select(Take)],
            [.. right.Take(MaxLeastSure).Select(Take)]);

        Example Take(int row) => new(
            row + 1, predictions.Labels[row], predictions.Predicted[row], predictions.Probabilities[row], predictions.OfTruth[row],
            size is var (height, width) ? SmallImage.Of(test.Row(row), test.Range.MaxByte, height, width) : null);
    }
}

/// <summary>A pair of classes, and rows of the first that the second was predicted for.</summary>
/// <param name="Confusion">How often.</param>
/// <param name="Examples">Some of those rows, the surest first.</param>
sealed record ConfusedPair(Confusion Confusion, IReadOnlyList<Example> Examples);

/// <summary>A test row and its prediction.</summary>
/// <param name="Row">Its number among the test rows, from 1.</param>
/// <param name="Truth">Its class.</param>
/// <param name="Predicted">The predicted class.</param>
/// <param name="Probability">The probability of that.</param>
/// <param name="OfTruth">The probability of its class; 0 for one that the model does not know.</param>
/// <param name="Image">What it looks like; null where rows are no images.</param>
sealed record Example(int Row, string Truth, string Predicted, float Probability, float OfTruth, SmallImage? Image);
