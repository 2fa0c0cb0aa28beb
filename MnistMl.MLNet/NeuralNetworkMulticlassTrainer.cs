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
/// wherever Microsoft.ML is, without this assembly. The same options, rows and seed give the same network, whatever the number of
/// threads.
/// </summary>
/// <remarks>
/// Rows whose label is missing or whose features are not all finite numbers are left out of the training, as ML.NET's
/// own trainers leave them out. The log of the <see cref="MLContext"/> says how many, the seed, and what each epoch came to.
/// </remarks>
public sealed class NeuralNetworkMulticlassTrainer : IEstimator<NeuralNetworkTransformer>
{
    readonly Options _options;
    readonly TrainerHost _host;

    /// <summary>A stock trainer, which takes and gives the same columns.</summary>
    readonly Lazy<IEstimator<ITransformer>> _stock;

    internal NeuralNetworkMulticlassTrainer(
        MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, Options options)
    {
        options.Validate();
        ArgumentException.ThrowIfNullOrEmpty(options.LabelColumnName);
        ArgumentException.ThrowIfNullOrEmpty(options.FeatureColumnName);
        if (options.ExampleWeightColumnName == "")
            throw new ArgumentException("The name of the column of example weights is empty; null is for none.", nameof(options));
        if (!(options.ValidationFraction is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.ValidationFraction, $"{nameof(Options.ValidationFraction)} is a share from 0 to below 1.");
        }
        if (options.FeatureDivisor is { } scale && !(scale > 0 && float.IsFinite(scale)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), scale, $"{nameof(Options.FeatureDivisor)} is a number above 0.");
        }

