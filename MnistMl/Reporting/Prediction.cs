namespace MnistMl.Reporting;

/// <summary>A model's prediction for a row.</summary>
/// <param name="Row">The row's number, from 1.</param>
/// <param name="Label">The most probable label.</param>
/// <param name="Probability">The label's probability, 0 to 1.</param>
sealed record Prediction(long Row, string Label, float Probability);
