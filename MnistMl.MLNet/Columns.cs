using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Data;

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

    /// <summary>Finds the column of the examples' weights.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of another type than is wanted.</exception>
    public static DataViewSchema.Column FindWeight(DataViewSchema schema, string name) => Find(
        schema, "weight", name, "a Single", type => type is NumberDataViewType && type.RawType == typeof(float));

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

/// <summary>What rows to learn from are read from.</summary>
/// <param name="Features">The column of the features.</param>
/// <param name="Label">The column of the labels.</param>
/// <param name="Weight">The column of how much each counts; null where all count alike.</param>
/// <param name="Range">What bytes the features are to be taken for; null to take them as they are.</param>
/// <param name="MayBeSparse">Whether rows may be kept without their zeros: they are no pixels.</param>
sealed record RowColumns(
    DataViewSchema.Column Features, LabelColumn Label, DataViewSchema.Column? Weight = null, PixelRange? Range = null, bool MayBeSparse = false);
