using Microsoft.ML;
using Microsoft.ML.Data;

namespace MnistMl.MLNet;

/// <summary>A row with its scores, which are computed when they are asked for.</summary>
/// <param name="schema">The columns.</param>
/// <param name="input">The row without its scores; disposed of with this one.</param>
/// <param name="active">The columns that may be asked for.</param>
sealed class ScoredRow(ScoredSchema schema, DataViewRow input, IEnumerable<DataViewSchema.Column> active) : DataViewRow
{
    readonly HashSet<int> _active = [.. active.Select(column => column.Index)];
    ScoredSchema.ScoreGetter? _scores;

    public override DataViewSchema Schema => schema.Output;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new ArgumentOutOfRangeException(nameof(column), $"The column '{column.Name}' was not asked for.");
        if (schema.InputOf(column) is { } same)
            return input.GetGetter<TValue>(same);
        _scores ??= schema.Scores(input);
        Delegate getter = column.Name == ScoredSchema.Score
            ? (ValueGetter<VBuffer<float>>)_scores.GetScore
            : (ValueGetter<uint>)_scores.GetPredictedLabel;
        return getter as ValueGetter<TValue> ?? throw new InvalidOperationException(
            $"The column '{column.Name}' is of type {column.Type}, not {typeof(TValue)}.");
    }

    protected override void Dispose(bool disposing)
    {
        input.Dispose();
        base.Dispose(disposing);
    }
}
