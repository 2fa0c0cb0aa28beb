using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Data;
using MnistMl.Inference;
using MnistMl.Model;
using MnistMl.Training;

namespace MnistMl.MLNet;

/// <summary>
/// Trains a feed-forward neural network for multiclass classification. The fitted transformer adds the columns that
/// ML.NET's own trainers add: <c>Score</c>, the probabilities of the classes, and <c>PredictedLabel</c>, a key of the
/// same values as the label's. It scores with the engine; saved, it becomes ML.NET's own transforms, so that the model loads
/// wherever Microsoft.ML is, without this assembly. The same options and rows give the same network, whatever the number of
/// threads and the seed of the <see cref="MLContext"/>.
/// </summary>
/// <remarks>
/// Rows whose label is missing or whose features are not all finite numbers are left out of the training, as ML.NET's
/// own trainers leave them out.
/// </remarks>
public sealed class NeuralNetworkMulticlassTrainer : IEstimator<NeuralNetworkTransformer>
{
    readonly Options _options;
    readonly MulticlassClassificationCatalog.MulticlassClassificationTrainers _catalog;

    internal NeuralNetworkMulticlassTrainer(
        MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, Options options)
    {
        options.Validate();
        ArgumentException.ThrowIfNullOrEmpty(options.LabelColumnName);
        ArgumentException.ThrowIfNullOrEmpty(options.FeatureColumnName);
        if (options.FeatureDivisor is { } scale && !(scale > 0 && float.IsFinite(scale)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), scale, $"{nameof(Options.FeatureDivisor)} is a number above 0.");
        }

