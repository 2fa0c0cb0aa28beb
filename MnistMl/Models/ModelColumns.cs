namespace MnistMl.Models;

/// <summary>
/// The names a model file gives to the columns it reads and writes when ML.NET runs it. The classes' probabilities, in
/// the order of the labels, which name its slots, are always in the column <c>Score</c>: ML.NET loads no other name.
/// </summary>
/// <param name="Features">Column it reads: a vector of <see cref="TrainedNetwork.Features"/> numbers.</param>
/// <param name="Label">Column the network was trained on. Predicting does not need it.</param>
/// <param name="PredictedLabel">Column it writes: the most probable class.</param>
/// <param name="PredictsKeys">
/// False: the predicted label is the label's text. True: it is a key that carries the texts, as ML.NET's own trainers
/// give it and as its evaluation of multiclass models demands.
/// </param>
public sealed record ModelColumns(
    string Features = "Pixels",
    string Label = "Label",
    string PredictedLabel = "PredictedLabel",
    bool PredictsKeys = false);
