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
/// <param name="Images">The images that the features are made of; null where it reads the features themselves.</param>
/// <param name="HasOnnxInside">
/// Whether the hidden layers are an ONNX model in the file, which ML.NET runs faster than the affine layers that
/// convolutions are otherwise, but not with the package Microsoft.ML alone. Max pooling always is in one.
/// </param>
sealed record ModelColumns(
    string Features = "Pixels", string Label = "Label", bool PredictsKeys = false, ImageInput? Images = null,
    bool HasOnnxInside = false);

/// <summary>Images as ML.NET reads them. They are resized to the size that the network takes, on a black ground.</summary>
/// <param name="ArePaths">Whether the column has paths of files, and not images.</param>
/// <param name="IsInkDark">Whether ink is darker than paper: then they are inverted.</param>
sealed record ImageInput(bool ArePaths, bool IsInkDark)
{
    /// <summary>Column of the images, read or loaded.</summary>
    public const string Image = "Image";

    /// <summary>Column of their paths.</summary>
    public const string Path = "ImagePath";
}
