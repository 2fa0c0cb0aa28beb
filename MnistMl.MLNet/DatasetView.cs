using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Data;
using MnistMl.Network;

namespace MnistMl.MLNet;

/// <summary>
/// A data set as ML.NET takes it, without a copy: the column <c>Pixels</c>, a vector of <see cref="float"/>, the values as
/// their file has them, from 0 to 255 for the most part, and, where the rows have classes, the column <c>Label</c>, the label as text.
/// </summary>
public sealed class DatasetView : IDataView
{
    /// <summary>Name of the column of pixels, where no other is given.</summary>
    public const string Pixels = "Pixels";

    /// <summary>Name of the column of classes, where no other is given.</summary>
    public const string Label = "Label";

    /// <summary>[classes]: their names.</summary>
    readonly ReadOnlyMemory<char>[] _classNames;

    /// <summary>[256]: the value of each byte; null where it is the byte.</summary>
    readonly float[]? _values;

    /// <summary>Wraps a data set.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="pixels">Name of the column of pixels.</param>
    /// <param name="label">Name of the column of classes.</param>
    public DatasetView(Dataset dataset, string pixels = Pixels, string label = Label)
    {
        Dataset = dataset;
        _values = dataset.Range.IsBytes ? null : dataset.Range.Values();
        _classNames = [.. dataset.ClassNames.Select(label => label.AsMemory())];
        var schema = new DataViewSchema.Builder();
        schema.AddColumn(pixels, new VectorDataViewType(NumberDataViewType.Single, dataset.FeatureCount));
        if (dataset.HasLabels)
            schema.AddColumn(label, TextDataViewType.Instance);
        Schema = schema.ToSchema();
    }

    /// <summary>The data set.</summary>
    internal Dataset Dataset { get; }

    /// <summary>The columns.</summary>
    public DataViewSchema Schema { get; }

    /// <summary>False: the rows come in their order.</summary>
    public bool CanShuffle => false;

    /// <summary>Number of rows.</summary>
    public long? GetRowCount() => Dataset.RowCount;

    /// <summary>A cursor over all rows.</summary>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, columnsNeeded, 0, 1);

    /// <summary>Cursors that share the rows out among them.</summary>
    public DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var columns = columnsNeeded.ToArray();
        return [.. Enumerable.Range(0, n).Select(cursor => new Cursor(this, columns, cursor, n))];
    }

    /// <summary>Goes over every <paramref name="cursors"/>th batch of rows.</summary>
    internal sealed class Cursor(DatasetView view, IEnumerable<DataViewSchema.Column> columns, int cursor, int cursors)
        : DataViewRowCursor
    {
        const int BatchRows = 64;

        readonly HashSet<int> _active = [.. columns.Select(column => column.Index)];
        int _row = -1;
        long _position = -1;

        public override DataViewSchema Schema => view.Schema;

        public override long Position => _position;

        public override long Batch => _row / BatchRows;

        public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

        public override bool MoveNext()
        {
            if (_row >= Dataset.RowCount)
                return false;
            _row++;
            if (_position < 0)
                _row = cursor * BatchRows;
            else if (_row % BatchRows == 0)
                _row += (cursors - 1) * BatchRows;
            _position = _row < Dataset.RowCount ? _position + 1 : -1;
            return _position >= 0;
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new ArgumentOutOfRangeException(nameof(column), $"The column '{column.Name}' was not asked for.");
            Delegate getter = column.Index == 0
                ? (ValueGetter<VBuffer<float>>)GetPixels
                : (ValueGetter<ReadOnlyMemory<char>>)GetLabel;
            return getter as ValueGetter<TValue> ?? throw new InvalidOperationException(
                $"The column '{column.Name}' is of type {column.Type}, not {typeof(TValue)}.");
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() =>
            (ref DataViewRowId id) => id = new DataViewRowId((ulong)Row, 0);

        /// <summary>What it goes over.</summary>
        public Dataset Dataset { get; } = view.Dataset;

        /// <summary>The row that it is at.</summary>
        public int Row => _position >= 0 ? _row : throw new InvalidOperationException("The cursor is at no row.");

        void GetPixels(ref VBuffer<float> pixels)
        {
            var bytes = Dataset.Row(Row);
            var editor = VBufferEditor.Create(ref pixels, bytes.Length);
            if (view._values is { } values)
            {
                for (var i = 0; i < bytes.Length; i++)
                    editor.Values[i] = values[bytes[i]];
            }
            else
            {
                ByteMatrix.Widen(bytes, scale: 1, editor.Values);
            }
            pixels = editor.Commit();
        }

        void GetLabel(ref ReadOnlyMemory<char> label) => label = view._classNames[Dataset.Labels[Row]];
    }
}
