using MnistMl.Data;

namespace MnistMl.Tests.Data;

public sealed class DatasetTests
{
    static readonly Dataset _dataset = new(new byte[] { 1, 2, 3, 4, 5, 6 }, (int[])[2, 0, 1], 2, ["a", "b", "c"]);

    [Fact]
    public void A_slice_has_its_rows_and_their_labels()
    {
        var slice = _dataset.Slice(1, 2);

        Assert.Equal(2, slice.RowCount);
        Assert.Equal([3, 4, 5, 6], slice.Pixels.ToArray());
        Assert.Equal([5, 6], slice.Row(1).ToArray());
        Assert.Equal([0, 1], slice.Labels.ToArray());
        Assert.Equal(["a", "b", "c"], slice.ClassNames);
        Assert.Throws<ArgumentOutOfRangeException>(() => _dataset.Slice(2, 2));
    }

    [Fact]
    public void A_slice_of_rows_without_labels_has_none()
    {
        var slice = new Dataset(new byte[] { 1, 2, 3, 4 }, default, 2, []).Slice(1, 1);

        Assert.False(slice.HasLabels);
        Assert.Equal([3, 4], slice.Pixels.ToArray());
    }

    [Theory]
    [InlineData(5, 2, new[] { 0, 0 }, "5 pixels are not whole rows of 2.")]
    [InlineData(6, 2, new[] { 0, 0 }, "2 labels for 3 rows.")]
    [InlineData(4, 2, new[] { 0, 2 }, "A label is not from 0 to 1.")]
    [InlineData(4, 2, new[] { -1, 0 }, "A label is not from 0 to 1.")]
    public void Sizes_that_do_not_fit_and_labels_without_a_class_are_refused(
        int pixelCount, int featureCount, int[] labels, string message)
    {
        var refused = Assert.Throws<ArgumentException>(
            () => new Dataset(new byte[pixelCount], labels, featureCount, ["a", "b"]));
        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_has_at_least_one_pixel() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dataset(default, default, 0, []));

    [Fact]
    public void With_other_class_names_each_row_keeps_its_class()
    {
        var renumbered = _dataset.WithClassNames(["x", "c", "b", "a"]);

        Assert.Equal([1, 3, 2], renumbered.Labels.ToArray());
        Assert.Equal(["x", "c", "b", "a"], renumbered.ClassNames);
        Assert.Equal(_dataset.Pixels.ToArray(), renumbered.Pixels.ToArray());
    }

    [Theory]
    [InlineData(0, 2, "Row 2 is labelled 'a', which is none of 'b', 'c'.")]
    [InlineData(60_000, 2, "Row 60002 is labelled 'a', which is none of 'b', 'c'.")]
    [InlineData(0, 10, "Row 2 is labelled 'a', which is none of 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'.")]
    [InlineData(0, 12, "'i', 'j', 'k' and 2 more.")]
    public void A_row_whose_class_is_missing_is_refused_with_its_number(int firstRow, int classCount, string message)
    {
        var rows = new Dataset(_dataset.PixelMemory, (int[])[1, 0, 1], 2, _dataset.ClassNames);
        string[] classNames = [.. "bcdefghijklm"[..classCount].Select(letter => $"{letter}")];

        var refused = Assert.Throws<MnistMlException>(() => rows.WithClassNames(classNames, firstRow));

        Assert.EndsWith(message, refused.Message, StringComparison.Ordinal);
    }
}
