using System.Globalization;
using System.IO.Compression;
using System.Text;
using MnistMl.Commands;
using MnistMl.Data;

namespace MnistMl.Tests.Data;

/// <summary>Tables as people have them, of the first digits of MNIST.</summary>
public class TableTests
{
    const int TrainRows = 120, Features = 784;

    static readonly Dataset _rows = First(TrainRows);

    static readonly string[] _pixelNames = [.. Enumerable.Range(1, Features).Select(pixel => $"pixel{pixel}")];

    public static TheoryData<string, string> Separators { get; } = new() { { ",", "commas" }, { ";", "semicolons" }, { "\t", "tabs" }, { " ", "blanks" } };

    [Theory]
    [MemberData(nameof(Separators))]
    public void Without_a_header_the_label_is_first_or_last_as_the_values_say(string separator, string name)
    {
        foreach (var end in (string[])["\n", "\r\n"])
        {
            foreach (var quote in (string[])["", "\"", "'"])
            {
                var first = Read(Table((label, pixels) => Line(separator, [label, .. pixels], quote), end: end));
                var last = Read(Table((label, pixels) => Line(separator, [.. pixels, label], quote), end: end));

                AssertIs(_rows, first);
                AssertIs(_rows, last);
                Assert.Equal((1, 785, name, false), (first.Description.LabelColumn, last.Description.LabelColumn, first.Description.Separator, last.Description.HasHeader));
            }
        }
    }

    [Theory]
    [InlineData("class")]
    [InlineData("y")]
    [InlineData("digit")]
    [InlineData("Label")]
    [InlineData("labels")]
    [InlineData("character")]
    [InlineData("letter")]
    [InlineData("Species")]
    [InlineData("output")]
    [InlineData("lettr")]
    [InlineData("TARGET")]
    [InlineData("whatever")]
    public void The_label_is_found_by_its_name_or_by_not_being_called_as_pixels_are(string name)
    {
        foreach (var separator in (string[])[",", ";", "\t", " "])
        {
            var last = Read(Table((label, pixels) => Line(separator, [.. pixels, label]), Line(separator, [.. _pixelNames, name])));

            AssertIs(_rows, last);
            Assert.Equal((785, name), (last.Description.LabelColumn, last.Description.LabelName));
        }
    }

    [Theory]
    [InlineData("C")]
    [InlineData("V")]
    [InlineData("feature_")]
    [InlineData("")]
    public void Where_all_columns_are_called_alike_the_values_tell_the_label(string name)
    {
        string[] names = [.. Enumerable.Range(name.Length == 0 ? 0 : 1, 785).Select(column => $"{name}{column}")];

        var first = Read(Table((label, pixels) => Line(",", [label, .. pixels]), Line(",", names)));
        var last = Read(Table((label, pixels) => Line(",", [.. pixels, label]), Line(",", names)));

        AssertIs(_rows, first);
        AssertIs(_rows, last);
        Assert.True(first.Description.HasHeader);
    }

