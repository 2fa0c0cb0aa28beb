using System.Globalization;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using MnistMl.Files;
using MnistMl.Model;
using MnistMl.Training;

namespace MnistMl.MLNet;

/// <summary>
/// Trains a feed-forward neural network for multiclass classification. The fitted transformer adds the columns that
/// ML.NET's own trainers add: <c>Score</c>, the probabilities of the classes, and <c>PredictedLabel</c>, a key of the
/// same values as the label's. It consists of ML.NET's own transforms, so that a model saved with it loads wherever
/// Microsoft.ML is, without this assembly. The same options and rows give the same network, whatever the number of
/// threads and the seed of the <see cref="MLContext"/>.
/// </summary>
/// <remarks>
/// Rows whose label is missing or whose features are not all finite numbers are left out of the training, as ML.NET's
/// own trainers leave them out.
/// </remarks>
public sealed class NeuralNetworkMulticlassTrainer : IEstimator<ITransformer>
{
    const string KeyValues = "KeyValues";

    readonly MLContext _context = new();
    readonly Options _options;
    readonly LbfgsMaximumEntropyMulticlassTrainer _stock;

    internal NeuralNetworkMulticlassTrainer(
        MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, Options options)
    {
        options.Validate();
        ArgumentException.ThrowIfNullOrEmpty(options.LabelColumnName);
        ArgumentException.ThrowIfNullOrEmpty(options.FeatureColumnName);
        if (options.FeatureScale is { } scale && !(scale > 0 && float.IsFinite(scale)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), scale, $"{nameof(Options.FeatureScale)} is a number above 0.");
        }

        _options = options;
        // Never fitted: it knows what a trainer takes and gives.
        _stock = catalog.LbfgsMaximumEntropy(options.LabelColumnName, options.FeatureColumnName);
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
        /// What all features are divided by in training, above 0; 255 for the pixels of pictures. By default each
        /// feature is divided by its greatest magnitude in the training rows; before a convolution, which takes pictures, all
        /// are divided by the greatest of these. Either way the scale becomes part of the
        /// network's weights: the model takes features as they are.
        /// </summary>
        public float? FeatureScale { get; init; }

        /// <summary>Told about 20 times a second, and after every epoch, on the training thread.</summary>
        public IProgress<TrainingProgress>? Progress { get; init; }

