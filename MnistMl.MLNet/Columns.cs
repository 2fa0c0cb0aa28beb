using Microsoft.ML;
using Microsoft.ML.Data;

namespace MnistMl.MLNet;

/// <summary>Finds the columns that a network is trained on or scores.</summary>
static class Columns
{
    /// <summary>Finds the column of the features.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of another type than is wanted.</exception>
    public static DataViewSchema.Column FindFeatures(DataViewSchema schema, string name) => Find(
        schema, "feature", name, "a vector of Single of known size, as Concatenate makes it",
        type => type is VectorDataViewType { IsKnownSize: true, ItemType: NumberDataViewType { RawType: var raw } } && raw == typeof(float));

    /// <summary>Finds the column of the labels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of another type than is wanted.</exception>
    public static LabelColumn FindLabel(DataViewSchema schema, string name) => new(Find(
        schema, "label", name, "a key of UInt32, as MapValueToKey makes it",
        type => type is KeyDataViewType { Count: <= int.MaxValue } && type.RawType == typeof(uint)));

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
}
