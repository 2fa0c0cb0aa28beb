using MnistMl.Images;

namespace MnistMl.Tests.Images;

/// <summary>Whole pictures: what they become, and which are refused.</summary>
public sealed class MnistFormTests
{
    [Fact]
    public void What_is_in_the_form_already_passes_unchanged()
    {
        var digit = Form();
        var pixels = new Plane(28, 28);
        for (var i = 0; i < digit.Length; i++)
            pixels.Values[i] = digit[i];
        Assert.Equal(digit, MnistForm.Of(Drawing.Picture(pixels)).Pixels);

        // One step away from the form, it is a picture like others.
        pixels[0, 0] = 1;
        Assert.Null(MnistForm.Unchanged(pixels));
    }

    [Fact]
    public void Ink_is_20_pixels_long_in_the_middle_and_255_where_it_is_darkest()
    {
        var pixels = Form();
        Assert.Equal(255, pixels.Max());
        var plane = new Plane(28, 28);
        for (var i = 0; i < pixels.Length; i++)
            plane.Values[i] = pixels[i];
        Assert.Equal(20, Box.Around(plane, 0)!.Value.LongerSide);
        var (x, y) = CenterOfMass.Of(plane);
        Assert.InRange(x, 13.5, 14.5);
        Assert.InRange(y, 13.5, 14.5);
    }

    [Fact]
    public void Where_and_how_large_it_is_and_which_of_ink_and_paper_is_dark_makes_little_difference()
    {
        var expected = Form();
        Close(expected, Drawing.Paper(200, 200, 220).Seven(left: 40, top: 20));
        Close(expected, Drawing.Paper(200, 200, 30).Seven(value: 220));
        Close(expected, Drawing.Paper(600, 400, 220).Seven(left: 300));
        Close(expected, Drawing.Paper(200, 200, 120).Seven(value: 80));
    }

    [Fact]
    public void The_box_is_where_the_ink_is()
    {
        var box = Of(Drawing.Paper(600, 400, 220).Seven(left: 300)).Box!.Value;
        foreach (var (expected, side) in ((int, int)[])[(295, box.Left), (45, box.Top), (365, box.Right), (155, box.Bottom)])
            Assert.InRange(side, expected - 3, expected + 3);
    }

    [Fact]
    public void A_number_that_is_cut_off_is_warned_of() => Assert.Contains("touches a border", Assert.Single(
        NumberForm.Of(Drawing.Picture(Drawing.Paper(300, 120, 220).Seven(left: 40, top: 30).Seven(left: 180, top: 30)), _ => 1).Warnings), StringComparison.Ordinal);

    [Theory]
    [InlineData(50, 50)]
    [InlineData(51, 0)]
    public void A_number_has_50_digits_at_most(int strokes, int digits)
    {
        var number = NumberForm.Of(Row(strokes, width: 4, apart: 16), _ => 1);
        Assert.Equal(digits, number.Digits.Count);
        Assert.Equal(digits == 0, number.Warnings is [var only] && only.StartsWith("The ink seems to be more than 50 digits", StringComparison.Ordinal));
    }