        /// <summary>
        /// Ends the training after the step under way; the network so far is fitted then, or, with
        /// <see cref="TrainingOptions.Patience"/>, the best so far; of several, those that are finished.
        /// </summary>
        public CancellationToken Cancellation { get; init; }
    }

    /// <summary>Trains a network.</summary>
    /// <param name="input">Rows with the label and feature columns.</param>
    /// <returns>A transformer that adds <c>Score</c> and <c>PredictedLabel</c>, made of ML.NET's own.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type than is wanted.</exception>
    /// <exception cref="InvalidOperationException">There are no rows to train on, or too many.</exception>
    /// <exception cref="ArgumentException">
    /// There is <see cref="TrainingOptions.Patience"/>, but no validation rows, or more than one network to train.
    /// </exception>
    /// <exception cref="MnistMlException">
    /// The layers do not fit each other, ML.NET cannot run them, or the loss is no longer a number.
    /// </exception>
    public ITransformer Fit(IDataView input) => FitTo(input, null);

    /// <summary>
    /// Trains a network and measures it after each epoch, for <see cref="Options.Progress"/> and
    /// <see cref="TrainingOptions.Patience"/>.
    /// </summary>
    /// <param name="trainData">Rows with the label and feature columns.</param>
    /// <param name="validationData">Rows of the same columns, never trained on.</param>
    /// <inheritdoc cref="Fit(IDataView)"/>
    public ITransformer Fit(IDataView trainData, IDataView validationData)
    {
        ArgumentNullException.ThrowIfNull(validationData);
        return FitTo(trainData, validationData);
    }

    ITransformer FitTo(IDataView trainData, IDataView? validationData)
    {
        ArgumentNullException.ThrowIfNull(trainData);
        var (features, label) = FindColumns(trainData.Schema);
        ModelLimits.RefuseUnwritable(
            _options.HiddenLayers, _options.Members, ((VectorDataViewType)features.Type).Size, Labels(label), asOnnx: false);
        return ToTransformer(Train(trainData, validationData).Network, trainData);
    }

    /// <summary>The columns that the fitted transformer will add.</summary>
    /// <param name="inputSchema">The columns it will be given.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type than is wanted.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _stock.GetOutputSchema(inputSchema);

    /// <summary>Trains a network and leaves it as it is, for who has no use for a transformer.</summary>
    internal TrainingResult Train(IDataView trainData, IDataView? validationData)
    {
        ArgumentNullException.ThrowIfNull(trainData);
        var (features, label) = FindColumns(trainData.Schema);
        // A convolution has the same weights look at each part of a picture.
        var arePictures = _options.HiddenLayers is [ConvolutionOptions, ..];
        var train = Read(trainData, features, label, rows =>
            _options.FeatureScale is { } scale ? rows.Scale(scale) : rows.ScaleByMagnitude(alike: arePictures))
            ?? throw new InvalidOperationException($"There are no rows to train on: none has a label in '{label.Name}' "
                + $"and finite numbers in '{features.Name}'.");
        var validation = validationData is null ? null : ReadValidation(validationData, trainData.Schema, train);
        return Trainer.Train(train, validation, _options, _options.Progress, _options.Cancellation);
    }

    /// <summary>The rows in the engine's form, or null if there are none.</summary>
    TrainingSet? Read(
        IDataView data, DataViewSchema.Column features, DataViewSchema.Column label, Func<LabelledRows, float[]> scale)
    {
        // Pixels that are bytes need no detour by floats.
        if (data is DatasetView { Dataset: var dataset } && _options.FeatureScale == TrainingSet.GreatestPixel)
            return dataset.Rows == 0 ? null : TrainingSet.From(dataset);
        var rows = LabelledRows.Read(data, features, label);
        return rows.Count == 0 ? null : rows.ToTrainingSet(Labels(label), scale(rows));
    }

    TrainingSet? ReadValidation(IDataView validationData, DataViewSchema trainSchema, TrainingSet train)
    {
        var (features, label) = FindColumns(validationData.Schema);
        foreach (var column in new[] { features, label })
        {
            if (!column.Type.Equals(trainSchema[column.Name].Type))
            {
                throw new ArgumentOutOfRangeException(nameof(validationData), $"The column '{column.Name}' is of type "
                    + $"{column.Type} for validation, not of {trainSchema[column.Name].Type} as for training.");
            }
        }
        if (!Labels(label).SequenceEqual(train.Labels))
        {
            throw new ArgumentOutOfRangeException(nameof(validationData), $"The keys in '{label.Name}' stand for other "
                + "values in the validation data than in the training data. Prepare both with the same transformer.");
        }
        return Read(validationData, features, label, _ => train.Scale);
    }

    (DataViewSchema.Column Features, DataViewSchema.Column Label) FindColumns(DataViewSchema schema)
    {
        var features = Find(
            schema, "feature", _options.FeatureColumnName, "a vector of Single of known size, as Concatenate makes it",
            type => type is VectorDataViewType { IsKnownSize: true, ItemType: NumberDataViewType { RawType: var raw } }
                && raw == typeof(float));
        var label = Find(
            schema, "label", _options.LabelColumnName, "a key of UInt32, as MapValueToKey makes it",
            type => type is KeyDataViewType { Count: <= int.MaxValue } && type.RawType == typeof(uint));
        return (features, label);
    }

    static DataViewSchema.Column Find(
        DataViewSchema schema, string role, string name, string wanted, Predicate<DataViewType> isWanted)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
        {
            throw new ArgumentOutOfRangeException(nameof(schema), $"There is no {role} column '{name}'. "
                + $"The columns are: {string.Join(", ", schema.Select(other => other.Name))}.");
        }
        return isWanted(column.Type)
            ? column
            : throw new ArgumentOutOfRangeException(
                nameof(schema), $"The {role} column '{name}' is of type {column.Type}, not {wanted}.");
    }

    /// <summary>The classes' names: what the keys stand for, or, where that is unknown, their numbers from 0.</summary>
    static string[] Labels(DataViewSchema.Column label) => HasKeyValues(label)
        ? (string[])ForKeyValues(nameof(Texts), label, label)!
        : [.. Enumerable.Range(0, (int)((KeyDataViewType)label.Type).Count).Select(key => $"{key}")];

    // Its namesake among ML.NET's extension methods knows of texts only.
    static bool HasKeyValues(DataViewSchema.Column label) =>
        label.Annotations.Schema.GetColumnOrNull(KeyValues) is not null;

    /// <summary>Calls a method that is generic in the type of what the keys of a label stand for.</summary>
    static object? ForKeyValues(string method, DataViewSchema.Column label, params object[] arguments) =>
        typeof(NeuralNetworkMulticlassTrainer).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(((VectorDataViewType)label.Annotations.Schema[KeyValues].Type).ItemType.RawType)
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    static string[] Texts<T>(DataViewSchema.Column label)
    {
        VBuffer<T> values = default;
        label.GetKeyValues(ref values);
        return [.. values.DenseValues().Select(value => value is DateTime or DateTimeOffset
            ? string.Create(CultureInfo.InvariantCulture, $"{value:O}")
            : Convert.ToString(value, CultureInfo.InvariantCulture)!)];
    }

    static void AddKeyValues<T>(DataViewSchema.Column label, SchemaDefinition.Column column)
    {
        VBuffer<T> values = default;
        label.GetKeyValues(ref values);
        column.AddAnnotation(KeyValues, values, label.Annotations.Schema[KeyValues].Type);
    }

    ITransformer ToTransformer(TrainedNetwork network, IDataView data)
    {
        var label = FindColumns(data.Schema).Label;
        using var file = new MemoryStream();
        var columns = new ModelColumns(_options.FeatureColumnName, _options.LabelColumnName, PredictsKeys: true);
        MLNetModelFile.Write(network, file, columns, (source, size) => TrainSchema(source, size, label));
        var chain = _context.Model.Load(file, out var inputSchema);

        // A trainer adds its two columns, no more.
        var between = chain.GetOutputSchema(inputSchema).Select(column => column.Name)
            .Except([_options.FeatureColumnName, "Score", "PredictedLabel"]).ToArray();
        return between.Length == 0
            ? chain
            : new TransformerChain<ITransformer>(
                chain, _context.Transforms.DropColumns(between).Fit(chain.Transform(data)));
    }

    /// <summary>
    /// The schema that the scorer is told it was trained on: the keys it predicts stand for what those of the label
    /// stand for, be that texts, numbers or dates.
    /// </summary>
    byte[] TrainSchema(string source, int size, DataViewSchema.Column label)
    {
        var definition = SchemaDefinition.Create(typeof(ScorerInput));
        var (features, keys) = (definition[nameof(ScorerInput.Features)], definition[nameof(ScorerInput.Label)]);
        features.ColumnType = new VectorDataViewType(NumberDataViewType.Single, size);
        keys.ColumnType = label.Type;
        if (HasKeyValues(label))
            ForKeyValues(nameof(AddKeyValues), label, label, keys);
        (features.ColumnName, keys.ColumnName) = (source, label.Name);

        using var stream = new MemoryStream();
        _context.Data.SaveAsBinary(_context.Data.LoadFromEnumerable(Array.Empty<ScorerInput>(), definition), stream);
        return stream.ToArray();
    }

    sealed class ScorerInput
    {
        public float[] Features { get; set; } = [];
        public uint Label { get; set; }
    }
}
