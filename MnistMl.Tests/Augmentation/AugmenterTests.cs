using MnistMl.Augmentation;

namespace MnistMl.Tests.Augmentation;

public sealed class AugmenterTests
{
    const int Size = 28, Features = Size * Size;
    const string Everything = "rotate 15, shift 2, scale 0.15, shear 0.2, flip 0.5, elastic 34 4, erase 0.5, "
        + "thin 1 0.4, thicken 1.5 0.4, stretch 0.5, flag 0.5, blur 2, contrast 0.5, brightness 40";

    [Fact]
    public void Without_augmentation_images_stay_the_same()
    {
        var image = RandomImage(1);
        for (var row = 0; row < 10; row++)
            Assert.Equal(image, Apply(Augmenter("none"), image, row, row));
    }

    [Fact]
    public void Any_thread_gets_the_same_in_any_order()
    {
        const int Rows = 200;
        var images = Enumerable.Range(0, Rows).Select(RandomImage).ToArray();
        var one = Augmenter(Everything);
        var expected = images.Select((image, row) => Apply(one, image, epoch: 3, row)).ToArray();

        using var augmenters = new ThreadLocal<Augmenter>(() => Augmenter(Everything));
        var augmented = new byte[Rows][];
        Parallel.For(0, Rows, i =>
        {
            var row = Rows - 1 - i;
            augmented[row] = Apply(augmenters.Value!, images[row], epoch: 3, row);
        });
        Assert.Equal(expected, augmented);
    }

    [Fact]
    public void Each_seed_epoch_and_row_is_augmented_differently()
    {
        var image = RandomImage(1);
        byte[][] all =
        [
            Apply(Augmenter(Everything, seed: 1), image, 1, 1), Apply(Augmenter(Everything, seed: 2), image, 1, 1),
            Apply(Augmenter(Everything, seed: 1), image, 2, 1), Apply(Augmenter(Everything, seed: 1), image, 1, 2),
        ];
        Assert.Equal(all.Length, all.DistinctBy(Convert.ToHexString).Count());
    }

