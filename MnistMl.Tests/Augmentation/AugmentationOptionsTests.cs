using FsCheck;
using FsCheck.Xunit;
using MnistMl.Augmentation;

namespace MnistMl.Tests.Augmentation;

public sealed class AugmentationOptionsTests
{
    [Fact]
    public void Text_is_parsed_into_parameters() => Assert.Equal(
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
            Thinning = 1,
            ThinningProbability = 0.2,
            Thickening = 1.5,
            ThickeningProbability = 0.3,
            StretchProbability = 0.4,
            FlagProbability = 0.6,
            Blur = 1.5,
            BlurProbability = 0.1,
            Contrast = 0.6,
            ContrastProbability = 0.7,
            Brightness = 40,
            BrightnessProbability = 0.8,
        },
        AugmentationOptions.Parse("rotate 10, shift 2, scale 0.1, shear 0.15, flip 0.5, elastic 30 5, erase 0.2 0.3, "
            + "thin 1 0.2, thicken 1.5 0.3, stretch 0.4, flag 0.6, blur 1.5 0.1, contrast 0.6 0.7, brightness 40 0.8"));

    [Theory]
    [InlineData("none")]
    [InlineData("  none ")]
    [InlineData("rotate 0, erase 0")]
    public void There_is_no_augmentation_by_default_and_by_none(string text)
    {
        Assert.Equal(AugmentationOptions.None, AugmentationOptions.Parse(text));
        Assert.Equal("none", AugmentationOptions.Parse(text).ToString());
    }

    [Theory]
    [InlineData("elastic 34,rotate 5", "rotate 5, elastic 34 4")]
    [InlineData(" erase\t0.5 ", "erase 0.5 0.2")]
    [InlineData("elastic 0 5", "elastic 0 5")]
    [InlineData("shift 1e-1", "shift 0.1")]
    public void Options_have_one_text_form(string text, string canonical) =>
        Assert.Equal(canonical, AugmentationOptions.Parse(text).ToString());

    [Property]
    public void The_text_form_is_parsed_into_the_same_options(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var options = new AugmentationOptions
        {
            Rotation = random.NextDouble() * 180,
            Shift = random.NextDouble() * 1000,
            Scale = random.NextDouble() * 0.9,
            Shear = random.NextDouble() * 2,
            FlipProbability = random.NextDouble() * 0.5,
            Elastic = random.NextDouble() * 1000,
            ElasticSigma = 0.1 + random.NextDouble() * 99,
            EraseProbability = random.NextDouble(),
            ErasedArea = random.NextDouble(),
            Thinning = random.NextDouble() * 10,
            ThinningProbability = random.NextDouble(),
            Thickening = random.NextDouble() * 10,
            ThickeningProbability = random.NextDouble(),
            StretchProbability = random.NextDouble(),
            FlagProbability = random.NextDouble(),
            Blur = random.NextDouble() * 4,
            BlurProbability = random.NextDouble(),
            Contrast = random.NextDouble(),
            ContrastProbability = random.NextDouble(),
            Brightness = random.NextDouble() * 255,
            BrightnessProbability = random.NextDouble(),
        };
        options.Validate();
        Assert.Equal(options, AugmentationOptions.Parse(options.ToString()));
    }

    [Theory]
    [InlineData("rotate 180, shift 1000, scale 0.9, shear 2, flip 0.5, elastic 1000 100, erase 1 1")]
    [InlineData("thin 10 1, thicken 10 1, stretch 1, flag 1, blur 4 1, contrast 1 1, brightness 255 1")]
    [InlineData("elastic 0 0.1, erase 0 0")]
    public void A_parameter_may_be_the_minimum_or_the_maximum_of_its_range(string text) =>
        Assert.Equal(text, AugmentationOptions.Parse(text).ToString());

    [Theory]
    [InlineData("rotate 180.1")]
    [InlineData("shift 1000.1")]
    [InlineData("scale 0.91")]
    [InlineData("shear 2.1")]
    [InlineData("flip 0.51")]
    [InlineData("elastic 1000.1")]
    [InlineData("elastic 1 100.1")]
    [InlineData("erase 1.1")]
    [InlineData("erase 1 1.1")]
    [InlineData("thin 10.1")]
    [InlineData("thicken 10.1")]
    [InlineData("thicken 1 1.1")]
    [InlineData("stretch 1.1")]
    [InlineData("flag 1.1")]
    [InlineData("blur 4.1")]
    [InlineData("contrast 1.1")]
    [InlineData("brightness 255.1")]
    public void A_parameter_over_the_maximum_of_its_range_is_refused(string text)
    {
        var message = Assert.Throws<MnistMlException>(() => AugmentationOptions.Parse(text)).Message;
        Assert.StartsWith($"'{text.Split(' ')[^1]}' is not a number from", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rotat 1", "^^^^^",
        "'rotat' is none of rotate, shift, scale, shear, flip, elastic, erase, thin, thicken, stretch, flag, blur, contrast, brightness, none.")]
    [InlineData("rotate 10, Shift 2", "           ^^^^^", "'Shift' is none of")]
    [InlineData("rotate 10, shift", "           ^^^^^", "'shift' lacks its number. Write: shift PIXELS.")]
    [InlineData("rotate 1,  elastic 34 4 7", "                        ^",
        "'elastic' has a number too many. Write: elastic ALPHA [SIGMA].")]
    [InlineData("rotate ten", "       ^^^", "'ten' is not a number from 0 to 180.")]
    [InlineData("shift 2, rotate 181", "                ^^^",
        "'181' is not a number from 0 to 180. Write: rotate DEGREES.")]
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
        var wrong = Assert.Throws<MnistMlException>(() => AugmentationOptions.Parse(text));
        var lines = wrong.Message.Split(Environment.NewLine);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith(message, lines[0], StringComparison.Ordinal);
        Assert.Equal("  " + text, lines[1]);
        Assert.Equal("  " + marker, lines[2]);
    }

    [Fact]
    public void Parameters_out_of_range_are_refused_also_without_text()
    {
        var failure = Assert.Throws<ArgumentOutOfRangeException>(
            () => new AugmentationOptions { Scale = 1 }.Validate());
        Assert.Contains("'scale'", failure.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new AugmentationOptions { Elastic = double.NaN }.Validate());
    }
}
