using System.Globalization;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MnistMl.MLNet;

/// <summary>A column of keys that are classes, and what these keys stand for: texts, numbers, dates or nothing known.</summary>
/// <param name="column">The column, of keys of <see cref="uint"/>.</param>
/// <param name="annotation">The annotation of it that says what the keys stand for.</param>
sealed class LabelColumn(DataViewSchema.Column column, string annotation = LabelColumn.KeyValues)
{
    /// <summary>The annotation of a score that says what its numbers are of.</summary>
    public const string TrainingLabelValues = "TrainingLabelValues";

    /// <summary>The annotation of a vector that names its numbers.</summary>
    public const string SlotNames = "SlotNames";

    const string KeyValues = "KeyValues";

    /// <summary>A column whose keys stand for names.</summary>
    public LabelColumn(string name, IReadOnlyList<string> classNames) : this(ColumnOf(name, classNames)) { }

    /// <summary>The column's name.</summary>
    public string Name => column.Name;

    /// <summary>The column's type: a key of as many values as there are classes.</summary>
    public KeyDataViewType Type => (KeyDataViewType)column.Type;

    /// <summary>Whether the keys stand for texts.</summary>
    public bool HasTexts => ItemType == typeof(ReadOnlyMemory<char>);

    /// <summary>What the keys stand for, as annotations of a column; empty where that is unknown.</summary>
    public DataViewSchema.Annotations Annotations => column.Annotations;

    /// <summary>What the keys stand for as one type; null where that is unknown, as where there are more keys or fewer.</summary>
    // Its namesake among ML.NET's extension methods knows of texts only.
    Type? ItemType => column.Annotations.Schema.GetColumnOrNull(annotation) is { Type: VectorDataViewType { ItemType.RawType: var type, Size: var size } }
        && size == Count ? type : null;

    /// <summary>The number of keys or scores.</summary>
    int Count => column.Type switch
    {
        KeyDataViewType { Count: var keys } => (int)keys,
        VectorDataViewType { Size: var scores } => scores,
        _ => 0,
    };

    /// <summary>The classes' names in the order of scores, which their annotations or those of the predicted label tell.</summary>
    public static IReadOnlyList<string> ClassNamesOf(DataViewSchema schema, DataViewSchema.Column score)
    {
        var (predicted, count) = (schema.GetColumnOrNull(ScoredSchema.PredictedLabel) ?? score, ((VectorDataViewType)score.Type).Size);
        foreach (var labels in (LabelColumn[])[new(score, TrainingLabelValues), new(score, SlotNames), new(predicted)])
        {
            if (labels.Count == count && labels.ItemType is not null)
                return labels.ClassNames();
        }
        return [.. Enumerable.Range(0, count).Select(key => $"{key}")];
    }

    /// <summary>The classes' names: what the keys stand for, or, where that is unknown, their numbers from 0.</summary>
    public string[] ClassNames() => ItemType is { } type
        ? (string[])Call(nameof(TextsOf), type)!
        : [.. Enumerable.Range(0, Count).Select(key => $"{key}")];

    /// <summary>Adds what the keys stand for, under a name, to the annotations of another column, if it is known.</summary>
    public void AddValuesTo(DataViewSchema.Annotations.Builder annotations, string name = KeyValues)
    {
        if (ItemType is { } type)
            Call(nameof(AddValues), type, annotations, name);
    }

    /// <summary>
    /// The schema that a scorer is told it was trained on: the keys it predicts stand for what those of the label stand for.
    /// </summary>
    /// <param name="context">Saves it.</param>
    /// <param name="source">The column of the scorer's features.</param>
    /// <param name="size">How many they are.</param>
    public byte[] TrainSchema(MLContext context, string source, int size)
    {
        var definition = SchemaDefinition.Create(typeof(ScorerInput));
        var (features, keys) = (definition[nameof(ScorerInput.Features)], definition[nameof(ScorerInput.Label)]);
        features.ColumnType = new VectorDataViewType(NumberDataViewType.Single, size);
        keys.ColumnType = Type;
        if (ItemType is { } type)
            Call(nameof(AddValuesToDefinition), type, keys);
        (features.ColumnName, keys.ColumnName) = (source, Name);

        using var stream = new MemoryStream();
        context.Data.SaveAsBinary(context.Data.LoadFromEnumerable(Array.Empty<ScorerInput>(), definition), stream);
        return stream.ToArray();
    }

    static DataViewSchema.Column ColumnOf(string name, IReadOnlyList<string> classNames)
    {
        var schema = new DataViewSchema.Builder();
        var annotations = new DataViewSchema.Annotations.Builder();
        AddTexts(annotations, KeyValues, classNames);
        schema.AddColumn(name, new KeyDataViewType(typeof(uint), classNames.Count), annotations.ToAnnotations());
        return schema.ToSchema()[0];
    }

    /// <summary>Adds a vector of texts to the annotations of a column.</summary>
    public static void AddTexts(DataViewSchema.Annotations.Builder annotations, string name, IReadOnlyList<string> texts)
    {
        ReadOnlyMemory<char>[] values = [.. texts.Select(text => text.AsMemory())];
        annotations.Add<VBuffer<ReadOnlyMemory<char>>>(
            name, new VectorDataViewType(TextDataViewType.Instance, values.Length),
            (ref VBuffer<ReadOnlyMemory<char>> all) => all = new VBuffer<ReadOnlyMemory<char>>(values.Length, values));
    }

    /// <summary>Calls a method of this class that is generic in the type of what the keys stand for.</summary>
    object? Call(string method, Type type, params object[] arguments) =>
        typeof(LabelColumn).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Instance)!.MakeGenericMethod(type)
            .Invoke(this, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    string[] TextsOf<T>() => [.. Values<T>().DenseValues().Select(value => value is DateTime or DateTimeOffset
        ? string.Create(CultureInfo.InvariantCulture, $"{value:O}")
        : Convert.ToString(value, CultureInfo.InvariantCulture)!)];

    void AddValues<T>(DataViewSchema.Annotations.Builder annotations, string name) =>
        annotations.Add(name, column.Annotations.Schema[annotation].Type, (ref VBuffer<T> all) => all = Values<T>());

    void AddValuesToDefinition<T>(SchemaDefinition.Column definition) =>
        definition.AddAnnotation(KeyValues, Values<T>(), column.Annotations.Schema[annotation].Type);

    VBuffer<T> Values<T>()
    {
        VBuffer<T> values = default;
        column.Annotations.GetValue(annotation, ref values);
        return values;
    }

    sealed class ScorerInput
    {
        public float[] Features { get; set; } = [];
        public uint Label { get; set; }
    }
}