        (_catalog, _options) = (catalog, options);
    }

    /// <summary>What to train, on which columns, and how.</summary>
    public sealed record Options : TrainingOptions
    {
        /// <summary>Creates the default options.</summary>
        public Options() { }

        /// <summary>Creates options for the default columns from what to train and how.</summary>
        public Options(TrainingOptions training) : base(training) { }

        /// <summary>Column of the classes: a key, as <c>MapValueToKey</c> makes it.</summary>
        public string LabelColumnName { get; init; } = "Label";

        /// <summary>
        /// Column of the features: a vector of <see cref="float"/> of known size, as <c>Concatenate</c> makes it.
        /// </summary>
        public string FeatureColumnName { get; init; } = "Features";

        /// <summary>
        /// What all features are divided by in training, above 0; 255 for the pixels of images. By default each
        /// feature is divided by its greatest magnitude in the training rows; before a convolution, which takes images, all
        /// are divided by the greatest of these. Either way the scale becomes part of the
        /// network's weights: the model takes features as they are.
        /// </summary>
        public float? FeatureDivisor { get; init; }

        /// <summary>What bytes the features are the values of; null where they are just numbers.</summary>
        internal PixelRange? PixelRange { get; init; }

        /// <summary>Told about 20 times a second, and after every epoch, on the calling thread.</summary>
        public IProgress<TrainingProgress>? Progress { get; init; }

        /// <summary>
        /// Ends the training after the step under way; the network so far is fitted then, or, with
        /// <see cref="TrainingOptions.Patience"/>, the best so far; of several, those that are finished.
        /// </summary>
        public CancellationToken Cancellation { get; init; }

        /// <summary>Whether the network is to be saved as ONNX, in a file of its own or in a zip, and not by ML.NET.</summary>
        internal bool IsForOnnx { get; init; }
    }

    /// <summary>Trains a network.</summary>
    /// <param name="input">Rows with the label and feature columns.</param>
    /// <returns>A transformer that adds <c>Score</c> and <c>PredictedLabel</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type than is wanted.</exception>
    /// <exception cref="InvalidOperationException">There are no rows to train on, or too many.</exception>
    /// <exception cref="ArgumentException">
    /// There is <see cref="TrainingOptions.Patience"/>, but no validation rows, or more than one network to train.
    /// </exception>
    /// <exception cref="MnistMlException">
    /// The layers do not fit each other, ML.NET cannot run them, or the loss is no longer a number.
    /// </exception>
    public NeuralNetworkTransformer Fit(IDataView input) => Fit(input, null);

    /// <summary>
    /// Trains a network and measures it after each epoch, for <see cref="Options.Progress"/> and
    /// <see cref="TrainingOptions.Patience"/>.
    /// </summary>
    /// <param name="trainData">Rows with the label and feature columns.</param>
    /// <param name="validationData">Rows of the same columns, never trained on; null for none.</param>
    /// <inheritdoc cref="Fit(IDataView)"/>
    public NeuralNetworkTransformer Fit(IDataView trainData, IDataView? validationData)
    {
        ArgumentNullException.ThrowIfNull(trainData);
        var features = Columns.FindFeatures(trainData.Schema, _options.FeatureColumnName);
        var label = Columns.FindLabel(trainData.Schema, _options.LabelColumnName);
        var classNames = label.ClassNames();
        ModelLimits.ThrowIfUnwritable(
            _options.HiddenLayers, _options.EnsembleSize, ((VectorDataViewType)features.Type).Size, classNames, _options.IsForOnnx);
        if (!_options.IsForOnnx && _options.HiddenLayers.OfType<MaxPooling2D>().FirstOrDefault() is { } max && !OnnxPackage.IsThere)
        {
            throw new MnistMlException($"'{max}' takes ML.NET the package {OnnxPackage.Name}, which is not here, to save and load the model. "
                + $"Add it with Microsoft.ML.OnnxRuntime. {MaxPooling2D.WayOut}");
        }

        // The same weights of a convolution see each part of an image.
        var areImages = _options.HiddenLayers is [Conv2D, ..];
        var reader = DataViewReader.Read(trainData, features, label, _options.PixelRange);
        if (reader.Count == 0)
        {
            throw new InvalidOperationException($"There are no rows to train on: none has a label in '{label.Name}' "
                + $"and finite numbers in '{features.Name}'.");
        }
        var scale = _options.FeatureDivisor is { } divisor ? reader.Scale(divisor) : reader.ScaleByMagnitude(alike: areImages);
        var train = reader.ToTrainingSet(classNames, scale) with { Range = _options.PixelRange ?? PixelRange.Bytes };
        var validation = validationData is null ? null : ReadValidation(validationData, trainData.Schema, train);
        var result = Trainer.Train(train, validation, _options, _options.Progress, _options.Cancellation);
        return new NeuralNetworkTransformer(new Predictor(result.Network), _options.FeatureColumnName, label, result);
    }

    /// <summary>The columns that the fitted transformer will add.</summary>
    /// <param name="inputSchema">The columns it will be given.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type than is wanted.</exception>
    // A stock trainer takes and gives the same.
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        _catalog.LbfgsMaximumEntropy(_options.LabelColumnName, _options.FeatureColumnName).GetOutputSchema(inputSchema);

    TrainingSet? ReadValidation(IDataView validationData, DataViewSchema trainSchema, TrainingSet train)
    {
        var features = Columns.FindFeatures(validationData.Schema, _options.FeatureColumnName);
        var label = Columns.FindLabel(validationData.Schema, _options.LabelColumnName);
        foreach (var name in (string[])[features.Name, label.Name])
        {
            if (!validationData.Schema[name].Type.Equals(trainSchema[name].Type))
            {
                throw new ArgumentOutOfRangeException(nameof(validationData), $"The column '{name}' is of type "
                    + $"{validationData.Schema[name].Type} for validation, not of {trainSchema[name].Type} as for training.");
            }
        }
        if (!label.ClassNames().SequenceEqual(train.ClassNames))
        {
            throw new ArgumentOutOfRangeException(nameof(validationData), $"The keys in '{label.Name}' stand for other "
                + "values in the validation data than in the training data. Prepare both with the same transformer.");
        }
        var reader = DataViewReader.Read(validationData, features, label, _options.PixelRange);
        return reader.Count == 0 ? null : reader.ToTrainingSet(train.ClassNames, train.Scale);
    }
}
