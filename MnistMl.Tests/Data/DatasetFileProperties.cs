using System.Collections.Concurrent;
using System.Text;
using FsCheck;
using FsCheck.Xunit;
using MnistMl.Data;

namespace MnistMl.Tests.Data;

/// <summary>What holds for any file. Each seed makes a random case.</summary>
public class DatasetFileProperties
{
    static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    static readonly ConcurrentDictionary<string, byte?> _pixelAlone = new();

    [Property(MaxTest = 200)]
    public void A_data_set_written_in_any_legal_dialect_reads_back_equal(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var numericClassNames = random.Next(2) == 0;
        var expected = RandomDataset(random, numericClassNames);
        var dialect = CsvDialect.Random(random, expected, numericClassNames);

        var file = dialect.Write(expected);
        var actual = DatasetFile.Read(new MemoryStream(file), "test.csv", dialect.Options);

        AssertEqual(expected, dialect, actual.Dataset);
        Assert.Equal(dialect.Header, actual.Description.HasHeader);
        Assert.Equal(dialect.SeparatorName, actual.Description.Separator);
    }

    [Property(MaxTest = 200)]
    public void Which_column_is_the_label_is_found_or_asked_for_but_never_another_taken(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var expected = RandomDataset(random, numericClassNames: random.Next(2) == 0);
        var dialect = CsvDialect.Random(random, expected, numericClassNames: false) with { LabelName = "kind" };

        // Of one class alone, it may be the same in all rows, as a pixel of the border is.
        if (!expected.Labels.ContainsAnyExcept(expected.Labels[0]))
            return;

        try
        {
            AssertEqual(expected, dialect, Read(dialect.Write(expected)));
        }
        catch (LabelColumnException)
        {
        }
    }

    static void AssertEqual(Dataset expected, CsvDialect dialect, Dataset actual)
    {
        Assert.Equal(expected.FeatureCount, actual.FeatureCount);
        Assert.Equal(expected.ClassNames, actual.ClassNames);
        Assert.Equal(expected.Labels, actual.Labels);
        var values = actual.Range.Values();
        for (var i = 0; i < expected.Pixels.Length; i++)
            Assert.Equal(dialect.Value(expected.Pixels[i]), values[actual.Pixels[i]], 1e-4 + actual.Range.Unit * (actual.Range.IsBytes ? 0 : 0.5));
    }

    [Property(MaxTest = 200)]
    public void A_damaged_file_is_read_or_refused_but_nothing_else(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var dataset = RandomDataset(random, numericClassNames: true);
        var file = CsvDialect.Random(random, dataset, numericClassNames: true).Write(dataset).ToList();
        for (var damages = random.Next(1, 4); damages > 0 && file.Count > 0; damages--)
        {
            var place = random.Next(file.Count);
            var length = random.Next(Math.Min(10, file.Count - place)) + 1;
            switch (random.Next(5))
            {
                case 0: file[place] = (byte)random.Next(256); break;
                case 1: file[place] = "0,'\"\n\r.- e\0"u8[random.Next(11)]; break;
                case 2: file.InsertRange(place, file.GetRange(place, length)); break;
                case 3: file.RemoveRange(place, length); break;
                default: file.RemoveRange(place, file.Count - place); break;
            }
        }

        Assert.True(Task.Run(() => TryRead([.. file])).Wait(_patience));
    }

    [Property(MaxTest = 100)]
    public void A_zipped_file_cut_anywhere_is_refused(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var dataset = RandomDataset(random, numericClassNames: true);
        var file = (CsvDialect.Random(random, dataset, numericClassNames: true) with { Gzip = true }).Write(dataset);

        Assert.Null(TryRead(file[..random.Next(file.Length)]));
    }

    [Property(MaxTest = 300)]
    public void Pixels_are_read_as_if_one_by_one(DoNotSize<int> seed)
    {
        string[] unusual = ["256", "260", "299", "300", "999", "1000", "0000", "00", "007", "", "-", "+1", "1e1", "2.0",
            "'9'", " 8", "a", "/", ":", "25\u0660"];
        var random = new Random(seed.Item);
        var unusualPercent = random.Next(3) == 0 ? random.Next(20) : 0;
        var zeroPercent = random.Next(100);
        var cells = new string[random.Next(1, 150)];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = random.Next(100) < unusualPercent ? unusual[random.Next(unusual.Length)]
                : random.Next(100) < zeroPercent ? "0" : $"{random.Next(256)}";
        }
        // A line of one pixel is too short for the fast way.
        // Two more rows of bytes: what is none in one of three is a mistake, and no other range.
        var expected = Array.ConvertAll(cells, cell => _pixelAlone.GetOrAdd(
            cell, _ => TryRead($"p,class\n{cell},x\n255,x\n255,x", "last")?.Pixels[0]));

        var (row, full) = (string.Join(',', cells), string.Join(',', cells.Select(_ => 255)));
        // A first line of which half are words, and numbers below, would be a header.
        var words = cells.Count(cell => unusual.Contains(cell));
        var atEnd = TryRead(2 * (words + 1) < cells.Length ? $"x,{row}\nx,{full}\nx,{full}\n" : $"x,{full}\nx,{row}\nx,{full}\n", "first");
        var atStart = TryRead($"{string.Join(',', cells.Select((_, i) => $"p{i}"))},class\n{row},x\n{full},x\n{full},x\n", "last");

        foreach (var actual in (Dataset?[])[atEnd, atStart])
        {
            Assert.Equal(expected.Contains(null), actual is null);
            if (actual is not null)
                Assert.Contains(expected.Select(pixel => pixel!.Value), ((int[])[0, 1]).Select(line => actual.Row(line).ToArray()));
        }
    }

    static Dataset RandomDataset(Random random, bool numericClassNames)
    {
        string[] classNames = numericClassNames
            ? [.. Enumerable.Range(random.Next(-3, 3), random.Next(1, 15)).Select(number => $"{number}")]
            : [.. "0|B|T-shirt|ankle boot|é|日本".Split('|').Take(random.Next(2, 7))];
        var featureCount = random.Next(1, 120);
        var rows = classNames.Length + random.Next(30);
        var zeroPercent = random.Next(100);
        var pixels = new byte[rows * featureCount];
        foreach (ref var pixel in pixels.AsSpan())
            pixel = random.Next(100) < zeroPercent ? (byte)0 : (byte)random.Next(256);
        // Each class has a row.
        var labels = Enumerable.Range(0, rows).Select(row => row % classNames.Length).ToArray();
        random.Shuffle(labels);
        return new Dataset(pixels, labels, featureCount, classNames);
    }

    static Dataset? TryRead(string text, string labelColumn) => TryRead(Encoding.UTF8.GetBytes(text), labelColumn);

    static Dataset? TryRead(byte[] file, string? labelColumn = null)
    {
        try
        {
            return DatasetFile.Read(new MemoryStream(file), "test.csv", new TableOptions { LabelColumn = labelColumn }).Dataset;
        }
        catch (MnistMlException)
        {
            return null;
        }
    }

    static Dataset Read(byte[] file) => DatasetFile.Read(new MemoryStream(file), "test.csv");
}
