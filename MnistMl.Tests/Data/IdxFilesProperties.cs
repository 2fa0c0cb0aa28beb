using FsCheck;
using FsCheck.Xunit;
using MnistMl.Data;

namespace MnistMl.Tests.Data;

/// <summary>What holds for any folder. Each seed makes a random case.</summary>
public class IdxFilesProperties
{
    [Property(MaxTest = 100)]
    public void Both_parts_written_in_any_legal_way_read_back_equal(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        using var folder = new TemporaryFolder();
        var (train, test) = (new Part(random), new Part(random));
        train.Write(folder.Path, "train", IdxDialect.Random(random));
        test.Write(folder.Path, "t10k", IdxDialect.Random(random));

        AssertEqual(train, DataSource.Open(folder.Path).ReadTraining(new TableOptions()).Dataset);
        AssertEqual(test, DataSource.Open(folder.Path).ReadTest(new TableOptions()).Dataset);
    }

    [Property(MaxTest = 100)]
    public void A_file_with_a_byte_of_its_header_changed_is_refused(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        using var folder = new TemporaryFolder();
        var (path, headerLength) = WriteAndPick(random, folder, new IdxDialect());
        var file = File.ReadAllBytes(path);
        var place = random.Next(headerLength);
        var changed = (byte)(file[place] ^ random.Next(1, 256));
        // A 9 as the type, signed bytes, is read, too.
        file[place] = place == 2 && changed == 9 ? (byte)10 : changed;
        File.WriteAllBytes(path, random.Next(2) == 0 ? file : CsvDialect.Zipped(file));

        AssertRefused(path, folder);
    }

    [Property(MaxTest = 100)]
    public void A_file_cut_or_lengthened_anywhere_is_refused(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        using var folder = new TemporaryFolder();
        var (path, _) = WriteAndPick(random, folder, new IdxDialect());
        var file = File.ReadAllBytes(path);
        byte[] changed = random.Next(3) == 0
            ? [.. file, .. new byte[random.Next(1, 20)]]
            : file[..random.Next(file.Length)];
        File.WriteAllBytes(path, random.Next(2) == 0 ? changed : CsvDialect.Zipped(changed));

        AssertRefused(path, folder);
    }

    [Property(MaxTest = 100)]
    public void A_zipped_file_cut_anywhere_is_refused(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        using var folder = new TemporaryFolder();
        var (path, _) = WriteAndPick(random, folder, new IdxDialect(Gzip: true, EndsInGz: true));
        var file = File.ReadAllBytes(path);
        File.WriteAllBytes(path, file[..random.Next(file.Length)]);

        AssertRefused(path, folder);
    }

    [Property(MaxTest = 100)]
    public void A_damaged_file_is_read_or_refused_but_nothing_else(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        using var folder = new TemporaryFolder();
        var (path, _) = WriteAndPick(random, folder, IdxDialect.Random(random));
        var file = File.ReadAllBytes(path);
        for (var damages = random.Next(1, 4); damages > 0; damages--)
            file[random.Next(file.Length)] = (byte)random.Next(256);
        File.WriteAllBytes(path, file);

        try
        {
            DataSource.Open(folder.Path).ReadTraining(new TableOptions());
        }
        catch (MnistMlException refused)
        {
            Assert.Contains(folder.Path, refused.Message, StringComparison.Ordinal);
        }
    }

    static (string Path, int HeaderLength) WriteAndPick(Random random, TemporaryFolder folder, IdxDialect dialect)
    {
        var (images, labels) = new Part(random).Write(folder.Path, "train", dialect);
        return random.Next(2) == 0 ? (images, 16) : (labels, 8);
    }

    static void AssertRefused(string path, TemporaryFolder folder)
    {
        var refused = Assert.Throws<MnistMlException>(() => DataSource.Open(folder.Path).ReadTraining(new TableOptions()).Dataset);
        Assert.StartsWith(path, refused.Message, StringComparison.Ordinal);
    }

    static void AssertEqual(Part expected, Dataset actual)
    {
        Assert.Equal(expected.Height * expected.Width, actual.FeatureCount);
        var values = actual.Range.Values();
        Assert.Equal(expected.Pixels.Select(pixel => (float)pixel), actual.Pixels.ToArray().Select(pixel => values[pixel]));
        Assert.Equal(
            expected.Labels.Select(number => $"{number}"),
            actual.Labels.ToArray().Select(label => actual.ClassNames[label]));
        Assert.Equal(expected.Labels.Distinct().Order().Select(label => $"{label}"), actual.ClassNames);
    }

    sealed class Part
    {
        public Part(Random random)
        {
            (Height, Width) = (random.Next(1, 30), random.Next(1, 30));
            Labels = new byte[random.Next(1, 40)];
            var max = random.Next(1, 257);
            foreach (ref var label in Labels.AsSpan())
                label = (byte)random.Next(max);
            Pixels = new byte[Labels.Length * Height * Width];
            random.NextBytes(Pixels);
        }

        public int Height { get; }
        public int Width { get; }
        public byte[] Labels { get; }
        public byte[] Pixels { get; }

        public (string Images, string Labels) Write(string folder, string name, IdxDialect dialect) =>
            dialect.WritePart(folder, name, Pixels, Labels, Height, Width);
    }
}
