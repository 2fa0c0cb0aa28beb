using MnistMl.Images;

namespace MnistMl.Tests.Images;

/// <summary>Digits in strokes that the synthetic photographs do not have, and pictures of no digit.</summary>
[Collection<SyntheticPhotoTests.TrainedOnce>]
public sealed class DrawnDigitTests(SyntheticPhotoTests.Digits digits)
{
    public static TheoryData<string> Papers => [.. DrawnPaper.All.Select(paper => paper.Name)];

    [Theory]
    [MemberData(nameof(Papers))]
    public void Strokes_of_other_hands_are_right_or_unsure(string name)
    {
        const float sure = 0.8f;
        var paper = DrawnPaper.All.Single(paper => paper.Name == name);
        // Each digit on every fourth paper: all of both are drawn.
        foreach (var (_, digit) in DrawnDigit.All.Index().Where(pair => (pair.Index + DrawnPaper.All.TakeWhile(other => other != paper).Count()) % 4 == 0))
        {
            var image = MnistForm.Of(paper.Picture(ink => digit.Draw(ink, paper.Left, paper.Top, paper.Size, paper.Pen)));
            Assert.True(image.Pixels != null, $"{digit.Name}: {string.Join(' ', image.Warnings)}");
            Assert.Empty(image.Warnings);
            Assert.True(
                digits.Read(image.Pixels) == digit.Label || digits.Probability(image.Pixels) < sure, $"{digit.Name}: {digits.Read(image.Pixels)}");
        }
    }

    [Fact]
    public void A_small_digit_in_a_large_photograph_is_found_across_a_shadow()
    {
        var paper = DrawnPaper.Photograph;
        var image = MnistForm.Of(paper.Picture(ink => DrawnDigit.All[3].Draw(ink, paper.Left, paper.Top, paper.Size, paper.Pen)));
        Assert.Empty(image.Warnings);
        Assert.Equal("7", digits.Read(image.Pixels!));
        Assert.InRange(image.Box!.Value.Top, paper.Top, paper.Top + 30);
    }

    [Theory]
    [InlineData("No ink", null)]
    [InlineData("The ink is a dot", new double[] { 50, 50, 51, 50 })]
    [InlineData("The ink is more than twice as wide", new double[] { 0, 50, 100, 48 })]
    public void What_is_no_digit_is_refused_or_warned_of(string why, double[]? stroke)
    {
        var image = MnistForm.Of(DrawnPaper.All[0].Picture(ink => new DrawnDigit("", "", stroke == null ? [] : [stroke]).Draw(ink, 100, 100, 100, 14)));
        Assert.StartsWith(why, Assert.Single(image.Warnings), StringComparison.Ordinal);
    }

    public static TheoryData<string, double[][]> Figures => new()
    {
        { "cross", [[10, 8, 88, 96], [86, 4, 14, 92]] },
        { "plus", [[50, 8, 47, 92], [6, 52, 94, 47]] },
        { "W", [[4, 6, 26, 95, 49, 34, 74, 97, 97, 3]] },
        { "A", [[8, 97, 46, 3, 84, 96], [24, 64, 68, 62]] },
        { "H", [[16, 4, 18, 96], [82, 2, 79, 98], [17, 52, 80, 48]] },
        { "star", [[22, 95, 52, 4, 79, 97, 7, 40, 93, 36, 22, 95]] },
        { "scribble", [[20, 30, 80, 70, 10, 80, 60, 10, 90, 40, 30, 95, 15, 15, 70, 90, 95, 10, 40, 60]] },
        { "zigzag", [[2, 20, 18, 84, 38, 16, 56, 82, 74, 22, 92, 80]] },
    };

    [Theory]
    [MemberData(nameof(Figures))]
    public void What_looks_like_no_digit_is_warned_of_with_whatever_pen(string _, double[][] strokes)
    {
        foreach (var (paper, pen) in ((int, double)[])[(0, 5), (2, 12)])
        {
            var image = MnistForm.Of(DrawnPaper.All[paper].Picture(ink => new DrawnDigit("", "", strokes).Draw(ink, 80, 60, 150, pen)));
            Assert.NotNull(image.Pixels);
            Assert.Contains(MnistForm.NoDigit, image.Warnings);
        }
    }

    [Fact]
    public void The_edge_of_a_sheet_is_no_one()
    {
        var image = MnistForm.Of(DrawnPaper.All.Single(paper => paper.Name == "beside the edge of the sheet").Picture(_ => { }));
        Assert.StartsWith("One side of the ink is much darker", Assert.Single(image.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Ink_in_many_pieces_is_warned_of()
    {
        var image = MnistForm.Of(DrawnPaper.All[0].Picture(ink =>
        {
            new DrawnDigit("", "", [50, 0, 50, 100]).Draw(ink, 80, 80, 140, 8);
            for (var i = 0; i < 7; i++)
                new DrawnDigit("", "", [65, 3 + 15 * i, 75, 3 + 15 * i]).Draw(ink, 80, 80, 140, 8);
        }));
        Assert.Contains("pieces", Assert.Single(image.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_seam_leans_as_the_strokes_between_which_it_goes()
    {
        var ink = Drawing.Paper(80, 100).Line(40, 5, 10, 95, 6).Line(70, 5, 40, 95, 6);
        var seam = Seam.Find(ink, 100, 10).MinBy(seam => seam.Ink)!;
        Assert.Equal(0, seam.Ink, 0.01);
        Assert.InRange(seam.Columns[10], 43, 65);
        Assert.InRange(seam.Columns[90], 15, 36);
    }

    [Theory]
    [InlineData(15, 6)]
    [InlineData(11, 14)]
    [InlineData(4, 3)]
    [InlineData(14, 3)]
    [InlineData(7, 11)]
    public void Digits_that_touch_are_cut_between_them_and_warned_of(int first, int second)
    {
        var (one, other) = (DrawnDigit.All[first], DrawnDigit.All[second]);
        var right = 52 + Across(one).Max() - Across(other).Min();
        var number = NumberForm.Of(DrawnPaper.All[0].Picture(ink =>
        {
            one.Draw(ink, 50, 90, 100, 8);
            other.Draw(ink, right, 90, 100, 8);
        }), digits.Probability);
        Assert.Equal(one.Label + other.Label, string.Concat(number.Digits.Select(digit => digits.Read(digit.Pixels!))));
        Assert.Contains("touch", Assert.Single(number.Warnings), StringComparison.Ordinal);

        static IEnumerable<double> Across(DrawnDigit digit) => digit.Strokes.SelectMany(stroke => stroke.Chunk(2).Select(point => point[0]));
    }
}
