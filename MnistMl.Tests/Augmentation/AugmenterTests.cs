using MnistMl.Augmentation;

namespace MnistMl.Tests.Augmentation;

public sealed class AugmenterTests
{
    const int Size = 28, Features = Size * Size;
    const string Everything = "rotate 15, shift 2, scale 0.15, shear 0.2, flip 0.5, elastic 34 4, erase 0.5";

    [Fact]
    public void Without_strengths_nothing_is_changed()
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
        var changed = new byte[Rows][];
        Parallel.For(0, Rows, i =>
        {
            var row = Rows - 1 - i;
            changed[row] = Apply(augmenters.Value!, images[row], epoch: 3, row);
        });
        Assert.Equal(expected, changed);
    }

    [Fact]
    public void Each_seed_epoch_and_row_changes_in_another_way()
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
    public void A_row_may_be_changed_in_its_place()
    {
        var image = RandomImage(1);
        var expected = Apply(Augmenter(Everything), image, 1, 1);
        Augmenter(Everything).Apply(image, image, 1, 1);
        Assert.Equal(expected, image);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var (augmenter, image, destination) = (Augmenter(Everything), RandomImage(1), new byte[Features]);
        augmenter.Apply(image, destination, 1, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var row = 0; row < 100; row++)
            augmenter.Apply(image, destination, 1, row);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData("rotate 20", 20)]
    [InlineData("shift 3", 3)]
    [InlineData("scale 0.2", 0.2)]
    [InlineData("shear 0.3", 0.3)]
    public void Changes_are_uniform_up_to_their_strength(string strengths, double greatest)
    {
        const int Wide = 61, Rows = 2000;
        var blob = Blob.Draw(Wide);
        var augmenter = new Augmenter(AugmentationOptions.Parse(strengths), Wide * Wide, seed: 1);
        var original = Blob.Measure(blob, Wide);
        var changesByRow = Enumerable.Range(0, Rows).Select(row => Changes(Blob.Measure(Apply(augmenter, blob, 1, row), Wide))).ToArray();
        var changes = changesByRow.SelectMany(both => both).ToArray();

        // Measured to about 2 % of the strength; a uniform number's mean square is a third.
        Assert.Equal(0, changes.Average() / greatest, 0.06);
        Assert.Equal(1.0 / 3, changes.Average(x => x * x) / (greatest * greatest), 0.04);
        Assert.InRange(changes.Max() / greatest, 0.95, 1.05);
        Assert.InRange(changes.Min() / greatest, -1.05, -0.95);

        if (changesByRow[0].Length > 1)
            Assert.Equal(0, changesByRow.Average(both => both[0] * both[1]) / (greatest * greatest), 0.04);

        double[] Changes(Blob changed) => strengths.Split(' ')[0] switch
        {
            "rotate" => [changed.Degrees - original.Degrees],
            "shift" => [changed.X - original.X, changed.Y - original.Y],
            "scale" => [changed.Width / original.Width - 1, changed.Height / original.Height - 1],
            _ => [changed.Slant - original.Slant],
        };
    }

    [Fact]
    public void Elastic_distortion_moves_ink_but_not_far()
    {
        var blob = Blob.Draw(Size);
        var original = Blob.Measure(blob, Size);
        var (gentle, strong) = (MeanSquareMove("elastic 10 4"), MeanSquareMove("elastic 20 4"));
        Assert.InRange(gentle, 0.02, 0.5);
        Assert.InRange(strong / gentle, 3, 5);

        double MeanSquareMove(string strengths)
        {
            var augmenter = Augmenter(strengths);
            return Enumerable.Range(0, 2000).Average(row => Math.Pow(Blob.Measure(Apply(augmenter, blob, 1, row), Size).X - original.X, 2));
        }
    }

    [Fact]
    public void Erasing_clears_a_rectangle_in_its_share_of_the_images()
    {
        const int Rows = 4000;
        const double Share = 0.4, Area = 0.3;
        var white = Enumerable.Repeat(byte.MaxValue, Features).ToArray();
        var augmenter = Augmenter($"erase {Share} {Area}");
        var areas = new List<double>();
        for (var row = 0; row < Rows; row++)
        {
            var erased = Apply(augmenter, white, 1, row).Index().Where(pixel => pixel.Item == 0).Select(pixel => pixel.Index).ToArray();
            if (erased.Length == 0)
                continue;
            var width = erased.Max(i => i % Size) - erased.Min(i => i % Size) + 1;
            var height = erased.Max(i => i / Size) - erased.Min(i => i / Size) + 1;
            Assert.Equal(width * height, erased.Length);
            areas.Add(erased.Length / (double)Features);
        }

        Assert.Equal(Share, areas.Count / (double)Rows, 0.03);
        Assert.Equal(Area / 2, areas.Average(), 0.02);
        Assert.InRange(areas.Max(), 0.9 * Area, 1.1 * Area);
    }

    [Fact]
    public void That_share_of_the_images_is_mirrored()
    {
        const int Rows = 1000;
        const double Share = 0.3;
        var image = RandomImage(1);
        byte[] mirrored = [.. image.Chunk(Size).SelectMany(row => row.Reverse())];
        var augmenter = Augmenter($"flip {Share}");
        var flipped = 0;
        for (var row = 0; row < Rows; row++)
        {
            var changed = Apply(augmenter, image, 1, row);
            var isFlipped = !changed.SequenceEqual(image);
            Assert.Equal(isFlipped ? mirrored : image, changed);
            flipped += isFlipped ? 1 : 0;
        }
        Assert.Equal(Share, flipped / (double)Rows, 0.05);
    }

    [Fact]
    public void One_change_does_not_depend_on_another()
    {
        var image = RandomImage(1);
        for (var row = 0; row < 20; row++)
        {
            var turned = Apply(Augmenter("rotate 20"), image, 1, row);
            var erasedToo = Apply(Augmenter("rotate 20, erase 1 0.1"), image, 1, row);
            Assert.All(turned.Zip(erasedToo), pixel => Assert.True(pixel.Second == pixel.First || pixel.Second == 0));
        }
    }

    [Theory]
    [InlineData(785)]
    [InlineData(2)]
    public void Rows_that_are_not_square_are_refused(int featureCount)
    {
        var failure = Assert.Throws<MnistMlException>(() => new Augmenter(AugmentationOptions.None, featureCount, seed: 1));
        Assert.Contains($"{featureCount} pixels", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Strengths_out_of_range_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Augmenter(new AugmentationOptions { Scale = 1 }, Features, seed: 1));

    static Augmenter Augmenter(string strengths, int seed = 1) => new(AugmentationOptions.Parse(strengths), Features, seed);

    static byte[] Apply(Augmenter augmenter, byte[] image, long epoch, int row)
    {
        var changed = new byte[image.Length];
        augmenter.Apply(image, changed, epoch, row);
        return changed;
    }

    static byte[] RandomImage(int seed)
    {
        var image = new byte[Features];
        new Random(seed).NextBytes(image);
        return image;
    }
}
