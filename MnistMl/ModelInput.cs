using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.MLNet;

namespace MnistMl;

/// <summary>
/// Rows in the columns of a model that ML.NET has loaded: the pixels in the one that its scores depend on, nothing in others,
/// which transforms want to see all the same, such as a label that is mapped; and the true label as text beside them.
/// </summary>
sealed class ModelInput : IDataView
{
    /// <summary>Name of the column of the true label: none that a model has.</summary>
    public const string TrueLabel = "TrueLabel.Text";

    readonly IDataView _rows;
    readonly int _pixels;

    /// <param name="rows">The rows, in the columns of a <see cref="DatasetView"/>.</param>
    /// <param name="columns">The model's columns.</param>
    /// <param name="pixels">The one of the pixels.</param>
    public ModelInput(IDataView rows, DataViewSchema columns, DataViewSchema.Column pixels)
    {
        (_rows, _pixels) = (rows, pixels.Index);
        var schema = new DataViewSchema.Builder();
        schema.AddColumns(columns);
        if (rows.Schema.GetColumnOrNull(DatasetView.Label) != null)
            schema.AddColumn(TrueLabel, TextDataViewType.Instance);
        Schema = schema.ToSchema();
    }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => false;

    public long? GetRowCount() => _rows.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, columnsNeeded, _rows.GetRowCursor(_rows.Schema));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var columns = columnsNeeded.ToArray();
        return [.. _rows.GetRowCursorSet(_rows.Schema, n).Select(cursor => new Cursor(this, columns, cursor))];
    }

    sealed class Cursor(ModelInput view, IEnumerable<DataViewSchema.Column> active, DataViewRowCursor rows) : DataViewRowCursor
    {
        readonly HashSet<int> _active = [.. active.Select(column => column.Index)];

        public override DataViewSchema Schema => view.Schema;

        public override long Position => rows.Position;

        public override long Batch => rows.Batch;

        public override bool MoveNext() => rows.MoveNext();

        public override ValueGetter<DataViewRowId> GetIdGetter() => rows.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (column.Index == view._pixels)
                return rows.GetGetter<TValue>(rows.Schema[DatasetView.Pixels]);
            return column.Name == TrueLabel
                ? rows.GetGetter<TValue>(rows.Schema[DatasetView.Label])
                : (ref TValue value) => value = default!;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                rows.Dispose();
            base.Dispose(disposing);
        }
    }
}
