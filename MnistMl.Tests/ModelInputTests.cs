using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Data;
using MnistMl.MLNet;

namespace MnistMl.Tests;

/// <summary>Rows in the columns of a model that is not ours.</summary>
public sealed class ModelInputTests
{
    const int Rows = 300;

    static readonly Dataset _rows = new(
        Enumerable.Range(0, 2 * Rows).Select(i => (byte)i).ToArray(), Enumerable.Range(0, Rows).Select(row => row % 2).ToArray(), 2, ["even", "odd"]);

    [Fact]
    public void The_pixels_are_in_their_column_the_true_label_is_beside_and_others_are_empty()
    {
        // The column that the scores depend on has a twin that another hides, as a transform leaves it.
        var schema = new DataViewSchema.Builder();
        schema.AddColumn("Label", TextDataViewType.Instance);
        schema.AddColumn("Image", new VectorDataViewType(NumberDataViewType.Single, 2));
        schema.AddColumn("Image", new VectorDataViewType(NumberDataViewType.Single, 2));
        var columns = schema.ToSchema();

        var view = new ModelInput(new DatasetView(_rows), columns, columns[1]);

        Assert.Equal(Rows, view.GetRowCount());
        Assert.Equal(["Label", "Image", "Image", ModelInput.TrueLabel], view.Schema.Select(column => column.Name));
        Assert.All(view.GetColumn<string>("Label"), label => Assert.Equal("", label));
        Assert.Equal(Enumerable.Range(0, Rows).Select(row => new[] { (byte)(2 * row), (float)(byte)(2 * row + 1) }), view.GetColumn<float[]>(view.Schema[1]));
        Assert.All(view.GetColumn<float[]>(view.Schema[2]), Assert.Empty);
        Assert.Equal(Enumerable.Range(0, Rows).Select(row => row % 2 == 0 ? "even" : "odd"), view.GetColumn<string>(ModelInput.TrueLabel));

        var unlabelled = new ModelInput(new DatasetView(new Dataset(_rows.Pixels.ToArray(), default, 2, [])), columns, columns[1]);
        Assert.Equal(["Label", "Image", "Image"], unlabelled.Schema.Select(column => column.Name));
    }

    [Fact]
    public void Several_cursors_have_each_row_once_in_batches_that_give_the_order()
    {
        var schema = new DataViewSchema.Builder();
        schema.AddColumn("Features", new VectorDataViewType(NumberDataViewType.Single, 2));
        var columns = schema.ToSchema();
        var view = new ModelInput(new DatasetView(_rows), columns, columns[0]);
        var seen = new List<(long Batch, ulong Row)>();

        var cursors = view.GetRowCursorSet(view.Schema, 3);

        Assert.Equal(3, cursors.Length);
        foreach (var cursor in cursors)
        {
            using (cursor)
            {
                var (getId, getPixels) = (cursor.GetIdGetter(), cursor.GetGetter<VBuffer<float>>(view.Schema[0]));
                var (id, pixels) = (default(DataViewRowId), default(VBuffer<float>));
                for (var position = 0; cursor.MoveNext(); position++)
                {
                    getId(ref id);
                    getPixels(ref pixels);
                    Assert.Equal(position, cursor.Position);
                    Assert.Equal(_rows.Row((int)id.Low)[0], pixels.GetValues()[0]);
                    seen.Add((cursor.Batch, id.Low));
                }
            }
        }
        Assert.Equal(Enumerable.Range(0, Rows).Select(row => (ulong)row), seen.OrderBy(row => row.Batch).Select(row => row.Row));
    }

    [Fact]
    public void A_cursor_has_the_columns_that_it_was_asked_for()
    {
        var schema = new DataViewSchema.Builder();
        schema.AddColumn("Features", new VectorDataViewType(NumberDataViewType.Single, 2));
        var columns = schema.ToSchema();
        var view = new ModelInput(new DatasetView(_rows), columns, columns[0]);

        using var cursor = view.GetRowCursor([view.Schema[1]]);

        Assert.False(cursor.IsColumnActive(view.Schema[0]));
        Assert.True(cursor.IsColumnActive(view.Schema[1]));
    }
}
