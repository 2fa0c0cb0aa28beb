using MnistMl.Images;

namespace MnistMl.Tests.Images;

/// <summary>Each step on the way to MNIST's form, alone.</summary>
public sealed class StepTests
{
    [Fact]
    public void Otsu_divides_two_classes_in_the_middle_whatever_their_sizes()
    {
        float[] values = [.. Enumerable.Repeat(10f, 5), .. Enumerable.Repeat(200f, 500)];
        Assert.InRange(Otsu.Threshold(values), 95, 115);
        Assert.Equal(7, Otsu.Threshold([7, 7, 7]));
    }

    [Fact]
    public void Local_means_are_those_of_weighted_pixels_in_the_square()
    {
        var random = new Random(1);
        var plane = new Plane(9, 7);
        var weights = new float[plane.Values.Length];
        for (var i = 0; i < weights.Length; i++)
            (plane.Values[i], weights[i]) = (random.NextSingle(), random.Next(3) > 0 ? 1 : 0);
        weights.AsSpan(0, 18).Clear();
        var mean = plane.LocalMean(1, weights);
        for (var y = 0; y < 7; y++)
        {
            for (var x = 0; x < 9; x++)
            {
                var around = (from v in Enumerable.Range(0, 7)
                              from u in Enumerable.Range(0, 9)
                              where Math.Abs(u - x) <= 1 && Math.Abs(v - y) <= 1 && weights[v * 9 + u] > 0
                              select plane[u, v]).ToArray();
                Assert.Equal(around.Length == 0 ? float.NaN : around.Average(), mean[x, y], 1e-5f);
            }
        }
    }

