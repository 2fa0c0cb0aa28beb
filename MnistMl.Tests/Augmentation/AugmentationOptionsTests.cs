using FsCheck.Xunit;
using MnistMl.Augmentation;

namespace MnistMl.Tests.Augmentation;

public sealed class AugmentationOptionsTests
{
    [Fact]
    public void Words_and_numbers_are_strengths() => Assert.Equal(
        new AugmentationOptions
        {
            Rotation = 10,
            Shift = 2,
            Scale = 0.1,
            Shear = 0.15,
            FlipProbability = 0.5,
            Elastic = 30,
            ElasticSigma = 5,
            EraseProbability = 0.2,
            ErasedArea = 0.3,
        },
        AugmentationOptions.Parse("rotate 10, shift 2, scale 0.1, shear 0.15, flip 0.5, elastic 30 5, erase 0.2 0.3"));

    [Theory]
    [InlineData("none")]
    [InlineData("  none ")]
    [InlineData("rotate 0, erase 0")]
    public void Nothing_is_changed_by_default_and_by_none(string text)
    {
        Assert.Equal(AugmentationOptions.None, AugmentationOptions.Parse(text));
        Assert.Equal("none", AugmentationOptions.Parse(text).ToString());
    }

    [Theory]
    [InlineData("elastic 34,rotate 5", "rotate 5, elastic 34 4")]
    [InlineData(" erase\t0.5 ", "erase 0.5 0.2")]
    [InlineData("elastic 0 5", "elastic 0 5")]
    [InlineData("shift 1e-1", "shift 0.1")]
    public void Strengths_are_written_in_one_way(string text, string written) =>
        Assert.Equal(written, AugmentationOptions.Parse(text).ToString());

    [Property]
    public void What_is_written_is_read_back(ushort rotation, ushort shift, ushort scale, ushort shear, ushort elastic, ushort smoothing, ushort erasing, ushort area)
    {
        var options = new AugmentationOptions
        {
            Rotation = Share(rotation) * 180,
            Shift = Share(shift) * 1000,
            Scale = Share(scale) * 0.9,
            Shear = Share(shear) * 2,
            Elastic = Share(elastic) * 1000,
            ElasticSigma = 0.1 + Share(smoothing) * 99,
            EraseProbability = Share(erasing),
            ErasedArea = Share(area),
        };
        options.Validate();
        Assert.Equal(options, AugmentationOptions.Parse(options.ToString()));

        static double Share(ushort number) => (double)number / ushort.MaxValue;
    }

    [Theory]
    [InlineData("rotat 10, shift 2", "^^^^^", "'rotat' is none of rotate, shift, scale, shear, flip, elastic, erase, none.")]
    [InlineData("rotate 10, Shift 2", "           ^^^^^", "'Shift' is none of")]
    [InlineData("rotate 10, shift", "           ^^^^^", "'shift' lacks its number. Write: shift PIXELS.")]
    [InlineData("rotate 10,  elastic 34 4 7", "                         ^", "'elastic' has a number too many. Write: elastic ALPHA [SIGMA].")]
    [InlineData("rotate ten", "       ^^^", "'ten' is not a number from 0 to 180.")]
    [InlineData("shift 2, rotate 181", "                ^^^", "'181' is not a number from 0 to 180. Write: rotate DEGREES.")]
    [InlineData("rotate -1", "       ^^", "'-1' is not a number")]
    [InlineData("rotate NaN", "       ^^^", "'NaN' is not a number")]
    [InlineData("elastic 34 0", "           ^", "'0' is not a number from 0.1 to 100.")]
    [InlineData("shift 1, rotate 2, shift 3", "                   ^^^^^", "'shift' is there twice.")]
    [InlineData("shift 1,, rotate 2", "        ^", "'' is none of")]
    [InlineData("shift 1,", "        ^", "'' is none of")]
    [InlineData("", "^", "'' is none of")]
    [InlineData("shift 1, none", "         ^^^^", "'none' is none of")]
    public void What_is_wrong_is_shown_under_the_word(string text, string marker, string message)
    {
        var lines = Assert.Throws<MnistMlException>(() => AugmentationOptions.Parse(text)).Message.Split(Environment.NewLine);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith(message, lines[0], StringComparison.Ordinal);
        Assert.Equal("  " + text, lines[1]);
        Assert.Equal("  " + marker, lines[2]);
    }

    [Fact]
    public void Strengths_out_of_range_are_refused_however_they_are_given()
    {
        var failure = Assert.Throws<ArgumentOutOfRangeException>(() => new AugmentationOptions { Scale = 1 }.Validate());
        Assert.Contains("'scale'", failure.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new AugmentationOptions { Elastic = double.NaN }.Validate());
    }
}
