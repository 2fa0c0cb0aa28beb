namespace MnistMl.Files;

/// <summary>
/// How a model file deals with columns when ML.NET runs it. It writes two, named as by ML.NET's own trainers:
/// <c>Score</c>, the classes' probabilities in the order of the labels, which name its slots; and
/// <c>PredictedLabel</c>, the most probable class.
/// </summary>
/// <param name="Features">Column it reads: a vector of as many numbers as the network has inputs.</param>
/// <param name="Label">Column the network was trained on. Predicting does not need it.</param>
/// <param name="PredictsKeys">
/// False: the predicted label is the label's text. True: it is a key that carries the texts, as ML.NET's own trainers
/// give it and as its evaluation of multiclass models demands.
/// </param>
sealed record ModelColumns(string Features = "Pixels", string Label = "Label", bool PredictsKeys = false);
