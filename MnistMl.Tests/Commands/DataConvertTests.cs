using System.IO.Compression;
using FsCheck;
using FsCheck.Xunit;
using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Tests.Data;

namespace MnistMl.Tests.Commands;

public sealed class DataConvertTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>From each format to each, by files that the tests write themselves.</summary>
    [Property(MaxTest = 20)]
    public void Rows_are_the_same_in_every_format(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        using var folder = new TemporaryFolder();
        var (input, hasTestRows, isForIdx) = Input.Write(random, folder.Path);
        string[] formats = isForIdx ? [".csv", ".csv.gz", ".npz", ""] : [".csv", ".csv.gz", ".npz"];
        var output = Path.Join(folder.Path, "converted" + formats[random.Next(formats.Length)]);
        var again = Path.Join(folder.Path, "again" + output[(folder.Path.Length + 1 + "converted".Length)..]);

        Run("data", "convert", input, output);
        Run("data", "convert", input, again);

        var (expected, actual) = (DataSource.Open(input), DataSource.Open(output));
        if (!hasTestRows || actual.HasTestRows)
        {
            AssertEqual(Rows(expected.ReadTraining(new TableOptions())), actual.ReadTraining(new TableOptions()));
            if (hasTestRows)
                AssertEqual(Rows(expected.ReadTest(new TableOptions())), actual.ReadTest(new TableOptions()));
        }
        else
        {
            AssertEqual(
                [.. Rows(expected.ReadTraining(new TableOptions())), .. Rows(expected.ReadTest(new TableOptions()))], actual.ReadTraining(new TableOptions()));
        }
        Assert.Equal(hasTestRows && !output.Contains(".csv", StringComparison.Ordinal), actual.HasTestRows);
        Assert.Equal(Bytes(output), Bytes(again));
    }

    [Fact]
    public void Of_rows_in_MNISTs_order_the_first_60000_are_to_train_on()
    {
        var input = Path.Join(_folder.Path, "input.csv");
        File.WriteAllLines(input, ["a,b,c,d,class", .. Enumerable.Range(0, 70_000).Select(row => $"{row % 256},{row / 256 % 256},0,255,{row * 7 % 10}")]);
        var output = Path.Join(_folder.Path, "output.npz");

        Run("data", "convert", input, output);

        var rows = DataSource.Open(output);
        Assert.Equal(60_000, rows.ReadTraining(new TableOptions()).Dataset.RowCount);
        Assert.Equal(10_000, rows.ReadTest(new TableOptions()).Dataset.RowCount);
        using var zip = ZipFile.OpenRead(output);
        Assert.Equal(["x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy"], zip.Entries.Select(entry => entry.FullName));
    }

    [Fact]
    public void A_part_is_written_alone_and_the_command_says_how_to_train()
    {
        new IdxDialect().WritePart(_folder.Path, "train", [1, 2, 3, 4, 5, 255], [0, 1, 0], 1, 2);
        new IdxDialect().WritePart(_folder.Path, "t10k", [7, 8, 9, 255], [1, 0], 1, 2);
        var all = Path.Join(_folder.Path, "all.csv");

        Assert.Contains("3 training rows, then 2 test rows", Run("data", "convert", _folder.Path, all), StringComparison.Ordinal);
        Assert.Contains($"train --data {all} --train-rows 3", Run("data", "convert", _folder.Path, all), StringComparison.Ordinal);
        Assert.Equal("pixel1,pixel2,class\n1,2,0\n3,4,1\n5,255,0\n7,8,1\n9,255,0\n", File.ReadAllText(all));
        Assert.Contains($" evaluate --data {all}", Run("data", "convert", _folder.Path, all, "--part", "test"), StringComparison.Ordinal);
        Assert.Equal("pixel1,pixel2,class\n7,8,1\n9,255,0\n", File.ReadAllText(all));
        Assert.Contains($" train --data {all}", Run("data", "convert", _folder.Path, all, "--part", "train"), StringComparison.Ordinal);
        Assert.Equal("pixel1,pixel2,class\n1,2,0\n3,4,1\n5,255,0\n", File.ReadAllText(all));

        var test = Path.Join(_folder.Path, "test", "idx");
        Directory.CreateDirectory(Path.GetDirectoryName(test)!);
        Run("data", "convert", _folder.Path, test, "--part", "test");
        Assert.Equal(["t10k-images-idx2-ubyte", "t10k-labels-idx1-ubyte"], Directory.GetFiles(test).Select(Path.GetFileName).Order());
        Assert.Contains("does not say which rows are for the test", Refused("data", "convert", all, Path.Join(_folder.Path, "x.npz"), "--part", "test"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_npz_is_as_numpy_writes_it()
    {
        new IdxDialect().WritePart(_folder.Path, "train", [1, 2, 3, 4, 5, 6, 7, 255], [3, 5], 2, 2);
        var output = Path.Join(_folder.Path, "output.npz");
        Run("data", "convert", _folder.Path, output);

        using var zip = ZipFile.OpenRead(output);
        Assert.Equal(NpyFile.Of("|u1", [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 255]), Bytes(zip.GetEntry("x.npy")!));
        Assert.Equal(NpyFile.Of("|u1", [2], [3, 5]), Bytes(zip.GetEntry("y.npy")!));
        Assert.All(zip.Entries, entry => Assert.Equal(new DateTime(1980, 1, 1), entry.LastWriteTime.DateTime));
    }

    [Fact]
    public void Whole_numbers_of_any_range_stay_whole()
    {
        for (var max = 1; max <= byte.MaxValue; max++)
        {
            foreach (var min in (int[])[0, -1, -100])
            {
                var range = PixelRange.Of([.. Enumerable.Range(min, max - min + 1).Take(256).Select(value => (float)value)]);
                var values = PixelValues.Of(range);
                Assert.All(Enumerable.Range(min, max - min + 1).Take(256), value => Assert.Equal(value, values[range.ToByte(value)]));
            }
        }
    }

    [Theory]
    [InlineData("b,\"c\"", "\"b,\"\"c\"\"\"")]
    [InlineData("'b", "\"'b\"")]
    [InlineData(" b ", "\" b \"")]
    [InlineData("b c", "b c")]
    [InlineData("ä", "ä")]
    public void Names_of_classes_are_quoted_where_a_table_needs_it(string name, string cell)
    {
        using var file = new MemoryStream();
        TableWriter.Write(file, [Named(name)]);
        Assert.Equal($"pixel1,class\n1,a\n255,{cell}\n", System.Text.Encoding.UTF8.GetString(file.ToArray()));
        file.Position = 0;
        Assert.Contains(name, DatasetFile.Read(file, "file").ClassNames);
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("5.0")]
    public void Names_that_a_table_would_have_as_others_are_refused(string name) =>
        Assert.Contains("cannot have a class", Assert.Throws<MnistMlException>(() =>
            TableWriter.Write(Stream.Null, [Named(name)])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("0.5", "0", "idx", "whole numbers from 0 to 255 as pixels")]
    [InlineData("-1", "0", "idx", "whole numbers from 0 to 255 as pixels")]
    [InlineData("300", "0", "idx", "whole numbers from 0 to 255 as pixels")]
    [InlineData("200", "256", "idx", "and '256' is none")]
    [InlineData("200", "-1", "idx", "and '-1' is none")]
    [InlineData("200", "ink", "idx", "and 'ink' is none")]
    [InlineData("200", "ink", "rows.npz", "and 'ink' is none")]
    [InlineData("200", "05", "rows.npz", "and '05' is none")]
    [InlineData("200", "1", "rows.txt", "says no format")]
    public void What_a_format_does_not_have_is_refused_and_nothing_is_left(string pixel, string label, string output, string problem)
    {
        var input = Path.Join(_folder.Path, "input.csv");
        File.WriteAllLines(input, ["a,b,c,d,class", $"0,0,1,{pixel},{label}", $"0,0,0,{pixel},9", $"1,0,1,{pixel},9"]);
        Assert.Contains(problem, Refused("data", "convert", input, Path.Join(_folder.Path, output)), StringComparison.Ordinal);
        Assert.Equal([input], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_folder_with_files_is_left_alone_and_an_empty_one_is_filled()
    {
        var input = Path.Join(_folder.Path, "input.csv");
        File.WriteAllLines(input, ["a,b,c,d,class", "0,0,1,255,1", "0,0,0,255,9"]);
        var output = Directory.CreateDirectory(Path.Join(_folder.Path, "output")).FullName;
        Run("data", "convert", input, output + Path.DirectorySeparatorChar);
        Assert.Equal(2, Directory.GetFiles(output).Length);
        Assert.Contains("is there already, and not empty", Refused("data", "convert", input, output), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_told_before_anything_is_read()
    {
        var missing = Path.Join(_folder.Path, "missing.csv");
        Assert.Contains("cannot be saved as '', which is no name", Refused("data", "convert", missing, ""), StringComparison.Ordinal);

        var output = Directory.CreateDirectory(Path.Join(_folder.Path, "output")).FullName;
        var file = Path.Join(output, "file");
        File.WriteAllText(file, "kept");
        Assert.Contains("is there already, and not empty", Refused("data", "convert", missing, output), StringComparison.Ordinal);
        Assert.Contains("is there already, and not empty", Refused("data", "convert", missing, file), StringComparison.Ordinal);
        Assert.Contains("cannot be written", Refused("data", "convert", missing, Path.Join(file, "folder")), StringComparison.Ordinal);
        Assert.Equal([output], Directory.GetFileSystemEntries(_folder.Path));

        Assert.Contains("There is no file", Refused("data", "convert", missing, Path.Join(_folder.Path, "new")), StringComparison.Ordinal);
        Assert.Equal([output], Directory.GetFileSystemEntries(_folder.Path));
    }

    static Dataset Named(string className) => new((byte[])[1, 255], (int[])[0, 1], 1, ["a", className]);

    static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var content = entry.Open();
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }

    static IEnumerable<byte> Bytes(string path) =>
        Directory.Exists(path) ? Directory.GetFiles(path).Order(StringComparer.Ordinal).SelectMany(File.ReadAllBytes) : File.ReadAllBytes(path);

    static List<(string ClassName, float[] Pixels)> Rows(LoadedData data)
    {
        var values = data.Dataset.Range.Values();
        return [.. Enumerable.Range(0, data.Dataset.RowCount).Select(row => (
            data.Dataset.ClassNames[data.Dataset.Labels[row]], data.Dataset.Row(row).ToArray().Select(pixel => values[pixel]).ToArray()))];
    }

    static void AssertEqual(List<(string ClassName, float[] Pixels)> expected, LoadedData read)
    {
        var actual = Rows(read);
        Assert.Equal(expected.Select(row => row.ClassName), actual.Select(row => row.ClassName));
        // What is none of the usual ranges is rounded to 256 steps, each time that it is read with other rows.
        var range = read.Dataset.Range;
        var isUsual = PixelValues.Bytes(read.Dataset) != null || range.Unit is 1 / 255.0 or 1 / 127.5;
        foreach (var (row, (_, pixels)) in expected.Index())
        {
            for (var i = 0; i < pixels.Length; i++)
                Assert.Equal(pixels[i], actual[row].Pixels[i], (isUsual ? 1e-5 : 0.51) * range.Unit);
        }
    }

    static string Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.True(CommandLine.Run(arguments, output, error) == 0, $"{error}");
        return $"{output}";
    }

    static string Refused(params string[] arguments)
    {
        using var error = new StringWriter();
        Assert.Equal(1, CommandLine.Run(arguments, TextWriter.Null, error));
        return $"{error}";
    }

    /// <summary>Random rows in a random format.</summary>
    static class Input
    {
        static readonly Func<byte, double>[] _values =
            [pixel => pixel, pixel => pixel % 17, pixel => pixel % 2, pixel => pixel / 255.0, pixel => pixel / 127.5 - 1, pixel => 0.1 + 0.37 * pixel];

        public static (string Path, bool HasTestRows, bool IsForIdx) Write(Random random, string folder)
        {
            var (height, width) = (random.Next(1, 9), random.Next(1, 9));
            var kind = random.Next(_values.Length);
            var labels = Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(256)).ToArray();
            var (train, test) = (Part(), Part());
            var isTest = random.Next(2) == 0;
            switch (random.Next(3))
            {
                case 0 when kind == 0:
                    var idx = Directory.CreateDirectory(Path.Join(folder, "input")).FullName;
                    IdxDialect.Random(random).WritePart(idx, "train", Bytes(train.Pixels), Bytes(train.Labels), height, width);
                    if (isTest)
                        IdxDialect.Random(random).WritePart(idx, "t10k", Bytes(test.Pixels), Bytes(test.Labels), height, width);
                    return (idx, isTest, true);
                case 1:
                    var type = kind == 0 ? "|u1" : random.Next(2) == 0 ? "<f4" : ">f8";
                    (string, byte[])[] arrays =
                    [
                        ("x_train.npy", NpyFile.Of(type, [train.Labels.Length, height, width], train.Pixels)),
                        ("y_train.npy", NpyFile.Of("<i8", [train.Labels.Length], train.Labels)),
                        ("x_test.npy", NpyFile.Of(type, [test.Labels.Length, height, width], test.Pixels)),
                        ("y_test.npy", NpyFile.Of("<i8", [test.Labels.Length], test.Labels)),
                    ];
                    var npz = Path.Join(folder, "input.npz");
                    File.WriteAllBytes(npz, NpyFile.Zip(CompressionLevel.Fastest, isTest ? arrays : arrays[..2]));
                    return (npz, isTest, kind < 3);
                default:
                    var csv = Path.Join(folder, "input.csv");
                    File.WriteAllLines(csv, [
                        string.Join(',', Enumerable.Range(1, height * width).Select(pixel => $"pixel{pixel}").Append("class")),
                        .. train.Labels.Select((label, row) => string.Join(',', train.Pixels.Skip(row * height * width).Take(height * width).Append(label)
                            .Select(value => ((float)value).ToString(System.Globalization.CultureInfo.InvariantCulture)))),
                    ]);
                    return (csv, false, kind < 3);
            }

            (double[] Pixels, double[] Labels) Part()
            {
                var rows = random.Next(1, 30);
                return (
                    [.. Enumerable.Range(0, rows * height * width).Select(_ => _values[kind]((byte)random.Next(256)))],
                    [.. Enumerable.Range(0, rows).Select(_ => (double)labels[random.Next(labels.Length)])]);
            }

            static byte[] Bytes(double[] numbers) => [.. numbers.Select(number => (byte)number)];
        }
    }
}
