using MnistMl.Reporting;

namespace MnistMl.Tests.Reporting;

public sealed class ContactSheetTests
{
    [Fact]
    public void Images_are_magnified_in_their_places_with_gaps_between()
    {
        const int Rows = 2, Columns = 3, Size = 2, Shown = 84, Gap = 4;
        var sheet = new ContactSheet(Rows, Columns, Size);
        sheet.Place(1, 2, [1, 2, 3, 4]);

        Assert.Equal(Columns * (Shown + Gap) + Gap, sheet.Width);
        Assert.Equal(Rows * (Shown + Gap) + Gap, sheet.Pixels.Length / sheet.Width);
        var (left, top) = (2 * (Shown + Gap) + Gap, Shown + Gap + Gap);
        Assert.Equal([1, 1, 2, 2], [At(0, 0), At(41, 41), At(42, 41), At(83, 0)]);
        Assert.Equal([3, 3, 4, 4], [At(0, 42), At(41, 83), At(42, 42), At(83, 83)]);
        foreach (var (x, y) in (ReadOnlySpan<(int, int)>)[(-1, 0), (84, 0), (0, -1), (0, 84)])
            Assert.Equal(sheet.Pixels[0], At(x, y));

        byte At(int x, int y) => sheet.Pixels[(top + y) * sheet.Width + left + x];
    }

    [Theory]
    [InlineData(28, 84)]
    [InlineData(30, 90)]
    [InlineData(83, 166)]
    [InlineData(84, 84)]
    [InlineData(200, 200)]
    public void Images_are_shown_whole_pixels_large_and_not_too_small(int size, int shown) =>
        Assert.Equal(4 + shown + 4, new ContactSheet(1, 1, size).Width);
}