    [Fact]
    public void Where_all_columns_are_called_pixels_none_is_the_label()
    {
        AssertUnclear("*line 1 (a header): no column is the class: all are called 'pixel#'*", Table((_, pixels) => Line(",", pixels), Line(",", _pixelNames)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Unnamed: 0")]
    [InlineData("id")]
    [InlineData("ImageId")]
    [InlineData("index")]
    [InlineData("n")]
    public void An_index_is_left_out(string name)
    {
        var row = 0;
        var read = Read(Table((label, pixels) => Line(",", [$"{row++}", label, .. pixels]), Line(",", [name, "kind", .. _pixelNames])));

        AssertIs(_rows, read);
        Assert.Equal(new LeftOutColumn(1, name, "an index"), Assert.Single(read.Description.LeftOut));
        Assert.Equal("kind", read.Description.LabelName);
    }

    public static TheoryData<string, bool> NamesOfRows { get; } = new()
    {
        { "count", true }, { "count", false }, { "shuffled", true }, { "shuffled", false }, { "file", true }, { "file", false },
    };

    [Theory]
    [MemberData(nameof(NamesOfRows))]
    public void Without_a_header_what_names_the_rows_is_left_out(string kind, bool isFirst)
    {
        var row = 0;
        string Name() => kind switch
        {
            "count" => $"{row++}",
            "shuffled" => $"{5000 + row++ * 7 % TrainRows}",
            _ => $"train/img_{row++}.png",
        };
        string Lines(bool labelFirst) => Table((label, pixels) =>
        {
            string[] cells = labelFirst ? [label, .. pixels] : [.. pixels, label];
            return Line(",", isFirst ? [Name(), .. cells] : [.. cells, Name()]);
        });

        foreach (var labelFirst in (bool[])[true, false])
        {
            row = 0;
            var read = Read(Lines(labelFirst));

            AssertIs(_rows, read);
            Assert.Equal(isFirst ? 1 : 786, Assert.Single(read.Description.LeftOut).Column);
        }
        row = 0;
        AssertIs(_rows, Read(Lines(labelFirst: true), new TableOptions { LabelColumn = isFirst ? "2" : "1" }));
        row = 0;
        Assert.True(_rows.Pixels.SequenceEqual(Read(Lines(labelFirst: true), new TableOptions { FeatureCount = Features }).Dataset.Pixels));
    }

    [Fact]
    public void Words_of_which_each_row_has_another_are_not_the_label()
    {
        AssertUnclear(
            "*neither column 1 nor column 4 is by its values. *",
            string.Concat(Enumerable.Range(0, 40).Select(row => $"w{row},{row * 6},{row * row % 256},0\n")).Replace("w7", "w8"));
    }

    [Fact]
    public void A_row_that_pandas_took_for_a_header_is_one()
    {
        string[] Distinct(IEnumerable<string> cells) =>
            [.. cells.Select((cell, column) => (cell, column)).GroupBy(cell => cell.cell).SelectMany(group => group.Select((cell, count) => (cell.column, Name: count == 0 ? cell.cell : $"{cell.cell}.{count}")))
                .OrderBy(cell => cell.column).Select(cell => cell.Name)];
        string[] eaten = [.. _rows.Row(0).ToArray().Select(pixel => $"{pixel}")];

        var all = Read(Table((label, pixels) => Line(",", [label, .. pixels]), Line(",", Distinct(["5", .. eaten]))));
        var named = Read(Table((label, pixels) => Line(",", [label, .. pixels]), Line(",", ["label", .. Distinct(eaten)])));

        AssertIs(_rows, all);
        AssertIs(_rows, named);
        Assert.True(all.Description.HasHeader);
    }

    [Fact]
    public void Names_may_be_numbers_of_lines_and_columns()
    {
        string[] names = [.. Enumerable.Range(0, Features).Select(pixel => $"{pixel / 28}.{pixel % 28}")];

        var read = Read(Table((label, pixels) => Line(",", [.. pixels, label]), Line(",", [.. names, "what"])));

        AssertIs(_rows, read);
        Assert.Equal("what", read.Description.LabelName);
    }

    [Fact]
    public void Cells_that_are_all_different_are_a_row_where_those_below_are_too()
    {
        var random = new Random(1);
        var rows = string.Concat(Enumerable.Range(0, 50).Select(row =>
            Line(",", [$"{row % 4}", .. Enumerable.Range(0, 100).Select(_ => random.NextDouble().ToString("0.#########"))]) + "\n"));

        Assert.Equal(50, Read(rows).Dataset.RowCount);
    }

    [Fact]
    public void A_header_that_is_a_name_short_is_refused_where_rows_have_no_names()
    {
        var refused = Assert.Throws<MnistMlException>(() => Read(Table((label, pixels) => Line(",", [label, .. pixels]), Line(",", ["label", .. _pixelNames[1..]]))));

        Assert.Equal("test.csv, line 1: the header has 784 columns, but the rows have 785.", refused.Message);
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "")]
    [InlineData(true, ",0000")]
    public void Without_a_header_numbers_may_have_decimal_commas(bool labelFirst, string decimals)
    {
        var read = Read(Table((label, pixels) =>
        {
            string[] values = [.. pixels.Select(pixel => (int.Parse(pixel) / 85.0 - 0.4242).ToString("0.0000").Replace('.', ','))];
            return Line(";", labelFirst ? [label + decimals, .. values] : [.. values, label + decimals]);
        }));

        AssertIs(_rows, read);
        Assert.False(read.Description.HasHeader);
    }

    [Fact]
    public void Without_a_header_lines_may_end_in_several_separators()
    {
        foreach (var labelFirst in (bool[])[true, false])
        {
            AssertIs(_rows, Read(Table((label, pixels) => Line(",", labelFirst ? [label, .. pixels] : [.. pixels, label]) + ",,,")));
        }
    }

    [Fact]
    public void The_second_column_of_a_label_in_two_is_not_a_pixel()
    {
        AssertUnclear(
            "*neither column 1 nor column 786 is by its values. *",
            Table((label, pixels) => Line(",", [.. pixels, .. string.CompareOrdinal(label, "5") < 0 ? (string[])["1", "0"] : ["0", "1"]])));
    }

    [Fact]
    public void A_writer_is_left_out_where_the_label_is_known_and_asked_about_where_not()
    {
        var row = 0;
        string Lines(string name) => Table((label, pixels) => Line(",", [label, $"w{row++ % 9}", .. pixels]), Line(",", [name, "writer", .. _pixelNames]));

        var read = Read(Lines("label"));

        AssertIs(_rows, read);
        Assert.Equal("writer", Assert.Single(read.Description.LeftOut).Name);
        AssertUnclear("*column 1 ('kind'), column 2 ('writer') are not called as pixels are: *", Lines("kind"));
        AssertIs(_rows, Read(Lines("kind"), new TableOptions { LabelColumn = "KIND" }));
        AssertIs(_rows, Read(Lines("kind"), new TableOptions { LabelColumn = "1" }));
        AssertIs(_rows, Read(Lines("kind"), new TableOptions { IgnoredColumns = ["writer"] }));
    }

    [Theory]
    [InlineData("'\n1,2\n")]
    [InlineData("\"\"\"\"\"\"\n1,2\n")]
    [InlineData("sep\n1,2\n")]
    public void A_first_line_of_quotes_is_refused_as_any_other_that_is_no_row(string text) =>
        Assert.ThrowsAny<MnistMlException>(() => Read(text));

    [Theory]
    [InlineData("kind,pixel1,\nink,255,\npaper,3,\n")]
    [InlineData(",kind,pixel1\n0,ink,255\n1,paper,3\n")]
    public void A_header_of_words_is_one_with_an_empty_name_too(string text)
    {
        var read = Read(text);
        Assert.True(read.Description.HasHeader);
        Assert.Equal(["ink", "paper"], read.Dataset.ClassNames);
    }

    [Fact]
    public void Row_names_that_the_header_has_no_name_for_are_left_out()
    {
        var row = 0;
        AssertIs(_rows, Read(Table(
            (label, pixels) => Line(" ", [$"\"{++row}\"", label, .. pixels]), Line(" ", ["label", .. _pixelNames], quote: "\""))));
    }

    [Theory]
    [InlineData(",", true, true)]
    [InlineData(";", true, false)]
    [InlineData("\t", false, true)]
    [InlineData(",", false, true)]
    public void Lines_may_end_in_a_separator(string separator, bool inHeader, bool hasHeader)
    {
        var header = hasHeader ? Line(separator, ["label", .. _pixelNames]) + (inHeader ? separator : "") : null;

        AssertIs(_rows, Read(Table((label, pixels) => Line(separator, [label, .. pixels]) + separator, header)));
    }

    [Theory]
    [InlineData("sep=;\n", ";", 2)]
    [InlineData("\"sep=,\"\n", ",", 2)]
    [InlineData("# made\n# by a program\n", " ", 3)]
    [InlineData("\n \n", ",", 3)]
    public void Lines_before_the_table_are_skipped_and_counted(string before, string separator, int line)
    {
        AssertIs(_rows, Read(before + Table((label, pixels) => Line(separator, [label, .. pixels]))));
        var wrong = Line(separator, ["5", "x", .. Enumerable.Repeat("0", Features - 1)]) + "\n";

        var refused = Assert.Throws<MnistMlException>(() => Read(before + wrong + Table((label, pixels) => Line(separator, [label, .. pixels]))));

        Assert.StartsWith($"test.csv, line {line}, column 2: found 'x'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("emotion,pixels,Usage", "3,{0},Training", " ")]
    [InlineData("label,pixels", "3,\"[{0}]\"", ", ")]
    [InlineData("label\tpixels", "3\t[{0}]", ", ")]
    public void All_pixels_in_one_cell_are_refused_with_what_to_do(string header, string row, string between)
    {
        var pixels = string.Join(between, Enumerable.Range(0, 16));

        var refused = Assert.Throws<MnistMlException>(() => Read($"{header}\n{string.Format(CultureInfo.InvariantCulture, row, pixels)}\n"));

        Assert.StartsWith("test.csv, line 2, column 2 ('pixels'): all 16 pixels of an image are in one cell.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_may_be_a_comment_and_numbers_may_have_eighteen_decimals()
    {
        var read = Read(Table(
            (label, pixels) => Line(",", [.. new[] { label }.Concat(pixels).Select(value => double.Parse(value).ToString("0.000000000000000000e+00"))]),
            "# " + Line(",", ["label", .. _pixelNames])));

        AssertIs(_rows, read);
        Assert.True(read.Description is { HasHeader: true, LabelName: "label", Range.IsBytes: true });
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void Text_may_have_a_byte_order_mark(string encoding)
    {
        var text = Table((label, pixels) => Line(",", [label, .. pixels]), Line(",", ["label", .. _pixelNames]), "\r\n");
        byte[] file = [.. Encoding.GetEncoding(encoding).GetPreamble(), .. Encoding.GetEncoding(encoding).GetBytes(text)];

        AssertIs(_rows, Read(file));
        AssertIs(_rows, Read(CsvDialect.Zipped(file)));
    }

    [Theory]
    [InlineData(0, 1 / 255.0, ".")]
    [InlineData(-1, 1 / 127.5, ".")]
    [InlineData(-1, 1 / 127.5, ",")]
    [InlineData(0, 257, ".")]
    [InlineData(-128, 1, ".")]
    public void Bytes_are_found_again_from_values_of_another_range(double offset, double unit, string point)
    {
        var read = Read(Table((label, pixels) => Line(";", [label, .. pixels.Select(pixel =>
            (offset + unit * int.Parse(pixel)).ToString("0.####").Replace(".", point))])));

        AssertIs(_rows, read);
        Assert.Equal(offset, read.Dataset.Range.Offset, 1e-9);
        Assert.Equal(unit, read.Dataset.Range.Unit, 1e-9);
        Assert.Equal(point == ",", read.Description.HasDecimalComma);
    }

    [Theory]
    [InlineData(0, 1 / 255.0)]
    [InlineData(-1, 1 / 127.5)]
    public void Bytes_are_found_again_where_the_greatest_is_missing(double offset, double unit)
    {
        var bytes = Enumerable.Range(0, 200).ToArray();
        var read = Read("x," + string.Join(',', bytes.Select(pixel => (offset + unit * pixel).ToString("0.####"))) + "\n");

        Assert.Equal(bytes.Select(pixel => (byte)pixel), read.Dataset.Pixels.ToArray());
        Assert.Equal(255, read.Dataset.Range.MaxByte);
    }

    [Fact]
    public void A_pixel_of_the_border_is_not_taken_for_the_label()
    {
        string Lines(int dominant) => string.Concat(Enumerable.Range(0, 40).Select(row =>
            Line(",", [$"{row + 0.5}", $"{row * 5}", row < dominant ? "0" : $"{row % 3}"]) + "\n"));

        AssertUnclear("*neither column 1 nor column 3 is by its values. *", Lines(34));
        Assert.Equal(3, Read(Lines(10)).Description.LabelColumn);
    }

    [Theory]
    [InlineData(1, 255)]
    [InlineData(16, 15)]
    [InlineData(100, 2)]
    public void Small_whole_numbers_are_multiplied_as_far_as_bytes_go(int max, int factor)
    {
        var read = Read(Table((label, pixels) => Line(",", [label, .. pixels.Select(pixel => $"{int.Parse(pixel) * max / 255}")])));

        Assert.Equal(_rows.Pixels.ToArray().Select(pixel => (byte)(pixel * max / 255 * factor)), read.Dataset.Pixels.ToArray());
        Assert.Equal((0, (double)max), (read.Dataset.Range.Min, read.Dataset.Range.Max));
    }

    [Theory]
    [InlineData("nan")]
    [InlineData("-inf")]
    [InlineData("Infinity")]
    [InlineData("1e60")]
    [InlineData("x")]
    [InlineData("0,5")]
    public void What_is_no_number_is_refused_among_floats_too(string wrong)
    {
        var row = 0;
        var refused = Assert.Throws<MnistMlException>(() => Read(Table((label, pixels) =>
            Line(",", ++row == 3 ? [label, $"\"{wrong}\"", .. pixels[1..]] : [label, "0.5", .. pixels[1..]]))));

        Assert.StartsWith("test.csv, line 3, column 2: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_sorted_by_class_is_read_to_its_end_to_find_the_label()
    {
        int[] sorted = [.. Enumerable.Range(0, 300 * 3).OrderBy(row => row / 300)];
        string Lines(bool first) => string.Concat(sorted.Select(row =>
        {
            var pixels = Enumerable.Repeat($"{row % 200}", 900);
            return Line(",", first ? [$"{row / 300}", "0", .. pixels, "0"] : ["0", .. pixels, "0", $"{row / 300}"]) + "\n";
        }));

        foreach (var canSeek in (bool[])[true, false])
        {
            foreach (var first in (bool[])[true, false])
            {
                Stream file = new MemoryStream(Encoding.UTF8.GetBytes(Lines(first)));
                if (!canSeek)
                    file = new GZipStream(new MemoryStream(CsvDialect.Zipped(Encoding.UTF8.GetBytes(Lines(first)))), CompressionMode.Decompress);
                var read = DatasetFile.Read(file, "test.csv", new TableOptions());

                Assert.Equal(first ? 1 : 903, read.Description.LabelColumn);
                Assert.Equal(900, read.Dataset.RowCount);
            }
        }
    }

    [Theory]
    [InlineData("1,0,7\n2,9,8\n1,0,7\n", "*column 1 and column 3 may both be the class. *")]
    [InlineData("a,0,7,b\nb,9,8,a\n", "*column 1 and column 4 may both be the class. *")]
    [InlineData("0,200,0\n0,9,0\n", "*neither column 1 nor column 3 is by its values. *")]
    [InlineData("0.5,200,100\n9.25,9,0\n", "*neither column 1 nor column 3 is by its values. *")]
    [InlineData("label,class,p1,p2\n1,2,3,4\n", "*column 1 ('label') and column 2 ('class') are names of the class. *")]
    public void What_may_be_either_is_asked_about(string text, string message)
    {
        AssertUnclear(message, text);
        Assert.True(Read(text, new TableOptions { LabelColumn = "first" }).Dataset.HasLabels);
        Assert.True(Read(text, new TableOptions { LabelColumn = "last" }).Dataset.HasLabels);
    }

    [Fact]
    public void A_feature_that_is_like_its_neighbour_is_not_taken_for_the_label()
    {
        var random = new Random(1);
        string Lines(Func<int, string> label, bool first) => string.Concat(Enumerable.Range(0, 500).Select(row =>
        {
            var features = Enumerable.Range(0, 16).Select(_ => $"{random.Next(16)}");
            return Line(",", first ? [label(row), .. features] : [.. features, label(row)]) + "\n";
        }));

        Assert.Equal(1, Read(Lines(row => $"{(char)('A' + row % 26)}", first: true)).Description.LabelColumn);
        Assert.Equal(17, Read(Lines(row => $"{row % 5}", first: false)).Description.LabelColumn);
        AssertUnclear("*may both be the class*", Lines(row => $"{row % 16}", first: false));
    }

    [Fact]
    public void One_image_may_be_a_line_for_each_of_its_lines()
    {
        var image = _rows.Row(0).ToArray();
        foreach (var separator in (string[])[",", ";", "\t", " "])
        {
            var text = string.Join("\n", image.Chunk(28).Select(line => Line(separator, [.. line.Select(pixel => $"{pixel}")])));

            Assert.Equal(image, Read(text, new TableOptions { FeatureCount = Features }).Dataset.Pixels.ToArray());
            Assert.Throws<MnistMlException>(() => Read(text + "\n" + text, new TableOptions { FeatureCount = Features }));
        }
    }

    [Fact]
    public void A_line_of_columns_without_end_is_refused_early()
    {
        var zipped = CsvDialect.Zipped(Encoding.UTF8.GetBytes(new string(',', 20_000_000)));

        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = Assert.Throws<MnistMlException>(() => Read(zipped));

        Assert.Matches("line of more than [0-9]+ columns", refused.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000);
    }

    [Fact]
    public void The_description_says_each_thing_in_a_sentence()
    {
        var read = Read("id,pixel1,pixel2,pixel3,pixel4,digit\n7,0,16,3,4,5\n9,8,9,3,1,6\n");

        Assert.Equal(
            [
                "A table of text, its columns separated by commas.",
                "The first line is a header.",
                "The label is column 6 ('digit'): by its name.",
                "Left out: column 1 ('id'), an index.",
                "Pixels are from 0 to 16.",
                "An image is 2×2 pixels.",
            ],
            read.Description.Sentences);
    }

    [Fact]
    public void Where_all_is_empty_there_is_no_last_column() => Assert.Throws<LabelColumnException>(
        () => Read("\"\"\n\"\"\n", new TableOptions { LabelColumn = "last" }));

    static Dataset First(int count)
    {
        using var text = new StreamReader(new GZipStream(File.OpenRead(BundledData.Find()), CompressionMode.Decompress));
        var lines = string.Concat(Enumerable.Range(0, count + 1).Select(_ => text.ReadLine() + "\n"));
        return DatasetFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(lines)), "mnist");
    }

    static string[] OneHot(string label) => [.. Enumerable.Range(0, 10).Select(digit => label == $"{digit}" ? "1" : "0")];

    [Fact]
    public void A_label_may_be_in_a_column_for_each_class()
    {
        var options = new TableOptions { OneHotCount = 10 };
        string[] digits = [.. Enumerable.Range(0, 10).Select(digit => $"is_{digit}")];
        var last = Read(Table((label, pixels) => Line(",", [.. pixels, .. OneHot(label)]), Line(",", [.. _pixelNames, .. digits])), options);

        AssertIs(_rows, last);
        Assert.Equal((785, "is_0", "the first of 10, one for each class"), (last.Description.LabelColumn, last.Description.LabelName, last.Description.LabelReason));
        AssertIs(_rows, Read(Table((label, pixels) => Line(";", [.. OneHot(label), .. pixels])), options));
        var row = 0;
        AssertIs(_rows, Read(Table((label, pixels) => Line(",", [$"{++row}", .. OneHot(label), .. pixels]), Line(",", ["id", .. digits, .. _pixelNames])), options));
        // Where it is said, it need not be at an end.
        AssertIs(_rows, Read(
            Table((label, pixels) => Line(",", [.. pixels, .. OneHot(label), "7"]), Line(",", [.. _pixelNames, .. digits, "writer"])),
            options with { LabelColumn = "is_0" }));
        AssertIs(_rows, Read(Table((label, pixels) => Line(",", [.. OneHot(label), .. pixels])), options with { LabelColumn = "first" }));
        AssertIs(_rows, Read(Table((label, pixels) => Line(",", [.. pixels, .. OneHot(label)])), options with { LabelColumn = "last" }));
    }

    [Fact]
    public void Columns_of_classes_may_have_any_names_and_rows_to_predict_need_not_have_them()
    {
        string[] names = [.. Enumerable.Range(0, 10).Select(digit => $"letter {(char)('a' + digit)}")];
        var table = Table((label, pixels) => Line(",", [.. pixels, .. OneHot(label)]), Line(",", [.. _pixelNames, .. names]));

        Assert.Equal(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"], Read(table, new TableOptions { OneHotCount = 10 }).Dataset.ClassNames);
        var predicted = Read(table, new TableOptions { FeatureCount = Features });
        Assert.False(predicted.Dataset.HasLabels);
        Assert.True(_rows.Pixels.SequenceEqual(predicted.Dataset.Pixels));
    }

    [Theory]
    [InlineData(9, "test.csv, line 1: the label is not in 9 columns of which each row has a 1 in one and 0 in the others, the first or the last*")]
    [InlineData(2000, "test.csv, line 1: found 794 columns, but the label is to be in 2000.")]
    public void Columns_that_are_none_of_classes_are_refused(int count, string message)
    {
        var table = Table((label, pixels) => Line(",", [.. pixels, .. OneHot(label)]));
        var thrown = Assert.ThrowsAny<MnistMlException>(() => Read(table, new TableOptions { OneHotCount = count }));
        Assert.StartsWith(message.TrimEnd('*'), thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1,0,1", "line 1001, column 5: found a 1 after a 1, expected a 1 in the column of the class and 0 in the others")]
    [InlineData("0,2,0", "line 1001, column 4: found a 2, expected")]
    [InlineData("0,0,0", "line 1001, column 3: found only 0 from here on, expected")]
    [InlineData("0,,1", "line 1001, column 4: the value is missing")]
    public void A_later_row_without_one_class_is_an_error(string cells, string message)
    {
        // Behind what is looked at first.
        var rows = string.Concat(Enumerable.Range(0, 1000).Select(row => $"{row % 250:D3}{new string(' ', 600)},17,{(row % 3 == 0 ? "1,0,0" : row % 3 == 1 ? "0,1,0" : "0,0,1")}\n"));
        var thrown = Assert.Throws<MnistMlException>(() => Read(rows + $"1,17,{cells}\n", new TableOptions { OneHotCount = 3 }));
        Assert.Contains(message, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_columns_of_classes_seem_to_be_it_is_said_how_many()
    {
        string[] names = [.. _pixelNames, .. Enumerable.Range(0, 10).Select(digit => $"label{digit}")];

        Assert.Equal(10, OneHotCount(Table((label, pixels) => Line(",", [.. pixels, .. OneHot(label)]))));
        Assert.Equal(10, OneHotCount(Table((label, pixels) => Line(",", [.. OneHot(label), .. pixels]))));
        Assert.Equal(10, OneHotCount(Table((label, pixels) => Line(",", [.. pixels, .. OneHot(label)]) + ",", Line(",", names))));
        Assert.Null(OneHotCount(Table((label, pixels) => Line(",", pixels))));

        static int? OneHotCount(string text) => Assert.Throws<LabelColumnException>(() => Read(text)).OneHotCount;
    }

    [Fact]
    public void Rows_to_predict_may_have_a_column_for_each_class_or_none()
    {
        var options = new TableOptions { FeatureCount = Features, OneHotCount = 10 };

        foreach (var hasLabel in (bool[])[true, false])
        {
            var read = Read(Table((label, pixels) => Line(",", [.. pixels, .. hasLabel ? OneHot(label) : []])), options);

            Assert.False(read.Dataset.HasLabels);
            Assert.True(_rows.Pixels.SequenceEqual(read.Dataset.Pixels));
        }
    }

    [Theory]
    [InlineData("3,0,8\n3,7,9\n3,7,8\n3,0,9\n")]
    [InlineData("8,0,3\n9,0,3\n9,7,3\n")]
    public void Where_all_rows_may_be_of_one_class_no_pixel_is_taken_for_it(string text) =>
        Assert.Contains("may both be the class", Assert.Throws<LabelColumnException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("NA", true, true)]
    [InlineData("NaN", true, true)]
    [InlineData("null", true, true)]
    [InlineData("None", true, true)]
    [InlineData(".", true, false)]
    [InlineData("?", true, false)]
    [InlineData("x", false, false)]
    public void A_label_that_says_it_is_missing_is_refused_among_numbers_and_letters(string missing, bool amongNumbers, bool amongLetters)
    {
        foreach (var (isNumber, isRefused) in ((bool, bool)[])[(true, amongNumbers), (false, amongLetters)])
        {
            var row = 0;
            var text = Table((label, pixels) => Line(",", [++row == 7 ? missing : isNumber ? label : $"{(char)('a' + int.Parse(label))}", .. pixels]), Line(",", ["label", .. _pixelNames]));
            if (isRefused)
                Assert.StartsWith($"test.csv, line 8, column 1 ('label'): the label is missing: found '{missing}'.", Assert.Throws<MnistMlException>(() => Read(text)).Message, StringComparison.Ordinal);
            else
                Assert.Equal(11, Read(text).Dataset.ClassNames.Count);
        }
    }

    [Theory]
    [InlineData(",", true)]
    [InlineData(".", true)]
    [InlineData(",", false)]
    public void A_mark_between_thousands_is_not_taken_for_that_of_decimals(string mark, bool isGrouped)
    {
        string Number(int number) => number < 1000 ? $"{number}" : $"{number / 1000}{mark}{number % 1000:000}";
        var text = Table((label, pixels) => Line(";", [label, .. pixels.Select(pixel => Number(int.Parse(pixel) * 4))])) + (isGrouped ? "" : Line(";", ["5", .. Enumerable.Repeat("0,5", Features)]));

        if (!isGrouped)
        {
            Assert.Equal(1.02, Read(text).Dataset.Range.Max / 1000, 0.1);
            return;
        }
        Assert.Contains($"'1{mark}0", Assert.Throws<MnistMlException>(() => Read(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Three_decimals_of_every_number_are_no_thousands() =>
        Assert.Equal(60, Read(string.Concat(Enumerable.Range(0, 60).Select(row => $"{row % 3},{row + 100}.125,{row + 9}.250,1.000\n"))).Dataset.RowCount);

    [Fact]
    public void Lines_that_end_in_a_carriage_return_alone_are_named() =>
        Assert.StartsWith("test.csv has lines that end in a carriage return alone, ", Assert.Throws<MnistMlException>(() => Read("5,0,7\r6,0,8\r5,0,9\r")).Message, StringComparison.Ordinal);

    [Fact]
    public void Labels_may_be_in_a_file_of_their_own()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Join(folder.Path, "labels");
        var images = Read(Table((_, pixels) => Line(",", pixels), Line(",", _pixelNames)), new TableOptions { HasLabelsElsewhere = true });
        Assert.False(images.Dataset.HasLabels);
        string[] labels = [.. _rows.Labels.ToArray().Select(label => _rows.ClassNames[label])];

        AssertIs(_rows, With(labels));
        AssertIs(_rows, With(["label", .. labels]));
        AssertIs(_rows, With(["id,label", .. labels.Select((label, row) => $"{row},{label}")]));
        AssertIs(_rows, With(["ImageId;Class", .. labels.Select((label, row) => $"{row};'{label}.0'")]));
        AssertIs(_rows, With([.. labels.Select((label, row) => $"{row + 1}\t{label}")]));
        new IdxDialect().WritePart(folder.Path, "train", new byte[TrainRows], [.. labels.Select(byte.Parse)], height: 1, width: 1);
        AssertIs(_rows, DataSource.WithLabels(images, Path.Join(folder.Path, "train-labels-idx1-ubyte")));

        Assert.Contains($"{TrainRows - 1} labels, but there are {TrainRows} rows", Refused(labels[1..]), StringComparison.Ordinal);
        Assert.Contains("expected one label a line", Refused([.. labels.Select(label => $"{label},1,7")]), StringComparison.Ordinal);
        Assert.Contains($"line {TrainRows + 1}: the label is missing", Refused(["id,label", .. labels[1..].Select((label, row) => $"{row},{label}"), $"{TrainRows},"]), StringComparison.Ordinal);

        LoadedData With(string[] lines)
        {
            File.WriteAllLines(path, lines);
            return DataSource.WithLabels(images, path);
        }

        string Refused(string[] lines) => Assert.Throws<MnistMlException>(() => With(lines)).Message;
    }

    [Fact]
    public void A_column_of_labels_is_left_out_where_they_are_elsewhere()
    {
        var read = Read(Table((label, pixels) => Line(",", [label, .. pixels]), Line(",", ["label", .. _pixelNames])), new TableOptions { HasLabelsElsewhere = true });
        Assert.False(read.Dataset.HasLabels);
        Assert.True(_rows.Pixels.SequenceEqual(read.Dataset.Pixels));
        Assert.Equal("label", Assert.Single(read.Description.LeftOut).Name);
    }

    static string Table(Func<string, string[], string> line, string? header = null, string end = "\n") => string.Concat(
        Enumerable.Range(0, _rows.RowCount)
            .Select(row => line(_rows.ClassNames[_rows.Labels[row]], [.. _rows.Row(row).ToArray().Select(pixel => $"{pixel}")]))
            .Prepend(header).OfType<string>().Select(text => text + end));

    static string Line(string separator, string[] cells, string quote = "") => string.Join(separator, cells.Select(cell => quote + cell + quote));

    static LoadedData Read(string text, TableOptions? options = null) => Read(Encoding.UTF8.GetBytes(text), options);

    static LoadedData Read(byte[] file, TableOptions? options = null) =>
        DatasetFile.Read(new MemoryStream(file), "test.csv", options ?? new TableOptions());

    static void AssertIs(Dataset expected, LoadedData read)
    {
        Assert.Equal(expected.FeatureCount, read.Dataset.FeatureCount);
        Assert.Equal(expected.ClassNames, read.Dataset.ClassNames);
        Assert.True(expected.Labels.SequenceEqual(read.Dataset.Labels));
        Assert.True(expected.Pixels.SequenceEqual(read.Dataset.Pixels));
    }

    static void AssertUnclear(string message, string text) => Assert.Matches(
        "^" + System.Text.RegularExpressions.Regex.Escape(message).Replace("\\*", ".*") + "$",
        Assert.Throws<LabelColumnException>(() => Read(text)).Message);
}
