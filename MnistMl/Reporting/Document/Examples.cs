using MnistMl.Data;
using MnistMl.Numerics;

namespace MnistMl.Reporting.Document;

/// <summary>Test rows that tell what a model is good at, and what not.</summary>
/// <param name="Pairs">The pairs of classes that are confused most often, the most frequent first.</param>
/// <param name="Mistakes">The mistakes that the model was most sure of, the surest first.</param>
/// <param name="LeastSure">What is right, but hardly: the least probable first.</param>
sealed record Examples(IReadOnlyList<ConfusedPair> Pairs, IReadOnlyList<Example> Mistakes, IReadOnlyList<Example> LeastSure)
{
    const int MaxPairs = 10, MaxOfPair = 8, MaxMistakes = 24, MaxLeastSure = 16;

    /// <summary>Scores the test rows, and takes the most telling.</summary>
    /// <param name="metrics">The metrics of the same model on the same rows.</param>
    /// <param name="test">The rows, with labels: the model's classes, and perhaps others after them.</param>
    /// <param name="model">The model.</param>
    /// <param name="size">Height and width of an image; null if the rows are none.</param>
    public static Examples Of(TestMetrics metrics, Dataset test, LoadedModel model, (int Height, int Width)? size)
    {
        var predictions = Predict(test, model);
        var wrong = Enumerable.Range(0, test.RowCount).Where(row => predictions[row].Class != test.Labels[row])
            .OrderByDescending(row => predictions[row].Probability).ToArray();
        var right = Enumerable.Range(0, test.RowCount).Where(row => predictions[row].Class == test.Labels[row])
            .OrderBy(row => predictions[row].Probability);
        var pairs = metrics.Confusions.Where(confusion => confusion.Truth != confusion.Predicted)
            .OrderByDescending(confusion => confusion.Count).Take(MaxPairs);
        return new(
            [.. pairs.Select(pair => new ConfusedPair(
                pair, [.. wrong.Where(row => test.Labels[row] == pair.Truth && predictions[row].Class == pair.Predicted).Take(MaxOfPair).Select(Take)]))],
            [.. wrong.Take(MaxMistakes).Select(Take)],
            [.. right.Take(MaxLeastSure).Select(Take)]);

        Example Take(int row)
        {
            var (predicted, probability, ofTruth) = predictions[row];
            return new(
                row + 1, test.ClassNames[test.Labels[row]], model.ClassNames[predicted], probability, ofTruth,
                size is var (height, width) ? SmallImage.Of(test.Row(row), test.Range.MaxByte, height, width) : null);
        }
    }

    static Prediction[] Predict(Dataset test, LoadedModel model)
    {
        var predictions = new Prediction[test.RowCount];
        model.ScoreEach(test, (row, scores) =>
        {
            var (predicted, truth) = (scores.IndexOfMax(), test.Labels[row]);
            predictions[row] = new(predicted, scores[predicted], truth < scores.Length ? scores[truth] : 0);
        });
        return predictions;
    }

    readonly record struct Prediction(int Class, float Probability, float OfTruth);
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
