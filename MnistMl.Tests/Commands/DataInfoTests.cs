using System.Text.Json;
using MnistMl.Commands;
using MnistMl.Reporting;
using MnistMl.Tests.Data;

namespace MnistMl.Tests.Commands;

public sealed class DataInfoTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_that_are_there_twice_are_counted_within_and_between_files()
    {
        var train = Write("train.csv", "a,b,c,d,class", "0,0,0,255,ink", "0,0,0,255,paper", "0,1,2,3,paper", "0,0,0,255,ink", "9,9,9,9,ink");
        var test = Write("test.csv", "a,b,c,d,class", "0,1,2,3,ink", "0,1,2,3,ink", "8,8,0,200,fog", "9,9,9,9,ink");

        var info = Json(train, "--test", test);

        Assert.Equal((5, 4), (Int(info, "trainRows"), Int(info, "testRows")));
        Assert.Equal((2, 1, 3), (Int(info, "duplicatesInTrain"), Int(info, "duplicatesInTest"), Int(info, "testRowsInTrain")));
        Assert.Equal(
            [("ink", 3, 3, 6), ("paper", 2, 0, 2), ("fog", 0, 1, 1)],
            info.GetProperty("classes").EnumerateArray().Select(count =>
                (count.GetProperty("name").GetString()!, Int(count, "train"), Int(count, "test"), Int(count, "rows"))));
        Assert.Equal(13 / 36.0, info.GetProperty("zeroShare").GetDouble(), 1e-12);
        Assert.Equal($"of {test}", info.GetProperty("testOrigin").GetString());
        var data = info.GetProperty("data");
        Assert.Equal((train, "CSV", "class"), (data.GetProperty("path").GetString(), data.GetProperty("format").GetString(), data.GetProperty("labelName").GetString()));
        Assert.Equal((5, 4), (Int(data, "rows"), Int(data, "pixels")));
        Assert.Equal((0.0, 255.0), (data.GetProperty("min").GetDouble(), data.GetProperty("max").GetDouble()));
    }

    // Of 0 to 16, a byte is a fifteenth; of 0 to 8, a thirty-first.
    [Fact]
    public void Rows_are_the_same_by_their_values_whatever_bytes_stand_for_them()
    {
        var train = Write("train.csv", "a,b,c,d,class", "0,3,8,16,ink", "0,3,8,8,ink", "1,2,3,4,paper");
        var test = Write("test.csv", "a,b,c,d,class", "0,3,8,8,ink", "0,3,8,7,paper");
        Assert.Equal(1, Int(Json(train, "--test", test), "testRowsInTrain"));
    }

    [Fact]
    public void Zeros_are_pixels_of_value_zero_also_in_the_middle_of_the_range()
    {
        var rows = Write("rows.csv", "a,b,c,d,class", "-2,0,1,2,ink", "-2,-2,0,2,paper", "-2,-2,-2,1,ink");
        Assert.Equal(2 / 12.0, Json(rows).GetProperty("zeroShare").GetDouble(), 1e-12);
        Assert.Equal(0, Json(Write("ones.csv", "a,b,c,d,class", "1.5,2.5,1.5,2.5,ink", "2.5,2.5,1.5,1.5,paper")).GetProperty("zeroShare").GetDouble());
    }

    [Fact]
    public void Test_rows_of_a_folder_are_taken_else_those_that_train_would_keep()
    {
        var random = new Random(1);
        byte[] labels = [.. Enumerable.Range(0, 20).Select(row => (byte)(row % 2))];
        new IdxDialect().WritePart(_folder.Path, "train", Pixels(random, 20), labels, 2, 2);
        new IdxDialect().WritePart(_folder.Path, "t10k", Pixels(random, 10), labels[..10], 2, 2);
        Assert.Equal((20, 10), (Int(Json(_folder.Path), "trainRows"), Int(Json(_folder.Path), "testRows")));
        Assert.Contains("10, of ", Run([_folder.Path]), StringComparison.Ordinal);

        var images = Write("rows.csv", ["a,b,c,d,class", .. Enumerable.Range(0, 50).Select(row => $"{row},0,0,255,{row % 5}")]);
        Assert.Equal((40, 10), (Int(Json(images), "trainRows"), Int(Json(images), "testRows")));
        Assert.Contains("10, that train draws at random", Run([images]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("b,b,b,a,a", true)]
    [InlineData("b,a,b,a,a", false)]
    public void It_is_told_whether_rows_are_sorted_by_class(string classes, bool areSorted)
    {
        var rows = Write("rows.csv", ["a,b,c,d,class", .. classes.Split(',').Select((name, row) => $"{row},0,0,255,{name}")]);
        Assert.Equal(areSorted, Json(rows).GetProperty("sortedByClass").GetBoolean());
        Assert.Contains(areSorted ? "Order       sorted by class" : "Order       not sorted", Run([rows]), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_classes_the_largest_and_the_smallest_are_shown()
    {
        var rows = Write("rows.csv", ["a,b,c,d,class", .. Enumerable.Range(1, 50).SelectMany(size => Enumerable.Repeat($"0,0,{size},255,c{size}", size))]);
        var shown = Run([rows]).Split('\n').Where(line => line.StartsWith('c') && line.Contains('%')).Select(line => line.Split(' ')[0]);
        Assert.Equal([.. Sizes(50, 31), .. Sizes(20, 1)], shown);
        Assert.Contains("… 10 more", Run([rows]), StringComparison.Ordinal);
        Assert.Equal(50, Json(rows).GetProperty("classes").GetArrayLength());

        static IEnumerable<string> Sizes(int from, int to) => Enumerable.Range(to, from - to + 1).Reverse().Select(size => $"c{size}");
    }

    [Fact]
    public void The_image_has_a_line_of_the_first_images_of_each_class()
    {
        var rows = Write("rows.csv", ["a,b,c,d,class", "0,1,2,3,one", .. Enumerable.Range(1, 12).Select(row => $"{row},0,0,255,many")]);
        var png = Path.Join(_folder.Path, "sheet.png");

        Assert.Contains($"Saved: {png}", Run([rows, "--image", png]), StringComparison.Ordinal);

        var expected = new ContactSheet(2, 10, 2);
        for (byte i = 0; i < 10; i++)
            expected.Place(0, i, [(byte)(i + 1), 0, 0, 255]);
        expected.Place(1, 0, [0, 1, 2, 3]);
        using var file = new MemoryStream();
        PngFile.Write(file, expected.Pixels, expected.Width);
        Assert.Equal(file.ToArray(), File.ReadAllBytes(png));
    }

    [Fact]
    public void Pixels_of_a_lesser_range_are_drawn_from_black_to_white()
    {
        var rows = Write("rows.csv", "a,b,c,d,class", "0,3,8,16,one", "0,0,0,8,two");
        var png = Path.Join(_folder.Path, "sheet.png");
        Run([rows, "--image", png]);

        var expected = new ContactSheet(2, 10, 2);
        expected.Place(0, 0, [0, 47, 127, 255]);
        expected.Place(1, 0, [0, 0, 0, 127]);
        using var file = new MemoryStream();
        PngFile.Write(file, expected.Pixels, expected.Width);
        Assert.Equal(file.ToArray(), File.ReadAllBytes(png));
    }

    [Fact]
    public void What_cannot_be_drawn_or_compared_is_refused()
    {
        var rows = Write("rows.csv", "a,b,c,class", "0,3,8,one", "0,0,0,two");
        Assert.Contains("3 pixels. Leave out --image.", Refused(rows, "--image", Path.Join(_folder.Path, "sheet.png")), StringComparison.Ordinal);
        var others = Write("others.csv", "a,b,c,d,class", "0,3,8,16,one");
        Assert.Contains("have 4 pixels, but the training rows have 3", Refused(rows, "--test", others), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_of_a_class_is_no_markup()
    {
        var rows = Write("rows.csv", "a,b,c,d,class", "0,3,8,16,[red]", "0,0,0,8,two");
        Assert.Contains("[red]", Run([rows]), StringComparison.Ordinal);
    }

    static byte[] Pixels(Random random, int rows)
    {
        var pixels = new byte[rows * 4];
        random.NextBytes(pixels);
        return pixels;
    }

    static int Int(JsonElement json, string name) => json.GetProperty(name).GetInt32();

    string Write(string name, params string[] lines)
    {
        var path = Path.Join(_folder.Path, name);
        File.WriteAllLines(path, lines);
        return path;
    }

    static JsonElement Json(params string[] arguments) => JsonDocument.Parse(Run([.. arguments, "--json"])).RootElement;

    static string Run(string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.True(CommandLine.Run(["data", "info", .. arguments], output, error) == 0, $"{error}");
        return $"{output}";
    }

    static string Refused(params string[] arguments)
    {
        using var error = new StringWriter();
        Assert.Equal(1, CommandLine.Run(["data", "info", .. arguments], TextWriter.Null, error));
        return $"{error}";
    }
}