    [Fact]
    public void A_lattice_of_dots_is_no_number()
    {
        var dots = Drawing.Paper(240, 240, 225);
        for (var i = 0; i < dots.Values.Length; i++)
            dots.Values[i] = i % 240 % 4 == 0 && i / 240 % 4 == 0 ? 30 : 225;
        var number = NumberForm.Of(Drawing.Picture(dots), _ => throw new InvalidOperationException("Nothing of it is a digit."));
        Assert.Empty(number.Digits);
        Assert.StartsWith("The ink seems to be more than 50", Assert.Single(number.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(26, 42, 0)]
    [InlineData(1, 160, 1)]
    public void What_is_too_wide_for_a_number_is_not_cut(int pieces, int width, int digits)
    {
        var number = NumberForm.Of(Row(pieces, width, apart: width + 8, height: 20), _ => throw new InvalidOperationException("It is cut."));
        Assert.Equal(digits, number.Digits.Count);
    }

    [Fact]
    public void Rings_that_are_small_from_afar_and_large_from_near_are_not_cut()
    {
        var rings = new Plane(1000, 1000);
        for (var i = 0; i < rings.Values.Length; i++)
            rings.Values[i] = (int)Math.Sqrt(Math.Pow(i % 1000 - 500, 2) + Math.Pow(i / 1000 - 500, 2)) / 2 % 2 == 0 ? 0 : 255;
        Assert.NotEmpty(NumberForm.Of(Drawing.Picture(rings), _ => throw new InvalidOperationException("It is cut.")).Digits);
    }

    /// <summary>Upright strokes, or bars, in a row.</summary>
    static Picture Row(int count, int width, int apart, int height = 60)
    {
        var row = Drawing.Paper(count * apart + 80, height + 80, 225);
        for (var piece = 0; piece < count; piece++)
        {
            for (var i = 0; i < width * height; i++)
                row[40 + piece * apart + i % width, 40 + i / width] = 30;
        }
        return Drawing.Picture(row);
    }

    [Fact]
    public void Thin_strokes_are_made_thicker()
    {
        var thin = MnistForm.Of(Drawing.Picture(Drawing.Paper(200, 200, 220).Seven(thickness: 1.5)), keepSteps: true);
        Assert.Contains("thicker", thin.Steps.Select(step => step.Name));
        var (mass, expected) = (thin.Pixels!.Sum(pixel => pixel), Form().Sum(pixel => pixel));
        Assert.InRange(mass, 0.75 * expected, 1.25 * expected);
        Assert.DoesNotContain("thicker", MnistForm.Of(Drawing.Picture(Drawing.Paper(200, 200, 220).Seven(thickness: 16)), keepSteps: true).Steps.Select(step => step.Name));
    }

    [Fact]
    public void What_leans_far_leans_a_little_afterwards_and_what_leans_a_little_stays()
    {
        foreach (var (slant, expected) in ((double, double)[])[(0.8, 0.3), (-0.8, -0.3), (0.42, 0.42)])
        {
            var pixels = Of(Drawing.Paper(300, 200, 220).Line(150 - slant * 50, 50, 150 + slant * 50, 150, 10, 30)).Pixels!;
            Assert.InRange(Slant.Measure(new(Array.ConvertAll(pixels, pixel => (float)pixel), 28, 28)), expected - 0.05, expected + 0.05);
        }
    }

    [Fact]
    public void Small_ink_is_looked_at_closer_and_is_as_if_it_were_large()
    {
        var small = MnistForm.Of(Drawing.Picture(Drawing.Paper(960, 960, 220).Seven(left: 400, top: 300)), keepSteps: true);
        Assert.Contains("closer", small.Steps.Select(step => step.Name));
        Assert.InRange(Form().Zip(small.Pixels!).Average(pair => Math.Abs(pair.First - pair.Second)), 0, 6);
    }

    [Fact]
    public void What_is_much_fainter_than_the_ink_is_none() => Assert.All(
        Form().Zip(Of(Drawing.Paper(200, 200, 220).Seven().Line(60, 100, 80, 130, 8, 140)).Pixels!), pair => Assert.InRange(pair.First - pair.Second, -3, 3));

    [Fact]
    public void A_frame_around_a_digit_is_left_out_and_a_zero_around_a_stroke_is_not()
    {
        // As a form's, photographed from aside.
        var frame = Drawing.Paper(200, 200, 220).Line(40, 28, 165, 22, 1.2, 30).Line(165, 22, 172, 176, 1.2, 30).Line(172, 176, 36, 170, 1.2, 30).Line(36, 170, 40, 28, 1.2, 30);
        var image = Of(frame.Seven());
        Assert.Empty(image.Warnings);
        Assert.InRange(Form().Zip(image.Pixels!).Average(pair => Math.Abs(pair.First - pair.Second)), 0, 2);

        var zero = Drawing.Paper(200, 200, 220);
        for (var i = 0; i < zero.Values.Length; i++)
        {
            var (x, y) = (i % 200 - 100, i / 200 - 100);
            if (x * x / 2500.0 + y * y / 6400.0 < 1 && x * x / 1600.0 + y * y / 4900.0 > 1)
                zero.Values[i] = 30;
        }
        Assert.InRange(Of(zero.Line(85, 125, 115, 75, 10, 30)).Box!.Value.Height, 155, 165);
    }

    [Fact]
    public void A_zero_of_straight_strokes_is_no_frame()
    {
        foreach (var zero in (Plane[])[Zero(6), Zero(6).Line(100, 90, 100, 110, 8, 30), Zero(25).Line(100, 75, 100, 125, 10, 30)])
            Assert.InRange(Of(zero).Box!.Value.Height, 145, 155);

        static Plane Zero(int thickness)
        {
            var plane = Drawing.Paper(200, 200, 220);
            for (var i = 0; i < plane.Values.Length; i++)
            {
                var inside = Math.Min(62 - Math.Abs(i % 200 - 100), 75 - Math.Abs(i / 200 - 100));
                if (inside >= 0 && inside < thickness)
                    plane.Values[i] = 30;
            }
            return plane;
        }
    }

    [Fact]
    public void Steps_are_kept_in_the_order_in_which_they_are_named()
    {
        var steps = MnistForm.Of(Drawing.Picture(Drawing.Paper(200, 200, 220).Seven()), keepSteps: true).Steps.Select(step => step.Name).ToArray();
        Assert.Equal(MnistForm.Steps.Where(steps.Contains), steps);
        Assert.Equal("MNIST's form", steps[^1]);
        Assert.Empty(MnistForm.Of(Drawing.Picture(Drawing.Paper(200, 200, 220).Seven())).Steps);
    }

    [Fact]
    public void A_picture_without_ink_is_refused()
    {
        Refused("No ink", Drawing.Paper(200, 200, 200));
        Refused("No ink", Drawing.Paper(1, 1, 200));
        Refused("No ink", Drawing.Paper(1, 300, 200));
        var random = new Random(1);
        foreach (var deviation in (int[])[8, 30])
            Refused("No ink", Drawing.Paper(200, 200, 200).Select(paper => paper + random.Next(-deviation, deviation + 1)));
    }

    [Fact]
    public void A_blot_is_refused_and_a_thick_eight_that_fills_as_much_of_its_box_is_not()
    {
        var blot = Drawing.Paper(200, 240, 220).Line(100, 90, 100, 140, 104, 30);
        Refused("The ink is a dot or a blot", blot);
        Assert.InRange(Of(blot.Line(100, 85, 101, 85, 28, 220).Line(100, 145, 101, 145, 28, 220)).Box!.Value.Height, 150, 160);
    }

    [Fact]
    public void A_stroke_that_is_cut_out_closely_is_no_paper() =>
        Assert.Equal(20 * 255, Of(Drawing.Paper(80, 240, 220).Line(40, 35, 40, 205, 36, 30)).Pixels!.Where((_, i) => i % 28 == 14).Sum(pixel => pixel), 600.0);

    [Fact]
    public void Ink_that_touches_borders_and_several_digits_are_warned_of()
    {
        Assert.Contains("touches 2 borders", Assert.Single(Of(Drawing.Paper(120, 120, 220).Line(60, -5, 50, 125, 9, 30)).Warnings), StringComparison.Ordinal);
        Assert.Contains("several digits", Assert.Single(Of(Drawing.Paper(300, 200, 220).Seven(left: 40).Seven(left: 180)).Warnings), StringComparison.Ordinal);
        Assert.Empty(Of(Drawing.Paper(200, 200, 220).Seven()).Warnings);
    }

    static byte[] Form() => Of(Drawing.Paper(200, 200, 220).Seven()).Pixels!;

    static DigitImage Of(Plane gray) => MnistForm.Of(Drawing.Picture(gray));

    static void Refused(string why, Plane gray)
    {
        var image = Of(gray);
        Assert.Null(image.Pixels);
        Assert.StartsWith(why, Assert.Single(image.Warnings), StringComparison.Ordinal);
    }

    static void Close(byte[] expected, Plane gray)
    {
        var difference = expected.Zip(Of(gray).Pixels!).Average(pair => Math.Abs(pair.First - pair.Second));
        Assert.InRange(difference, 0, 6);
    }
}
