using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Files;
using MnistMl.Inference;
using MnistMl.Training;

namespace MnistMl.MLNet;

/// <summary>
/// Adds the columns that ML.NET's own multiclass models add: <c>Score</c>, the probabilities of the classes, and
/// <c>PredictedLabel</c>, the most probable class as a key of the same values as the label's. It scores with the engine;
/// saved by <c>mlContext.Model.Save</c> it becomes a chain of ML.NET's own transforms, which loads wherever Microsoft.ML is,
/// without this assembly. It may be used from any number of threads.
/// </summary>
public sealed class NeuralNetworkTransformer : ISingleFeaturePredictionTransformer<Predictor>
{
    readonly LabelColumn _label;
    readonly Lazy<ITransformer> _stock;

    /// <summary>Wraps a network that is already in memory.</summary>
    /// <param name="model">The network.</param>
    /// <param name="featureColumnName">Column of the features: a vector of <see cref="float"/>, as long as the network takes it.</param>
    /// <param name="labelColumnName">Column that the network was trained on. Predicting does not need it.</param>
    public NeuralNetworkTransformer(Predictor model, string featureColumnName = "Features", string labelColumnName = "Label")
        : this(
            model ?? throw new ArgumentNullException(nameof(model)), featureColumnName,
            new LabelColumn(labelColumnName, model.ClassNames), training: null)
    {
    }

    internal NeuralNetworkTransformer(Predictor model, string featureColumnName, LabelColumn label, TrainingResult? training)
    {
        (Model, FeatureColumnName, _label, Training) = (model, featureColumnName, label, training);
        FeatureColumnType = new VectorDataViewType(NumberDataViewType.Single, model.FeatureCount);
        _stock = new(ToStock);
    }

    /// <summary>The network, ready to score.</summary>
    public Predictor Model { get; }

    /// <summary>Column of the features.</summary>
    public string FeatureColumnName { get; }

    /// <summary>Its type: a vector of <see cref="float"/> of known size.</summary>
    public DataViewType FeatureColumnType { get; }

    /// <summary>How the network was trained, epoch by epoch; null where it was not trained here.</summary>
    public TrainingResult? Training { get; }

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The columns of some rows once they are scored.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or of another type than is wanted.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new ScoredSchema(this, _label, inputSchema).Output;

    /// <summary>Scores rows, as they are asked for.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or of another type than is wanted.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoredView(input, new ScoredSchema(this, _label, input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => new ScoredSchema(this, _label, inputSchema);

    /// <summary>Saves ML.NET's own transforms in place of this one.</summary>
    /// <exception cref="MnistMlException">ML.NET has nothing that could run the network: a max pooling, or too large a layer.</exception>
    void ICanSaveModel.Save(ModelSaveContext ctx) => _stock.Value.Save(ctx);

    /// <summary>The same columns, scored by another network of as many features and classes.</summary>
    internal NeuralNetworkTransformer With(Predictor model) => new(model, FeatureColumnName, _label, training: null);

    /// <summary>The chain of ML.NET's own transforms that does the same.</summary>
    internal ITransformer ToStock()
    {
        var context = new MLContext();
        using var file = new MemoryStream();
        var columns = new ModelColumns(FeatureColumnName, _label.Name, PredictsKeys: true);
        ModelZip.Write(Model.Network, file, columns, (source, size) => _label.TrainSchema(context, source, size));
        var chain = context.Model.Load(file, out var inputSchema);

        // A trainer adds its two columns, no more.
        var between = chain.GetOutputSchema(inputSchema).Select(column => column.Name)
            .Except([FeatureColumnName, ScoredSchema.Score, ScoredSchema.PredictedLabel]).ToArray();
        if (between.Length == 0)
            return chain;
        var definition = SchemaDefinition.Create(typeof(Row));
        (definition[0].ColumnName, definition[0].ColumnType) = (FeatureColumnName, FeatureColumnType);
        var empty = context.Data.LoadFromEnumerable(Array.Empty<Row>(), definition);
        return new TransformerChain<ITransformer>(chain, context.Transforms.DropColumns(between).Fit(chain.Transform(empty)));
    }

    sealed class Row
    {
        public float[] Features { get; set; } = [];
    }
}