    [Fact]
    public void An_image_may_be_augmented_in_place()
    {
        var image = RandomImage(1);
        var expected = Apply(Augmenter(Everything), image, 1, 1);
        Augmenter(Everything).Apply(image, image, 1, 1, "0");
        Assert.Equal(expected, image);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var (augmenter, image, destination) = (Augmenter(Everything), RandomImage(1), new byte[Features]);
        augmenter.Apply(image, destination, 1, 1, "1");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var row = 0; row < 100; row++)
            augmenter.Apply(image, destination, 1, row, "1");
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData("rotate 20", 20)]
    [InlineData("shift 3", 3)]
    [InlineData("scale 0.2", 0.2)]
    [InlineData("shear 0.3", 0.3)]
    public void Amounts_are_uniform_up_to_the_maximum(string options, double max)
    {
        const int Wide = 61, Rows = 1200;
        var blob = Blob.Draw(Wide);
        var augmenter = new Augmenter(AugmentationOptions.Parse(options), Wide * Wide, seed: 1);
        var original = Blob.Measure(blob, Wide);
        var amountsByRow = Enumerable.Range(0, Rows)
            .Select(row => Amounts(Blob.Measure(Apply(augmenter, blob, 1, row), Wide)))
            .ToArray();
        var amounts = amountsByRow.SelectMany(both => both).ToArray();

        // Measured to about 2 % of the maximum; a uniform number's mean square is a third.
        Assert.Equal(0, amounts.Average() / max, 0.06);
        Assert.Equal(1.0 / 3, amounts.Average(x => x * x) / (max * max), 0.04);
        Assert.InRange(amounts.Max() / max, 0.95, 1.05);
        Assert.InRange(amounts.Min() / max, -1.05, -0.95);

        if (amountsByRow[0].Length > 1)
            Assert.Equal(0, amountsByRow.Average(both => both[0] * both[1]) / (max * max), 0.04);

        double[] Amounts(Blob augmented) => options.Split(' ')[0] switch
        {
            "rotate" => [augmented.Degrees - original.Degrees],
            "shift" => [augmented.X - original.X, augmented.Y - original.Y],
            "scale" => [augmented.Width / original.Width - 1, augmented.Height / original.Height - 1],
            _ => [augmented.Slant - original.Slant],
        };
    }

    [Theory]
    [InlineData("rotate 180")]
    [InlineData("scale 0.2")]
    [InlineData("shear 0.3")]
    [InlineData("flip 0.5")]
    public void The_center_stays_where_it_is(string options)
    {
        var blob = Blob.Draw(Size);
        var original = Blob.Measure(blob, Size);
        var augmenter = Augmenter(options);
        for (var row = 0; row < 100; row++)
        {
            var augmented = Blob.Measure(Apply(augmenter, blob, 1, row), Size);
            Assert.Equal(original.X, augmented.X, 0.05);
            Assert.Equal(original.Y, augmented.Y, 0.05);
        }
    }

    [Fact]
    public void Elastic_distortion_moves_ink_but_not_far()
    {
        var blob = Blob.Draw(Size);
        var original = Blob.Measure(blob, Size);
        var (gentle, strong) = (MeanSquareMove("elastic 10 4"), MeanSquareMove("elastic 20 4"));
        Assert.InRange(gentle, 0.02, 0.5);
        Assert.InRange(strong / gentle, 3, 5);

        double MeanSquareMove(string options)
        {
            var augmenter = Augmenter(options);
            return Enumerable.Range(0, 2000).Average(
                row => Math.Pow(Blob.Measure(Apply(augmenter, blob, 1, row), Size).X - original.X, 2));
        }
    }

    [Fact]
    public void Elastic_distortion_leaves_some_images_almost_undistorted()
    {
        var blob = Blob.Draw(Size);
        var augmenter = Augmenter("elastic 20 4");
        double[] differences = [.. Enumerable.Range(0, 500).Select(Difference).Order()];

        // α is uniform from 0 on, so a tenth of the images have less than a fifth of its median.
        Assert.InRange(differences[differences.Length / 10] / differences[differences.Length / 2], 0, 0.3);

        double Difference(int row) => Apply(augmenter, blob, 1, row).Zip(blob, (a, b) => Math.Abs(a - b)).Average();
    }

    [Fact]
    public void A_rectangle_is_erased_with_its_probability_anywhere_in_the_image()
    {
        const int Rows = 4000;
        const double Probability = 0.4, Area = 0.3;
        var white = Enumerable.Repeat(byte.MaxValue, Features).ToArray();
        var augmenter = Augmenter($"erase {Probability} {Area}");
        var rectangles = new List<(int Left, int Top, int Width, int Height)>();
        for (var row = 0; row < Rows; row++)
        {
            var image = Apply(augmenter, white, 1, row);
            int[] erased = [.. Enumerable.Range(0, Features).Where(i => image[i] == 0)];
            if (erased.Length == 0)
                continue;
            var (left, top) = (erased.Min(i => i % Size), erased.Min(i => i / Size));
            var (width, height) = (erased.Max(i => i % Size) - left + 1, erased.Max(i => i / Size) - top + 1);
            Assert.Equal(width * height, erased.Length);
            rectangles.Add((left, top, width, height));
        }

        Assert.Equal(Probability, rectangles.Count / (double)Rows, 0.03);
        double[] areas = [.. rectangles.Select(r => r.Width * r.Height / (double)Features)];
        Assert.Equal(Area / 2, areas.Average(), 0.02);
        Assert.InRange(areas.Max(), 0.9 * Area, 1.1 * Area);

        // The logarithm of the aspect ratio is uniform. Small rectangles are left out: theirs is rounded too much.
        var large = rectangles.Where(r => r.Width * r.Height > 50);
        double[] aspects = [.. large.Select(r => Math.Log(r.Height / (double)r.Width))];
        var max = -Math.Log(0.3);
        Assert.Equal(0, aspects.Average() / max, 0.06);
        Assert.Equal(1.0 / 3, aspects.Average(x => x * x) / (max * max), 0.05);

        // The place is uniform among all where the rectangle is inside of the image.
        Assert.Equal(0, rectangles.Min(r => r.Left));
        Assert.Equal(0, rectangles.Min(r => r.Top));
        Assert.Equal(Size, rectangles.Max(r => r.Left + r.Width));
        Assert.Equal(Size, rectangles.Max(r => r.Top + r.Height));
        Assert.Equal((Size - 1) / 2.0, rectangles.Average(r => r.Left + (r.Width - 1) / 2.0), 0.5);
        Assert.Equal((Size - 1) / 2.0, rectangles.Average(r => r.Top + (r.Height - 1) / 2.0), 0.5);
    }

    [Fact]
    public void Images_are_flipped_with_their_probability()
    {
        const int Rows = 1000;
        const double Probability = 0.3;
        var image = RandomImage(1);
        byte[] flipped = [.. image.Chunk(Size).SelectMany(row => row.Reverse())];
        var augmenter = Augmenter($"flip {Probability}");
        var count = 0;
        for (var row = 0; row < Rows; row++)
        {
            var augmented = Apply(augmenter, image, 1, row);
            var isFlipped = !augmented.SequenceEqual(image);
            Assert.Equal(isFlipped ? flipped : image, augmented);
            count += isFlipped ? 1 : 0;
        }
        Assert.Equal(Probability, count / (double)Rows, 0.05);
    }

    [Fact]
    public void Strokes_become_thinner_or_thicker_with_their_probabilities()
    {
        const int Rows = 2000, Width = 4;
        var bar = new byte[Features];
        for (var y = 0; y < Size; y++)
            bar.AsSpan(y * Size + 12, Width).Fill(byte.MaxValue);
        double[] both = [.. Changes("thin 1 0.3, thicken 1.5 0.2")];

        Assert.Equal(0.3, both.Count(change => change < 0) / (double)Rows, 0.03);
        Assert.Equal(0.2, both.Count(change => change > 0) / (double)Rows, 0.03);
        // Uniform from 0 on.
        Assert.Equal(-0.5, both.Where(change => change < 0).Average(), 0.03);
        Assert.Equal(0.75, both.Where(change => change > 0).Average(), 0.05);
        Assert.InRange(both.Min(), -1, -0.97);
        Assert.InRange(both.Max(), 1.45, 1.5);

        Assert.Equal(both.Select(change => Math.Min(change, 0)), Changes("thin 1 0.3"));
        Assert.Equal(both.Select(change => Math.Max(change, 0)), Changes("thicken 1.5 0.2"));
        Assert.All(Changes("thin 1 1, thicken 1 1"), change => Assert.True(change <= 0));

        // On each side, in a row far from the ends, which paper is above and below of.
        IEnumerable<double> Changes(string options) => Enumerable.Range(0, Rows).Select(row =>
            (Apply(Augmenter(options), bar, 1, row).AsSpan(14 * Size, Size).ToArray().Sum(pixel => pixel / 255.0) - Width) / 2);
    }

    [Fact]
    public void Ink_is_stretched_towards_the_whole_image_with_its_probability()
    {
        const int Rows = 2000;
        const double Probability = 0.4;
        var image = new byte[Features];
        for (var y = 5; y < 19; y++)
            image.AsSpan(y * Size + 10, 6).Fill(byte.MaxValue);
        var augmenter = Augmenter($"stretch {Probability}");
        var boxes = new List<(double Left, double Right, double Top, double Bottom)>();
        for (var row = 0; row < Rows; row++)
        {
            var augmented = Apply(augmenter, image, 1, row);
            if (augmented.AsSpan().SequenceEqual(image))
                continue;
            double[] across = [.. Enumerable.Range(0, Size).Select(x => Enumerable.Range(0, Size).Max(y => augmented[y * Size + x]) / 255.0)];
            double[] down = [.. Enumerable.Range(0, Size).Select(y => augmented.AsSpan(y * Size, Size).ToArray().Max() / 255.0)];
            boxes.Add((across[..13].Sum(), across[13..].Sum(), down[..12].Sum(), down[12..].Sum()));
        }

        Assert.Equal(Probability, boxes.Count / (double)Rows, 0.03);
        // From the box's own edge, uniformly, to the image's: 3 to 13 columns on the left of the 13th, 3 to 15 on the right.
        AssertUniform(boxes.Select(box => box.Left), 3, 13);
        AssertUniform(boxes.Select(box => box.Right), 3, 15);
        AssertUniform(boxes.Select(box => box.Top), 7, 12);
        AssertUniform(boxes.Select(box => box.Bottom), 7, 16);
        // Left and right go together, width and height do not.
        Assert.All(boxes, box => Assert.Equal((box.Left - 3) / 10, (box.Right - 3) / 12, 0.12));
        Assert.Equal(0, boxes.Average(box => (box.Left - 8) / 5 * (box.Top - 9.5) / 2.5), 0.06);

        static void AssertUniform(IEnumerable<double> values, double min, double max)
        {
            double[] shares = [.. values.Select(value => (value - min) / (max - min))];
            Assert.Equal(0.5, shares.Average(), 0.05);
            Assert.Equal(1.0 / 3, shares.Average(share => share * share), 0.05);
        }
    }

    [Fact]
    public void What_has_no_ink_is_not_stretched()
    {
        byte[] faint = [.. Enumerable.Range(0, Features).Select(i => (byte)(i % 64))];
        for (var row = 0; row < 20; row++)
            Assert.Equal(faint, Apply(Augmenter("stretch 1"), faint, 1, row));
    }

    [Fact]
    public void Ones_get_a_flag_with_its_probability_and_no_other_class_does()
    {
        const int Rows = 500;
        var (augmenter, stem) = (Augmenter("flag 0.4"), Stem(lean: 0));

        Assert.Equal(0.4, Enumerable.Range(0, Rows).Count(row => !Apply(augmenter, stem, 1, row, "1").AsSpan().SequenceEqual(stem)) / (double)Rows, 0.07);
        for (var row = 0; row < 20; row++)
            Assert.Equal(stem, Apply(augmenter, stem, 1, row, "7"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    [InlineData(-0.3)]
    public void A_flag_falls_from_the_tip_of_the_stem_to_its_left_and_leans_with_it(double lean)
    {
        var (stem, augmenter, drops) = (Stem(lean), Augmenter("flag 1"), new List<double>());
        var center = Blob.Measure(stem, Size);
        for (var row = 0; row < 300; row++)
        {
            var flagged = Apply(augmenter, stem, 1, row, "1");
            var moved = Blob.Measure(flagged, Size);
            Assert.InRange(moved.X - center.X, -0.6, 0.6);
            Assert.InRange(moved.Y - center.Y, -0.6, 0.6);

            // Without the lean, in coordinates of the stem's middle; it was moved to the right by as much as the flag is to the left.
            var (right, bottom) = (Across(flagged).Max(), Enumerable.Range(0, Size).Last(y => flagged.AsSpan(y * Size, Size).ContainsAnyExcept((byte)0)));
            var left = Enumerable.Range(0, Features).Where(i => flagged[i] > 127).MinBy(i => AcrossOf(i));
            var (width, drop) = (right - AcrossOf(left), left / Size - (bottom - 19));
            Assert.InRange(width, 3.5, 20 * 0.55 * Math.Cos(2 * Math.PI / 9) + 4.5);
            // It begins in the middle of the stem, half a stroke below the tip, and ends half a stroke behind its end.
            drops.Add((drop - 1.5) / (width - 2.3));
        }
        // The tangents of 40° to 65° are 0.84 to 2.14, and 1.36 in the mean.
        Assert.InRange(drops.Average(), 1.2, 1.5);
        Assert.True(drops.Max() - drops.Min() > 0.8);

        IEnumerable<double> Across(byte[] image) => Enumerable.Range(0, Features).Where(i => image[i] > 127).Select(AcrossOf);
        double AcrossOf(int i) => i % Size + lean * (i / Size - 4);
    }

    [Fact]
    public void What_is_more_than_a_stem_gets_no_flag()
    {
        var augmenter = Augmenter("flag 1");
        var seven = Stem(lean: 0.3);
        for (var y = 4; y < 7; y++)
            seven.AsSpan(y * Size + 6, 12).Fill(byte.MaxValue);
        var small = new byte[Features];
        for (var y = 9; y < 18; y++)
            small.AsSpan(y * Size + 12, 3).Fill(byte.MaxValue);
        var wide = new byte[Features];
        for (var y = 4; y < 24; y++)
            wide.AsSpan(y * Size + 10, 7).Fill(byte.MaxValue);
        for (var row = 0; row < 20; row++)
        {
            Assert.All((byte[][])[seven, small, wide, new byte[Features]], image => Assert.Equal(image, Apply(augmenter, image, 1, row, "1")));
        }
    }

    /// <summary>A stem of 20 × 3 pixels, from the top at the right.</summary>
    static byte[] Stem(double lean)
    {
        var image = new byte[Features];
        for (var y = 4; y < 24; y++)
            image.AsSpan(y * Size + (int)Math.Round(13 - lean * (y - 14)), 3).Fill(byte.MaxValue);
        return image;
    }

    [Fact]
    public void Images_are_blurred_with_their_probability()
    {
        const int Rows = 2000, Middle = 14;
        var line = new byte[Features];
        for (var y = 0; y < Size; y++)
            line[y * Size + Middle] = byte.MaxValue;
        var augmenter = Augmenter("blur 2 0.3");
        // Of a thin line, far from its ends, the variance across it.
        double[] deviations = [.. Enumerable.Range(0, Rows).Select(row => Apply(augmenter, line, 1, row).AsSpan(Middle * Size, Size).ToArray())
            .Select(pixels => Math.Sqrt(pixels.Index().Sum(pixel => pixel.Item * Math.Pow(pixel.Index - Middle, 2)) / pixels.Sum(pixel => pixel)))];

        double[] blurred = [.. deviations.Where(deviation => deviation > 0)];
        Assert.Equal(0.3, blurred.Length / (double)Rows, 0.03);
        // Uniform from 0 on.
        Assert.Equal(1, blurred.Average(), 0.06);
        Assert.Equal(4 / 3.0, blurred.Average(deviation => deviation * deviation), 0.15);
        Assert.InRange(blurred.Max(), 1.9, 2.15);
    }

    [Fact]
    public void Contrast_and_paper_change_with_their_probabilities()
    {
        const int Rows = 2000;
        byte[] image = [.. Enumerable.Range(0, Features).Select(i => i % 2 == 0 ? (byte)0 : byte.MaxValue)];
        var tones = Tones("contrast 0.6 0.3, brightness 80 0.4");

        Assert.Equal(0.4, tones.Count(tone => tone.Paper > 0) / (double)Rows, 0.03);
        Assert.Equal(0.3, tones.Count(tone => tone.Ink < 255) / (double)Rows, 0.03);
        Assert.Equal(40, tones.Where(tone => tone.Paper > 0).Average(tone => tone.Paper), 2.0);
        Assert.InRange(tones.Max(tone => tone.Paper), 78, 80);
        double[] contrasts = [.. tones.Where(tone => tone.Ink < 255).Select(tone => (tone.Ink - tone.Paper) / (255.0 - tone.Paper))];
        Assert.Equal(0.7, contrasts.Average(), 0.02);
        Assert.InRange(contrasts.Min(), 0.39, 0.41);

        Assert.Equal(tones.Select(tone => tone.Paper), Tones("brightness 80 0.4").Select(tone => tone.Paper));
        Assert.All(Tones("contrast 0.6 0.3"), tone => Assert.Equal(0, tone.Paper));

        (int Paper, int Ink)[] Tones(string options) => [.. Enumerable.Range(0, Rows).Select(row =>
        {
            var augmented = Apply(Augmenter(options), image, 1, row);
            Assert.Equal(2, augmented.Distinct().Count());
            return ((int)augmented[0], (int)augmented[1]);
        })];
    }

    [Fact]
    public void What_is_erased_becomes_as_the_paper()
    {
        byte[] image = [.. Enumerable.Repeat(byte.MaxValue, Features)];
        var augmenter = Augmenter("erase 1 0.5, brightness 100 1");
        for (var row = 0; row < 50; row++)
            Assert.InRange(Apply(augmenter, image, 1, row).Distinct().Count(), 1, 2);
        Assert.Contains(Enumerable.Range(0, 50), row => Apply(augmenter, image, 1, row).Min() > 50);
    }

    [Fact]
    public void A_transform_does_not_depend_on_which_others_are_used()
    {
        // So small that no pixel is rounded to another number.
        const string Tiny = "rotate 1e-5, shift 1e-5, scale 1e-7, shear 1e-7, elastic 1e-3, thin 1e-5 1, blur 1e-3 1, contrast 1e-9 1";
        var image = RandomImage(1);
        var (alone, together) = (Augmenter("flip 0.5, erase 0.5"), Augmenter($"flip 0.5, erase 0.5, {Tiny}"));
        var (rotated, erased) = (Augmenter("rotate 20, contrast 0.5 1"), Augmenter("rotate 20, contrast 0.5 1, erase 1 0.1"));
        for (var row = 0; row < 50; row++)
        {
            Assert.Equal(Apply(alone, image, 1, row), Apply(together, image, 1, row));
            Assert.All(
                Apply(rotated, image, 1, row).Zip(Apply(erased, image, 1, row)),
                pixel => Assert.True(pixel.Second == pixel.First || pixel.Second == 0));
        }
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(784, true)]
    [InlineData(2048 * 2048, true)]
    [InlineData(2049 * 2049, false)]
    [InlineData(785, false)]
    public void Square_images_of_up_to_2048_pixels_can_be_augmented(int featureCount, bool taken) =>
        Assert.Equal(taken, MnistMl.Augmentation.Augmenter.Takes(featureCount));

    [Theory]
    [InlineData(785)]
    [InlineData(2)]
    public void Images_that_are_not_square_are_refused(int featureCount)
    {
        var failure = Assert.Throws<MnistMlException>(
            () => new Augmenter(AugmentationOptions.None, featureCount, seed: 1));
        Assert.Contains($"{featureCount} pixels", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_out_of_range_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new Augmenter(new AugmentationOptions { Scale = 1 }, Features, seed: 1));

    static Augmenter Augmenter(string options, int seed = 1) => new(AugmentationOptions.Parse(options), Features, seed);

    static byte[] Apply(Augmenter augmenter, byte[] image, long epoch, int row, string className = "0")
    {
        var augmented = new byte[image.Length];
        augmenter.Apply(image, augmented, epoch, row, className);
        return augmented;
    }

    static byte[] RandomImage(int seed)
    {
        var image = new byte[Features];
        new Random(seed).NextBytes(image);
        return image;
    }
}
