using MnistMl.Data;

namespace MnistMl.Tests.Data;

public class ImageTransformTests
{
    static readonly Dataset _rows = new(new byte[] { 0, 1, 2, 250, 10, 20, 30, 40 }, new[] { 0, 1 }, 4, ["a", "b"]);

    [Fact]
    public void Ink_and_paper_are_swapped_in_the_range_of_the_rows()
    {
        Assert.Equal([255, 254, 253, 5, 245, 235, 225, 215], new ImageTransform(true, false).Apply(_rows).Pixels.ToArray());

        var sixteen = new PixelRange(0, 1 / 15.0, 240);
        var rows = new ImageTransform(true, false).Apply(new Dataset(new byte[] { 0, 15, 120, 240 }, default, 4, [], sixteen));
        Assert.Equal([16, 15, 8, 0], rows.Pixels.ToArray().Select(pixel => rows.Range.Values()[pixel]));
    }

    [Fact]
    public void Rows_and_columns_of_images_are_swapped()
    {
        Assert.Equal([0, 2, 1, 250, 10, 30, 20, 40], new ImageTransform(false, true).Apply(_rows).Pixels.ToArray());
        Assert.Equal(
            [0, 3, 6, 1, 4, 7, 2, 5, 8],
            new ImageTransform(false, true).Apply(new Dataset(Enumerable.Range(0, 9).Select(i => (byte)i).ToArray(), default, 9, [])).Pixels.ToArray());
    }

    [Fact]
    public void Labels_stay_and_twice_is_nothing()
    {
        var transform = new ImageTransform(true, true);
        var once = transform.Apply(_rows);

        Assert.Equal(_rows.Labels.ToArray(), once.Labels.ToArray());
        Assert.Equal(_rows.ClassNames, once.ClassNames);
        Assert.Equal(_rows.Pixels.ToArray(), transform.Apply(once).Pixels.ToArray());
        Assert.Same(_rows, ImageTransform.None.Apply(_rows));
        Assert.Equal(["Pixels are inverted.", "Images are transposed."], transform.Sentences);
        Assert.Empty(ImageTransform.None.Sentences);
    }

    [Fact]
    public void What_is_no_square_is_not_transposed() => Assert.Equal(
        "Images of 6 pixels are no squares: they cannot be transposed.",
        Assert.Throws<MnistMlException>(() => new ImageTransform(false, true).Apply(new Dataset(new byte[6], default, 6, []))).Message);
}
