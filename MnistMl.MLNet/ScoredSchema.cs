using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Numerics;

namespace MnistMl.MLNet;

/// <summary>The columns of rows that a network scores, and the way from a row's features to its scores.</summary>
sealed class ScoredSchema : IRowToRowMapper
{
    /// <summary>The columns that are added, named as ML.NET's own trainers name them.</summary>
    public const string Score = "Score", PredictedLabel = "PredictedLabel";

    /// <summary>The kind of scores that are of classes.</summary>
    public const string Multiclass = "MulticlassClassification";

    const string ScoreColumnKind = "ScoreColumnKind";

    readonly NeuralNetworkTransformer _transformer;
    readonly DataViewSchema.Column _features;

    /// <summary>[columns of the output]: the place of the same column in the input; null for one that is added.</summary>
    readonly List<int?> _inputs = [];

    /// <param name="transformer">What scores the rows.</param>
    /// <param name="label">The label that was trained on.</param>
    /// <param name="input">The columns of the rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or of another type than is wanted.</exception>
    public ScoredSchema(NeuralNetworkTransformer transformer, LabelColumn label, DataViewSchema input)
    {
        (_transformer, Input) = (transformer, input);
        _features = Columns.FindFeatures(input, transformer.FeatureColumnName);
        if (!_features.Type.Equals(transformer.FeatureColumnType))
        {
            throw new ArgumentOutOfRangeException(
                nameof(input), $"The feature column '{_features.Name}' is of type {_features.Type}, not {transformer.FeatureColumnType}.");
        }

        var schema = new DataViewSchema.Builder();
        // A column that is hidden by an added one has it next to it, as in ML.NET.
        foreach (var column in input)
        {
            schema.AddColumn(column.Name, column.Type, column.Annotations);
            _inputs.Add(column.Index);
            if (!column.IsHidden && column.Name is PredictedLabel or Score)
                Add(column.Name);
        }
        foreach (var name in (string[])[PredictedLabel, Score])
        {
            if (input.GetColumnOrNull(name) is null)
                Add(name);
        }
        Output = schema.ToSchema();

        void Add(string name)
        {
            _inputs.Add(null);
            if (name == PredictedLabel)
            {
                schema.AddColumn(name, label.Type, Annotations(PredictedLabel, annotations => label.AddValuesTo(annotations)));
                return;
            }
            schema.AddColumn(name, new VectorDataViewType(NumberDataViewType.Single, transformer.Model.ClassNames.Count), Annotations(Score, annotations =>
            {
                label.AddValuesTo(annotations, LabelColumn.TrainingLabelValues);
                if (label.HasTexts)
                    LabelColumn.AddTexts(annotations, LabelColumn.SlotNames, transformer.Model.ClassNames);
            }));
        }
    }

    /// <summary>What the scores of a column are of, by its annotations: classes, clusters, ranks…; empty where they do not tell.</summary>
    public static string KindOf(DataViewSchema.Column score)
    {
        ReadOnlyMemory<char> kind = default;
        if (score.Annotations.Schema.GetColumnOrNull(ScoreColumnKind) is { Type: TextDataViewType })
            score.Annotations.GetValue(ScoreColumnKind, ref kind);
        return $"{kind}";
    }

    public DataViewSchema Input { get; }

    public DataViewSchema Output { get; }

    DataViewSchema IRowToRowMapper.InputSchema => Input;

    DataViewSchema IRowToRowMapper.OutputSchema => Output;

    /// <summary>The column of the input that one of the output is; null for one that is added.</summary>
    public DataViewSchema.Column? InputOf(DataViewSchema.Column column) => _inputs[column.Index] is { } input ? Input[input] : null;

    /// <summary>The columns that others are made of.</summary>
    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        dependingColumns.Select(column => InputOf(column) ?? _features).DistinctBy(column => column.Index);

    DataViewRow IRowToRowMapper.GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) =>
        new ScoredRow(this, input, activeColumns);

    /// <summary>Gives the scores of a row, which are computed once for each row, whoever asks for them.</summary>
    /// <param name="input">The row, at whichever position it is.</param>
    public ScoreGetter Scores(DataViewRow input) => new(_transformer, input, _features);

    static DataViewSchema.Annotations Annotations(string kind, Action<DataViewSchema.Annotations.Builder> addOthers)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddPrimitiveValue(ScoreColumnKind, TextDataViewType.Instance, Multiclass.AsMemory());
        annotations.AddPrimitiveValue("ScoreValueKind", TextDataViewType.Instance, kind.AsMemory());
        annotations.AddPrimitiveValue("ScoreColumnSetId", new KeyDataViewType(typeof(uint), int.MaxValue), 1u);
        addOthers(annotations);
        return annotations.ToAnnotations();
    }

    /// <summary>The scores of one row after the other.</summary>
    public sealed class ScoreGetter(NeuralNetworkTransformer transformer, DataViewRow input, DataViewSchema.Column features)
    {
        readonly ValueGetter<VBuffer<float>> _getFeatures = input.GetGetter<VBuffer<float>>(features);
        readonly float[] _dense = new float[transformer.Model.FeatureCount];
        readonly float[] _scores = new float[transformer.Model.ClassNames.Count];
        VBuffer<float> _row;
        long _position = -1;

        public void GetScore(ref VBuffer<float> score)
        {
            Update();
            var editor = VBufferEditor.Create(ref score, _scores.Length);
            _scores.CopyTo(editor.Values);
            score = editor.Commit();
        }

        /// <summary>The most probable class, counted from 1; 0 where the features are not numbers, and so the scores.</summary>
        public void GetPredictedLabel(ref uint label)
        {
            Update();
            var best = ((ReadOnlySpan<float>)_scores).IndexOfMax();
            label = float.IsNaN(_scores[best]) ? 0 : (uint)best + 1;
        }

        void Update()
        {
            if (input.Position == _position)
                return;
            _getFeatures(ref _row);
            _row.CopyTo(_dense);
            transformer.Model.Probabilities(_dense, _scores);
            _position = input.Position;
        }
    }
}
