using Microsoft.ML;
using Microsoft.ML.Data;

namespace MnistMl.MLNet;

/// <summary>The rows of a view, which a network scores when they are asked for.</summary>
sealed class ScoredView(IDataView source, ScoredSchema schema) : IDataView
{
    public DataViewSchema Schema => schema.Output;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var columns = columnsNeeded.ToArray();
        return new Cursor(schema, source.GetRowCursor(schema.GetDependencies(columns), rand), columns);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var columns = columnsNeeded.ToArray();
        return [.. source.GetRowCursorSet(schema.GetDependencies(columns), n, rand).Select(cursor => new Cursor(schema, cursor, columns))];
    }

    sealed class Cursor(ScoredSchema schema, DataViewRowCursor input, IEnumerable<DataViewSchema.Column> active) : DataViewRowCursor
    {
        readonly ScoredRow _row = new(schema, input, active);

        public override DataViewSchema Schema => _row.Schema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override bool MoveNext() => input.MoveNext();

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => _row.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _row.GetGetter<TValue>(column);

        protected override void Dispose(bool disposing)
        {
            _row.Dispose();
            base.Dispose(disposing);
        }
    }
}