        _options = options with { };
        _host = new(catalog);
        _stock = new(() => catalog.LbfgsMaximumEntropy(
            _options.LabelColumnName, _options.FeatureColumnName, _options.ExampleWeightColumnName));
    }

    /// <summary>What to train, on which columns, and how.</summary>
    public sealed record Options : TrainingOptions
    {
        /// <summary>Creates the default options.</summary>
        public Options() { }

        /// <summary>Creates options for the default columns from what to train and how, its seed included.</summary>
        public Options(TrainingOptions training) : base(training ?? throw new ArgumentNullException(nameof(training))) =>
            HasSeed = training is not Options { HasSeed: false };

        /// <summary>
        /// Creates the options of a recipe for the default columns. Recipes are for images: those that augment take square ones of
        /// pixels from 0 to 255, and need <see cref="FeatureDivisor"/> = 255.
        /// </summary>
        public static Options From(Recipe recipe)
        {
            ArgumentNullException.ThrowIfNull(recipe);
            return new(recipe.Options) { HasSeed = false };
        }

        /// <inheritdoc/>
        public override int Seed
        {
            get => base.Seed;
            set => (base.Seed, HasSeed) = (value, true);
        }

        /// <summary>Whether a seed is set.</summary>
        internal bool HasSeed { get; private set; }

        /// <summary>Column of the classes: a key, as <c>MapValueToKey</c> makes it.</summary>
        public string LabelColumnName { get; set; } = "Label";

        /// <summary>
        /// Column of the features: a vector of <see cref="float"/> of known size, as <c>Concatenate</c> makes it.
        /// </summary>
        public string FeatureColumnName { get; set; } = "Features";

        /// <summary>
        /// Column of how much each example counts, a <see cref="float"/> from 0 on: its loss is multiplied by it in training, and by that of
        /// its class, if there are <see cref="TrainingOptions.ClassWeights"/>. Null for all alike. Reported losses are without it. Rows
        /// whose weight is negative or no finite number are left out.
        /// </summary>
        public string? ExampleWeightColumnName { get; set; }

        /// <summary>
        /// Share of the rows, from 0, for none, to below 1, that <c>Fit</c> does not train on but measures each epoch on, where it is given no
        /// validation rows: of each class in proportion, drawn by the seed.
        /// </summary>
        public double ValidationFraction { get; set; }

        /// <summary>
        /// What all features are divided by in training, above 0; 255 for the pixels of images. By default each
        /// feature is divided by its greatest magnitude in the training rows; before a convolution, which takes images, all
        /// are divided by the greatest of these. Either way the scale becomes part of the
        /// network's weights: the model takes features as they are.
        /// </summary>
        public float? FeatureDivisor { get; set; }

        /// <summary>What bytes the features are the values of; null where they are just numbers.</summary>
        internal PixelRange? PixelRange { get; init; }

        /// <summary>Told about 20 times a second, and after every epoch, on the calling thread.</summary>
        public IProgress<TrainingProgress>? Progress { get; set; }

        /// <summary>
        /// Ends the training after the step under way: asked for before the first, <c>Fit</c> throws an
        /// <see cref="OperationCanceledException"/>. The network so far is fitted then, or, with
        /// <see cref="TrainingOptions.Patience"/>, the best so far; of several, those that are finished.
        /// </summary>
        public CancellationToken Cancellation { get; set; }

        /// <summary>Whether the first step is taken even if cancellation is asked for before it, so that there is a checkpoint to resume from.</summary>
        internal bool AlwaysTakesFirstStep { get; init; }

        /// <summary>Whether the network is to be saved as ONNX, in a file of its own or in a zip, and not by ML.NET.</summary>
        internal bool IsForOnnx { get; init; }
    }

    /// <summary>Trains a network.</summary>
    /// <param name="input">Rows with the label and feature columns.</param>
    /// <returns>A transformer that adds <c>Score</c> and <c>PredictedLabel</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type than is wanted.</exception>
    /// <exception cref="InvalidOperationException">There are no rows to train on, or too many.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before the first step.</exception>
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

        ThrowIfCancelled();
        using var log = _host.OpenLog();
        var reader = DataViewReader.Read(trainData, Rows(trainData.Schema));
        log.LeftOut(reader, "training");
        if (reader.Count == 0)
        {
            throw new InvalidOperationException($"There are no rows to train on: none has a label in '{label.Name}' "
                + $"and finite numbers in '{features.Name}'.");
        }
        var options = _options with { Backend = _options.Backend.WithDefaults(_host.GpuDeviceId, _host.FallbackToCpu) };
        if (!options.HasSeed)
            options.Seed = _host.NextSeed();
        log.Seed(options);
        log.Device(options.Backend);
        DataViewReader? held = null;
        if (validationData == null && options.ValidationFraction > 0)
            (reader, held) = reader.HoldOut(options.ValidationFraction, classNames.Length, options.Seed);

        float[] scale;
        if (options.FeatureDivisor is { } divisor)
        {
            scale = reader.Scale(divisor);
        }
        else
        {
            // The same weights of a convolution see each part of an image.
            scale = reader.ScaleByMagnitude(alike: options.HiddenLayers is [Conv2D, ..], out var squeezed);
            log.Squeezed(features, squeezed);
        }
        var train = reader.ToTrainingSet(classNames, scale) with { Range = options.PixelRange ?? PixelRange.Bytes };
        var validation = validationData is null
            ? held is { Count: > 0 } ? held.ToTrainingSet(classNames, scale) : null
            : ReadValidation(validationData, trainData.Schema, train, log);
        ThrowIfCancelled();
        var result = Trainer.Train(train, validation, options, log.Progress(options.Progress), options.Cancellation);
        return new NeuralNetworkTransformer(new Predictor(result.Network), options.FeatureColumnName, label, result);
    }

    /// <summary>The columns that the fitted transformer will add.</summary>
    /// <param name="inputSchema">The columns it will be given.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type than is wanted.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _stock.Value.GetOutputSchema(inputSchema);

    void ThrowIfCancelled()
    {
        if (!_options.AlwaysTakesFirstStep)
            _options.Cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>The columns to read rows from.</summary>
    RowColumns Rows(DataViewSchema schema, bool weighted = true) => new(
        Columns.FindFeatures(schema, _options.FeatureColumnName), Columns.FindLabel(schema, _options.LabelColumnName),
        weighted && _options.ExampleWeightColumnName is { } weight ? Columns.FindWeight(schema, weight) : null, _options.PixelRange,
        MayBeSparse: _options.FeatureDivisor == null);

    TrainingSet? ReadValidation(IDataView validationData, DataViewSchema trainSchema, TrainingSet train, TrainingLog log)
    {
        // How much an example counts matters in training alone.
        var rows = Rows(validationData.Schema, weighted: false);
        foreach (var name in (string[])[rows.Features.Name, rows.Label.Name])
        {
            if (!validationData.Schema[name].Type.Equals(trainSchema[name].Type))
            {
                throw new ArgumentOutOfRangeException(nameof(validationData), $"The column '{name}' is of type "
                    + $"{validationData.Schema[name].Type} for validation, not of {trainSchema[name].Type} as for training.");
            }
        }
        if (!rows.Label.ClassNames().SequenceEqual(train.ClassNames))
        {
            throw new ArgumentOutOfRangeException(nameof(validationData), $"The keys in '{rows.Label.Name}' stand for other "
                + "values in the validation data than in the training data. Prepare both with the same transformer.");
        }
        var reader = DataViewReader.Read(validationData, rows);
        log.LeftOut(reader, "validation");
        return reader.Count == 0 ? null : reader.ToTrainingSet(train.ClassNames, train.Scale);
    }
}
