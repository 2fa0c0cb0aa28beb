using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Data;
using MnistMl.MLNet;

namespace MnistMl.Tests.MLNet;

public sealed class DatasetViewTests
{
    const int Features = 37;

    [Fact]
    public void It_has_the_pixels_as_floats_and_the_labels_as_texts()
    {
        var dataset = Random(rows: 200);

        var view = new DatasetView(dataset);

        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, Features), view.Schema["Pixels"].Type);
        Assert.Equal(
            dataset.Pixels.ToArray().Select(pixel => (float)pixel),
            view.GetColumn<float[]>("Pixels").SelectMany(row => row));
        Assert.Equal(dataset.Labels.ToArray().Select(c => dataset.ClassNames[c]), view.GetColumn<string>("Label"));
        Assert.Equal(200, view.GetRowCount());
        Assert.Equal(200, view.Preview(maxRows: 1000).RowView.Length);
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 1)]
    [InlineData(64, 2)]
    [InlineData(65, 2)]
    [InlineData(1000, 3)]
    [InlineData(1000, 100)]
    public void Several_cursors_have_each_row_once_in_batches_that_give_the_order(int rows, int cursors)
    {
        var view = new DatasetView(Random(rows));
        var seen = new List<(long Batch, ulong Id)>();

        foreach (var cursor in view.GetRowCursorSet([view.Schema["Pixels"]], cursors))
        {
            using (cursor)
            {
                var own = Rows(cursor);
                Assert.Equal(own.Order(), own);
                Assert.Empty(own.Select(row => row.Batch).Intersect(seen.Select(row => row.Batch)));
                seen.AddRange(own);
            }
        }

        Assert.Equal(Enumerable.Range(0, rows).Select(row => (ulong)row), seen.Order().Select(row => row.Id));
    }

    [Fact]
    public void A_cursor_has_values_only_while_it_is_at_a_row()
    {
        var view = new DatasetView(Random(rows: 1));
        using var cursor = view.GetRowCursor([view.Schema["Pixels"]]);
        var getter = cursor.GetGetter<VBuffer<float>>(view.Schema["Pixels"]);
        VBuffer<float> pixels = default;

        Assert.Equal(-1, cursor.Position);
        Assert.Throws<InvalidOperationException>(() => getter(ref pixels));
        Assert.True(cursor.MoveNext());
        Assert.Equal(0, cursor.Position);
        getter(ref pixels);
        Assert.Equal(Features, pixels.Length);
        Assert.False(cursor.MoveNext());
        Assert.False(cursor.MoveNext());
        Assert.Equal(-1, cursor.Position);
        Assert.Throws<InvalidOperationException>(() => getter(ref pixels));
    }

    [Fact]
    public void A_column_that_was_not_asked_for_or_is_of_another_type_is_refused()
    {
        var view = new DatasetView(Random(rows: 1));
        using var cursor = view.GetRowCursor([view.Schema["Pixels"]]);

        Assert.False(cursor.IsColumnActive(view.Schema["Label"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Label"]));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<VBuffer<double>>(view.Schema["Pixels"]));
    }

    [Fact]
    public void Rows_without_classes_have_no_label_column()
    {
        var view = new DatasetView(new Dataset(new byte[] { 1, 2, 3, 4 }, default, 2, []));

        Assert.Equal("Pixels", Assert.Single(view.Schema).Name);
        Assert.Equal([[1, 2], [3, 4]], view.GetColumn<float[]>("Pixels"));
    }

    static Dataset Random(int rows)
    {
        var random = new Random(rows);
        var pixels = new byte[rows * Features];
        random.NextBytes(pixels);
        int[] labels = [.. Enumerable.Range(0, rows).Select(_ => random.Next(3))];
        return new Dataset(pixels, labels, Features, ["c", "a", "b"]);
    }

    static List<(long Batch, ulong Id)> Rows(DataViewRowCursor cursor)
    {
        var rows = new List<(long, ulong)>();
        var getId = cursor.GetIdGetter();
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            getId(ref id);
            rows.Add((cursor.Batch, id.Low));
        }
        return rows;
    }
}