    [Theory]
    [InlineData(37, 5)]
    [InlineData(2, 3)]
    [InlineData(3, 1)]
    [InlineData(1, 4)]
    [InlineData(1, 1)]
    public void Smooth_planes_have_the_mean_of_each_pixel_and_those_next_to_it(int width, int height)
    {
        var random = new Random(1);
        var plane = new Plane(width, height).Select(_ => random.NextSingle());
        var smooth = plane.Smooth();
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var around = from v in Enumerable.Range(0, height)
                             from u in Enumerable.Range(0, width)
                             where Math.Abs(u - x) <= 1 && Math.Abs(v - y) <= 1
                             select plane[u, v];
                Assert.Equal(around.Average(), smooth[x, y], 1e-5f);
            }
        }
    }

    [Fact]
    public void The_least_and_the_greatest_are_found_wherever_they_are()
    {
        for (var count = 1; count < 40; count++)
        {
            for (var place = 0; place < count; place++)
            {
                var values = new float[count];
                (values[place], values[(place + 1) % count]) = (-1, 1);
                Assert.Equal((values.Min(), values.Max()), Plane.Range(values));
            }
        }
    }

    [Fact]
    public void Area_averaging_keeps_the_mean_and_weighs_pixels_by_how_much_of_them_is_in()
    {
        var plane = new Plane(5, 1);
        new float[] { 1, 2, 3, 4, 5 }.CopyTo(plane.Values, 0);
        var half = Resampling.Resize(plane, new(0, 0, 5, 1), 2, 1);
        Assert.Equal((1 + 2 + 1.5f) / 2.5f, half[0, 0], 1e-5f);
        Assert.Equal((1.5f + 4 + 5) / 2.5f, half[1, 0], 1e-5f);
        Assert.Equal(2.5f, Resampling.Resize(plane, new(1, 0, 3, 1), 1, 1)[0, 0], 1e-5f);
        Assert.Equal([1, 1.25f, 1.75f, 2], Resampling.Resize(plane, new(0, 0, 2, 1), 4, 1).Values);
    }

    [Fact]
    public void Limited_planes_keep_their_proportions_and_small_ones_themselves()
    {
        var limited = Resampling.Limit(Drawing.Paper(400, 100, 5), 200);
        Assert.Equal((200, 50), (limited.Width, limited.Height));
        Assert.All(limited.Values, value => Assert.Equal(5, value, 1e-4f));
        var small = Drawing.Paper(20, 10);
        Assert.Same(small, Resampling.Limit(small, 200));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void The_channel_is_the_one_in_which_ink_differs_most(int channel)
    {
        var paper = Drawing.Paper(200, 200, 200);
        Plane[] channels = [paper, paper, paper];
        channels[channel] = Drawing.Paper(200, 200, 200).Seven();
        var colors = new Colors(channels[0], channels[1], channels[2]);
        Assert.Same(channels[channel], InkChannel.Choose(colors).Of(colors));
    }

    [Fact]
    public void Ink_that_is_alike_in_all_channels_is_read_by_its_light()
    {
        var red = Drawing.Paper(200, 200, 202).Seven();
        var other = Drawing.Paper(200, 200, 200).Seven();
        var colors = new Colors(red, other, Drawing.Paper(200, 200, 200).Seven());
        Assert.Equal(0.299f * 202 + 0.701f * 200, InkChannel.Choose(colors).Of(colors)[0, 0], 1e-2f);
    }

    [Fact]
    public void A_table_of_which_the_color_differs_more_from_paper_than_the_ink_does_not_choose_the_channel()
    {
        // White paper on brown wood, and blue ink, which is hardly darker in blue.
        var red = Photo(table: 110, ink: 60);
        var colors = new Colors(red, Photo(table: 80, ink: 80), Photo(table: 40, ink: 170));
        Assert.Same(red, InkChannel.Choose(colors).Of(colors));

        static Plane Photo(float table, float ink)
        {
            var plane = Drawing.Paper(200, 200, table);
            for (var y = 25; y < 175; y++)
                plane.Values.AsSpan(y * plane.Width + 30, 140).Fill(200);
            return plane.Seven(thickness: 4, value: ink);
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(30)]
    public void Paper_is_what_is_at_the_border(int thickness)
    {
        Assert.False(Polarity.IsPaperDark(Drawing.Paper(200, 200, 200).Seven(thickness: thickness)));
        Assert.True(Polarity.IsPaperDark(Drawing.Paper(200, 200, 30).Seven(thickness: thickness, value: 220)));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    public void Little_paper_around_much_ink_is_paper(int margin)
    {
        var one = new Plane(24 + 2 * margin, 110 + 2 * margin);
        Array.Fill(one.Values, 210);
        for (var y = margin; y < one.Height - margin; y++)
            one.Values.AsSpan(y * one.Width + margin, 24).Fill(40);
        Assert.False(Polarity.IsPaperDark(one));
        Assert.True(Polarity.IsPaperDark(one.Select(value => 255 - value)));
    }

    [Fact]
    public void A_sheet_on_a_dark_table_is_paper_though_little_of_it_is_beside_the_ink()
    {
        var photo = Drawing.Paper(120, 120, 40);
        for (var y = 18; y < 102; y++)
            photo.Values.AsSpan(y * 120 + 18, 84).Fill(210);
        for (var y = 34; y < 86; y++)
        {
            // A 0 of strokes of 9 pixels.
            photo.Values.AsSpan(y * 120 + 30, 52).Fill(40);
            if (y is >= 43 and < 77)
                photo.Values.AsSpan(y * 120 + 39, 34).Fill(210);
        }
        Assert.False(Polarity.IsPaperDark(photo));
        Assert.True(Polarity.IsPaperDark(photo.Select(value => 255 - value)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-30)]
    public void A_sheet_that_lies_askew_is_paper_though_there_is_more_table_at_the_border(int left)
    {
        // Beyond the left border in the second case. The stroke ends near the sheet's edge, where little paper is left.
        var photo = Drawing.Paper(120, 120, 40);
        for (var y = 0; y < 120; y++)
        {
            for (var x = 0; x < 120; x++)
            {
                if (x - 0.2 * y > left + 12 && x - 0.2 * y < 82 && y + 0.2 * x > 34 && y + 0.2 * x < 108)
                    photo[x, y] = 210;
            }
        }
        photo = photo.Line(40, 42, 75, 42, 12, 40).Line(75, 42, 60, 85, 12, 40);
        Assert.False(Sheet.IsDark(photo));
        Assert.True(Sheet.IsDark(photo.Select(value => 255 - value)));
        Assert.False(Polarity.IsPaperDark(photo));
        Assert.True(Polarity.IsPaperDark(photo.Select(value => 255 - value)));
    }

    [Theory]
    [InlineData(45)]
    [InlineData(48.5)]
    public void A_sheet_on_its_corner_is_a_sheet(double degrees)
    {
        var photo = Drawing.Paper(120, 120, 40);
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        for (var i = 0; i < photo.Values.Length; i++)
        {
            var (x, y) = (i % 120 - 60, i / 120 - 60);
            var (right, down) = (cos * x + sin * y, cos * y - sin * x);
            if (Math.Abs(right) < 30 && Math.Abs(down) < 42 && (Math.Abs(right) > 5 || Math.Abs(down) > 20))
                photo.Values[i] = 210;
        }
        // A crumb is none.
        photo[5, 5] = 210;
        Assert.False(Sheet.IsDark(photo));
        Assert.True(Sheet.IsDark(photo.Select(value => 255 - value)));
    }

    [Fact]
    public void What_a_thin_slanted_line_encloses_is_in_its_outline()
    {
        // Its pixels touch by corners alone.
        var diamond = new Plane(21, 21);
        for (var i = 0; i < diamond.Values.Length; i++)
            diamond.Values[i] = Math.Abs(i % 21 - 10) + Math.Abs(i / 21 - 10) == 10 ? 1 : 0;
        var (pieces, labels) = Piece.Find(diamond, 0);
        // 1 + 3 + … + 21 + … + 3 + 1 pixels, 40 of them the line.
        Assert.Equal(new Outline(221, 181 / 221.0, IsQuadrilateral: true), Outline.Of(Assert.Single(pieces), labels, 21));
    }

    [Fact]
    public void A_frame_is_around_what_is_three_tenths_as_high_wherever_it_is()
    {
        for (var top = 22; top <= 81; top++)
        {
            Assert.Equal(1, LeftOf(Framed(top, height: 27)));
            Assert.Equal(2, LeftOf(Framed(top, height: 26)));
        }

        static Plane Framed(int top, int height)
        {
            var plane = Square(new(130, 130), 20, 90);
            for (var y = 0; y < height; y++)
                plane[60, top + y] = 1;
            return plane;
        }
    }

    [Fact]
    public void Of_frames_in_each_other_only_the_outer_ones_are_left_out()
    {
        var nested = new Plane(200, 200);
        for (var margin = 1; margin < 80; margin += 4)
            Square(nested, margin, 200 - 2 * margin);
        // Twenty of them, of which all but the innermost hold others. The boxes of the five outer ones have more than four times the picture's pixels.
        Assert.Equal(16, LeftOf(nested));
    }

    /// <summary>How many pieces are no frames.</summary>
    static int LeftOf(Plane plane)
    {
        var (pieces, labels) = Piece.Find(plane, 0);
        return Scene.WithoutFrames([.. pieces], labels, plane.Width).Count;
    }

    static Plane Square(Plane plane, int start, int side)
    {
        for (var i = 0; i < side; i++)
            plane[start + i, start] = plane[start + i, start + side - 1] = plane[start, start + i] = plane[start + side - 1, start + i] = 1;
        return plane;
    }

    [Fact]
    public void Pieces_that_are_near_only_by_others_are_of_the_digit()
    {
        // From the farthest on: each is near once the next one is taken.
        List<Piece> pieces = [.. Enumerable.Range(1, 4).Select(i => new Piece(5 - i, new(100, 20 * i, 110, 20 * i + 10), 100, 100, 1)), new(5, new(100, 100, 110, 160), 600, 600, 1)];
        Assert.Equal(5, DigitPieces.Choose(pieces, new Plane(300, 300))!.Kept.Count);
    }

    [Fact]
    public void A_thick_zero_is_no_sheet()
    {
        var zero = Drawing.Paper(120, 120, 40);
        for (var i = 0; i < zero.Values.Length; i++)
        {
            var (x, y) = (i % 120 - 60, i / 120 - 60);
            if (x * x / 1600.0 + y * y / 2900.0 is < 1 and var radius && radius > 0.25)
                zero.Values[i] = 210;
        }
        Assert.Null(Sheet.IsDark(zero));
    }

    [Fact]
    public void Of_strokes_that_are_too_thick_to_be_narrow_the_border_tells_the_paper()
    {
        // A 0 that fills the picture but for its corners: what is narrow is a gap in it.
        var zero = Drawing.Paper(100, 120, 210);
        for (var i = 0; i < zero.Values.Length; i++)
        {
            var (x, y) = (i % 100 - 50, i / 100 - 60);
            if (x * x / 2500.0 + y * y / 3600.0 < 1 && (Math.Abs(x) > 5 || Math.Abs(y) > 20))
                zero.Values[i] = 40;
        }
        Assert.False(Polarity.IsPaperDark(zero));
        Assert.True(Polarity.IsPaperDark(zero.Select(value => 255 - value)));
    }

    [Fact]
    public void Light_that_falls_off_makes_no_dark_paper()
    {
        var vignette = Drawing.Paper(200, 200, 220).Seven();
        for (var i = 0; i < vignette.Values.Length; i++)
        {
            var (x, y) = (i % 200 / 100f - 1, i / 200 / 100f - 1);
            vignette.Values[i] *= 1 - 0.35f * (x * x + y * y);
        }
        Assert.False(Polarity.IsPaperDark(vignette));
        Assert.True(Polarity.IsPaperDark(vignette.Select(value => 255 - value)));
    }

    [Fact]
    public void Thick_ink_is_told_from_paper_in_a_shadow_and_a_vignette()
    {
        // What is narrow beside it is light, or it takes most of the light in the middle.
        Told(25, 24, (x, y) => x + y > 0.16f ? 0.5f : 1);
        Told(50, 20, (x, y) => 1 - 0.45f * (x * x + y * y));
        Told(15, 24, (x, y) => 1 - 0.45f * (x * x + y * y));

        static void Told(double size, double thickness, Func<float, float, float> light)
        {
            var photo = ThickSeven(size, thickness);
            for (var i = 0; i < photo.Values.Length; i++)
                photo.Values[i] *= light(i % 120 / 60f - 1, i / 120 / 60f - 1);
            Assert.False(Polarity.IsPaperDark(photo));
            Assert.True(Polarity.IsPaperDark(photo.Select(value => 255 - value)));
        }
    }

    [Fact]
    public void A_table_around_round_paper_is_no_paper()
    {
        var photo = ThickSeven(25, 20);
        for (var i = 0; i < photo.Values.Length; i++)
        {
            var (x, y) = (i % 120 - 60, i / 120 - 60);
            if (x * x + y * y > 58 * 58)
                photo.Values[i] = 90;
        }
        Assert.Null(Sheet.IsDark(photo));
        Assert.False(Polarity.IsPaperDark(photo));
        Assert.True(Polarity.IsPaperDark(photo.Select(value => 255 - value)));
    }

    [Fact]
    public void What_a_thin_ring_encloses_is_no_thick_ink()
    {
        var ring = new Plane(75, 75);
        for (var i = 0; i < ring.Values.Length; i++)
        {
            var (x, y) = (i % 75 - 37, i / 75 - 37);
            ring.Values[i] = 255 * (1 - Math.Clamp(0.85f - MathF.Abs(MathF.Sqrt(x * x + y * y) - 10), 0, 1));
        }
        Assert.False(Polarity.IsPaperDark(ring));
        Assert.True(Polarity.IsPaperDark(ring.Select(value => 255 - value)));
    }

    [Fact]
    public void Of_light_that_changes_slowly_nothing_is_left_and_of_ink_all()
    {
        var image = new Plane(40, 30);
        for (var i = 0; i < image.Values.Length; i++)
        {
            var (x, y) = (i % 40, i / 40);
            image.Values[i] = 100 + 2 * x - y + 0.05f * x * x - 0.03f * x * y + 0.04f * y * y;
        }
        Assert.All(SmoothLight.Remove(image).Values, value => Assert.Equal(0, value, 1e-2f));
        image[20, 15] -= 50;
        Assert.InRange(SmoothLight.Remove(image)[20, 15], -50, -48);
    }

    [Fact]
    public void Where_half_of_the_border_is_in_shadow_ink_is_the_rarer()
    {
        var shadow = Drawing.Paper(200, 200, 220).Seven();
        for (var i = 0; i < shadow.Values.Length; i++)
            shadow.Values[i] *= i % 200 > 100 ? 0.4f : 1;
        Assert.False(Polarity.IsPaperDark(shadow));
        Assert.True(Polarity.IsPaperDark(shadow.Select(value => 255 - value)));
    }

    [Fact]
    public void Flat_light_leaves_neither_gradients_nor_shadows_and_ink_as_dark_as_it_is()
    {
        var expected = Drawing.Paper(200, 200, 1).Seven(value: 0.25f);
        var gray = expected.Select(value => 240 * value);
        for (var i = 0; i < gray.Values.Length; i++)
        {
            var (x, y) = (i % 200, i / 200);
            gray.Values[i] *= (1 - 0.3f * y / 200) * (x + y > 260 ? 0.5f : 1);
        }
        var darkness = LocalPaper.Darkness(gray);
        var far = 0;
        for (var i = 0; i < darkness.Values.Length; i++)
        {
            if (Math.Abs(darkness.Values[i] - (1 - expected.Values[i])) > 0.12f)
                far++;
        }
        // The edge of the shadow is the only place, along 198 pixels, and the pixels of ink's own edges.
        Assert.InRange(far, 0, 900);
    }

    [Fact]
    public void A_blot_that_is_wider_than_strokes_is_no_paper() =>
        Assert.InRange(LocalPaper.Darkness(Drawing.Paper(100, 100, 220).Line(50, 30, 50, 70, 36, 30))[50, 50], 0.7f, 1);

    [Theory]
    [InlineData(0, 0, 32, 20, true)]
    [InlineData(1, 1, 38, 18, false)]
    [InlineData(0, 0, 40, 13, false)]
    public void Ink_that_fills_most_of_the_picture_up_to_its_border_is_no_digit(int left, int top, int width, int height, bool isRefused)
    {
        var darkness = Drawing.Paper(40, 20);
        for (var y = top; y < top + height; y++)
            darkness.Values.AsSpan(y * darkness.Width + left, width).Fill(1);
        var (pieces, labels) = Piece.Find(darkness, 0.5f);

        var refusal = Plausibility.Refusal(DigitPieces.Choose(pieces, darkness)!, new(darkness, darkness, labels, pieces, default));

        Assert.Equal(isRefused, refusal is { } why && why.Contains("fills most of the picture up to its border", StringComparison.Ordinal));
    }

    [Fact]
    public void Closing_fills_what_is_narrower_and_leaves_edges_where_they_are()
    {
        var plane = Drawing.Paper(40, 40, 200);
        for (var y = 0; y < 40; y++)
        {
            for (var x = 0; x < 40; x++)
                plane[x, y] = x >= 30 ? 50 : x is >= 10 and < 15 ? 20 : 200;
        }
        var closed = Morphology.Close(plane, 3);
        Assert.All(Enumerable.Range(0, 40), x => Assert.Equal(x >= 30 ? 50 : 200, closed[x, 20]));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 11, 3)]
    [InlineData(12, 1, 2)]
    [InlineData(19, 7, 1)]
    [InlineData(17, 20, 4)]
    [InlineData(5, 6, 8)]
    public void Closing_and_opening_are_as_by_the_definition(int width, int height, int radius)
    {
        var random = new Random(width);
        var plane = new Plane(width, height).Select(_ => random.Next(-128, 128));
        var negative = plane.Select(value => -value);
        Assert.Equal(Closing(0), Morphology.Close(plane, radius).Values);
        Assert.Equal(Closing(radius), Morphology.CloseBeyondBorder(plane, radius).Values);
        Assert.Equal(Morphology.Close(plane, radius).Values, Morphology.Open(negative, radius).Select(value => -value).Values);
        Assert.Equal(Closing(radius), Morphology.OpenBeyondBorder(negative, radius).Select(value => -value).Values);

        // The least of the greatest values of all squares that a pixel is in, the middle of which is so far beyond the border at most.
        float[] Closing(int beyond) => [.. from y in Enumerable.Range(0, height)
                                           from x in Enumerable.Range(0, width)
                                           select (from v in Around(y, height + beyond, -beyond)
                                                   from u in Around(x, width + beyond, -beyond)
                                                   select Greatest(u, v)).Min()];

        float Greatest(int x, int y) => (from v in Around(y, height) from u in Around(x, width) select plane[u, v]).Max();

        IEnumerable<int> Around(int middle, int end, int start = 0) =>
            Enumerable.Range(middle - radius, 2 * radius + 1).Where(i => i >= start && i < end);
    }

    [Theory]
    [InlineData(0.5f)]
    [InlineData(1)]
    public void Lines_of_paper_go_and_strokes_across_them_stay(float darkness)
    {
        var stroke = Drawing.Paper(240, 240).Line(100, 60, 130, 190, 14);
        var lined = stroke.Select(value => value);
        for (var line = 20; line < 240; line += 30)
        {
            var squared = Drawing.Paper(240, 240).Line(-10, line, 250, line + 8, 2, darkness).Line(line, -10, line - 8, 250, 2, darkness);
            for (var i = 0; i < squared.Values.Length; i++)
                lined.Values[i] = Math.Max(lined.Values[i], squared.Values[i]);
        }
        Assert.InRange(PaperLines.Remove(lined, 0.2f, out _), 14, 16);
        var (left, lost) = (0, 0);
        for (var i = 0; i < lined.Values.Length; i++)
        {
            left += stroke.Values[i] == 0 && lined.Values[i] > 0.2f ? 1 : 0;
            lost += stroke.Values[i] == 1 && lined.Values[i] == 0 ? 1 : 0;
        }
        Assert.InRange(left, 0, 240);
        Assert.InRange(lost, 0, stroke.Values.Count(value => value == 1) / 20);
    }

    [Fact]
    public void A_long_stroke_is_no_line_of_the_paper()
    {
        var one = Drawing.Paper(200, 200).Line(100, 20, 100, 180, 6).Line(40, 120, 150, 120, 6);
        var before = one.Select(value => value);
        Assert.Equal(0, PaperLines.Remove(one, 0.2f, out _));
        Assert.Equal(before.Values, one.Values);
    }

    [Fact]
    public void Dashes_and_lines_of_small_images_are_no_lines_of_the_paper()
    {
        Assert.Equal(3, PaperLines.Remove(Lined(240, dash: 10), 0.2f, out _));
        Assert.Equal(0, PaperLines.Remove(Lined(240, dash: 4), 0.2f, out _));
        Assert.Equal(0, PaperLines.Remove(Lined(50, dash: 10), 0.2f, out _));

        static Plane Lined(int side, int dash)
        {
            var plane = new Plane(side, side);
            for (var i = 0; i < plane.Values.Length; i++)
                plane.Values[i] = i / side % (side / 4) == side / 8 && i / side < side / 4 * 3 && i % side % 10 < dash ? 1 : 0;
            return plane;
        }
    }

    [Fact]
    public void Two_lines_are_the_papers_only_where_they_are_fainter_than_ink()
    {
        Assert.Equal(0, PaperLines.Remove(Lined(1), 0.2f, out _));
        Assert.Equal(2, PaperLines.Remove(Lined(0.5f), 0.2f, out _));

        static Plane Lined(float darkness) => Drawing.Paper(240, 240).Line(-10, 80, 250, 80, 3, darkness).Line(-10, 160, 250, 160, 3, darkness)
            .Line(60, 20, 90, 220, 30).Line(160, 20, 190, 220, 30);
    }

    [Fact]
    public void Pieces_are_connected_by_corners_too()
    {
        var plane = new Plane(6, 4);
        (plane[0, 0], plane[1, 1], plane[3, 2], plane[4, 1], plane[4, 2]) = (1, 0.5f, 0.9f, 0.8f, 0.7f);
        var (pieces, labels) = Piece.Find(plane, 0.4f);
        Assert.Equal(2, pieces.Count);
        Assert.Equal((new Box(0, 0, 2, 2), 2, 1f), (pieces[0].Box, pieces[0].Area, pieces[0].Darkest));
        Assert.Equal((new Box(3, 1, 5, 3), 3), (pieces[1].Box, pieces[1].Area));
        Assert.Equal(2.4, pieces[1].Mass, 1e-5);
        Assert.Equal((1, 2, 0), (labels[7], labels[10], labels[2]));
        Assert.Equal((2, 0), (pieces[0].BordersTouched(plane), pieces[1].BordersTouched(plane)));
    }

    [Fact]
    public void Specks_and_far_pieces_are_dropped_and_near_ones_kept()
    {
        var image = new Plane(200, 200);
        var main = Square(1, 50, 50, 100);
        var flag = new Piece(2, new(105, 50, 140, 60), 350, 350, 1);
        var speck = Square(3, 110, 80, 8);
        var far = Square(4, 170, 180, 19);
        var chosen = DigitPieces.Choose([main, flag, speck, far], image)!;
        Assert.Equal([main, flag], chosen.Kept);
        Assert.Equal(0, chosen.Others);
    }

    [Fact]
    public void What_touches_the_border_is_dropped_where_something_else_is_there()
    {
        var image = new Plane(200, 200);
        var (shadow, digit) = (Square(1, 0, 0, 90), Square(2, 110, 110, 60));
        Assert.Equal([digit], DigitPieces.Choose([shadow, digit], image)!.Kept);
        Assert.Equal([shadow], DigitPieces.Choose([shadow], image)!.Kept);
        Assert.Null(DigitPieces.Choose([], image));
    }

    [Fact]
    public void A_digit_that_is_cut_out_closely_is_none_of_the_shadows()
    {
        var (digit, stroke) = (new Piece(1, new(20, 0, 180, 200), 5000, 5000, 1, 10), Square(2, 80, 60, 40));
        Assert.Equal([digit, stroke], DigitPieces.Choose([digit, stroke], new Plane(200, 200))!.Kept);
    }

    [Fact]
    public void Another_digit_beside_is_counted_and_not_joined()
    {
        var image = new Plane(200, 200);
        var (one, other) = (new Piece(1, new(40, 40, 80, 140), 4000, 4000, 1), new Piece(2, new(85, 45, 125, 140), 3800, 3800, 1));
        var chosen = DigitPieces.Choose([one, other], image)!;
        Assert.Equal([one], chosen.Kept);
        Assert.Equal(1, chosen.Others);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(9)]
    public void Thickness_is_that_of_the_pen(double pen)
    {
        Assert.InRange(StrokeThickness.Measure(Drawing.Paper(100, 100).Line(10, 20, 90, 20, pen), 0.5f), 0.78 * pen, 1.15 * pen);
        Assert.InRange(StrokeThickness.Measure(Drawing.Paper(100, 100).Line(10, 15, 85, 90, pen), 0.5f), 0.78 * pen, 1.15 * pen);
        Assert.InRange(StrokeThickness.Measure(Drawing.Paper(100, 100).Line(40, 5, 55, 95, pen), 0.5f), 0.78 * pen, 1.15 * pen);
    }

    [Fact]
    public void Dilation_takes_the_greatest_within_the_radius()
    {
        var point = new Plane(3, 3);
        (point[1, 1], point[0, 0]) = (0.7f, 0.4f);
        var dilated = StrokeThickness.Dilate(point, 1.5);
        Assert.Equal((7, 7), (dilated.Width, dilated.Height));
        Assert.Equal((0.7f, 0.7f, 0.4f, 0f), (dilated[3, 3], dilated[4, 4], dilated[1, 1], dilated[5, 5]));
        Assert.Equal((0.7f, 0f), (dilated[3, 4], dilated[3, 5]));
    }

    [Theory]
    [InlineData(0.7)]
    [InlineData(-0.7)]
    public void Slant_is_measured_and_taken_away(double slant)
    {
        var ink = Drawing.Paper(120, 100).Line(60 - slant * 40, 10, 60 + slant * 40, 90, 6);
        Assert.Equal(slant, Slant.Measure(ink), 0.02);
        var upright = Slant.Shear(ink, slant);
        Assert.Equal(0, Slant.Measure(upright), 0.02);
        Assert.Equal(ink.Values.Sum(), upright.Values.Sum(), 0.1f);
    }

    [Fact]
    public void The_center_of_mass_is_at_14_and_14_as_far_as_the_ink_fits()
    {
        var ink = new Plane(20, 20);
        (ink[7, 11], ink[9, 11]) = (1, 1);
        var placed = CenterOfMass.Place(ink, 28);
        Assert.Equal((14, 14), CenterOfMass.Of(placed));
        Assert.Equal((1, 1), (placed[13, 14], placed[15, 14]));

        var heavy = new Plane(20, 20);
        (heavy[0, 0], heavy[19, 19]) = (100, 1);
        Assert.Equal(100, CenterOfMass.Place(heavy, 28)[8, 8]);
    }

    [Fact]
    public void Likeness_is_what_a_network_of_one_hidden_layer_computes()
    {
        var random = new Random(1);
        const int hidden = DigitLikeness.Hidden;
        var parameters = new Half[785 * hidden + hidden + 1];
        for (var i = 0; i < parameters.Length; i++)
            parameters[i] = (Half)(random.NextDouble() - 0.5);
        var pixels = new byte[784];
        for (var i = 0; i < pixels.Length; i += 1 + random.Next(3))
            pixels[i] = (byte)random.Next(256);

        var expected = (double)parameters[^1];
        for (var unit = 0; unit < hidden; unit++)
        {
            var sum = (double)parameters[784 * hidden + unit];
            for (var pixel = 0; pixel < 784; pixel++)
                sum += pixels[pixel] / 255.0 * (double)parameters[pixel * hidden + unit];
            expected += Math.Max(0, sum) * (double)parameters[785 * hidden + unit];
        }
        Assert.Equal(expected, new DigitLikeness(parameters).Of(pixels), 1e-3);
        Assert.Throws<ArgumentException>(() => new DigitLikeness(parameters[1..]));
    }

    /// <summary>A seven in the middle of 120 × 120 pixels, of twice a size in height.</summary>
    static Plane ThickSeven(double size, double thickness) => Drawing.Paper(120, 120, 220)
        .Line(60 - 0.6 * size, 60 - size, 60 + 0.6 * size, 60 - size, thickness, 50)
        .Line(60 + 0.6 * size, 60 - size, 60 - 0.2 * size, 60 + size, thickness, 50);

    static Piece Square(int label, int left, int top, int side) =>
        new(label, new(left, top, left + side, top + side), side * side, side * side, 1);
}
