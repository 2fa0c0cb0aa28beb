using System.Text;
using System.Text.RegularExpressions;
using MnistMl.Data;

namespace MnistMl.Tests.Data;

public class DatasetFileTests
{
    const string TwoRows = "pixel1,pixel2,class\n0,255,5\n7,0,3\n";

    [Theory]
    [InlineData(TwoRows)]
    [InlineData("pixel1,pixel2,class\r\n0,255,5\r\n7,0,3\r\n")]
    [InlineData("pixel1,pixel2,class\n0,255,5\n7,0,3")]
    [InlineData("\uFEFFpixel1,pixel2,class\n0,255,5\n7,0,3\n")]
    [InlineData("'pixel1','pixel2','class'\n0,255,'5'\n7,0,'3'\n")]
    [InlineData("\"pixel1\",\"pixel2\",\"class\"\n\"0\",\"255\",\"5\"\n\"7\",\"0\",\"3\"\n")]
    [InlineData("pixel1,pixel2,class\n0.0,255.0,5.0\n7.0,0.000,3.00\n")]
    [InlineData("pixel1,pixel2,class\n0.000e+00,2.55e+02,5.000e+00\n7e0,-0,3.000e+00\n")]
    [InlineData(" pixel1 , pixel2 , class \n 0 , 255 , 5 \n\n\t7,0,3\n \n")]
    [InlineData("\n\npixel1,pixel2,class\n0,255,5\n007,00,3\n")]
    [InlineData("label,pixel0,pixel1\n5,0,255\n3,7,0\n")]
    [InlineData("pixel1,Class,pixel2\n0,5,255\n7,3,0\n")]
    [InlineData("pixel10,target,pixel9\n255,5,0\n0,3,7\n")]
    [InlineData("2x1,1x28,LABEL\n255,0,5\n0,7,3\n")]
    [InlineData("ink,paper,class\n0,255,5\n7,0,3\n")]
    [InlineData("label,1,0\n5,255,0\n3,0,7\n")]
    [InlineData("5,0,255\n3,7,0\n")]
    [InlineData("'5','0','255'\n'3','7','0'\n")]
    public void Legal_ways_to_write_the_same_rows_read_the_same(string text)
    {
        var dataset = Read(text);

        Assert.Equal(2, dataset.FeatureCount);
        Assert.Equal([0, 255, 7, 0], dataset.Pixels.ToArray());
        Assert.Equal(["3", "5"], dataset.ClassNames);
        Assert.Equal([1, 0], dataset.Labels.ToArray());
    }

    [Theory]
    [InlineData("10,0\n9,0\n-1,0\n2.5,0\n", "-1|2.5|9|10")]
    [InlineData("b,0\na,0\nB,0\n10,0\n", "10|B|a|b")]
    [InlineData("é,0\n日本,0\nz,0\n", "z|é|日本")]
    [InlineData("'it''s',0\n'a,b',0\n\"say \"\"a\"\"\",0\n", "a,b|it's|say \"a\"")]
    [InlineData("1.0,0\n01,0\n1,0\n", "01|1")]
    [InlineData("Infinity,0\n2,0\n1,0\n", "1|2|Infinity")]
    [InlineData("1.5e30,0\n1.0e20,0\n2.0e20,0\n", "1.0e20|2.0e20|1.5e30")]
    public void Classes_are_in_order_of_number_if_all_names_are_numbers_else_of_text(string text, string classNames)
    {
        Assert.Equal(classNames.Split('|'), Read($"class,p\n{text}").ClassNames);
    }

    [Fact]
    public void A_class_name_may_have_100_characters()
    {
        var name = new string('é', 100);

        Assert.Equal([name], Read($"p,class\n0,{name}\n").ClassNames);
    }

    [Fact]
    public void One_class_and_one_row_are_enough_for_a_test_file()
    {
        var dataset = Read("class,pixel1\n4,9");

        Assert.Equal(["4"], dataset.ClassNames);
        Assert.Equal([0], dataset.Labels.ToArray());
    }

    [Theory]
    [InlineData("pixel1,pixel2\n1,255\n")]
    [InlineData("pixel2,pixel1\n255,1\n")]
    [InlineData("pixel1,pixel2,class\n1,255,8\n")]
    [InlineData("pixel1,pixel2,class\n1,255,\n")]
    [InlineData("id,pixel1,pixel2\n7,1,255\n")]
    [InlineData("1,255\n")]
    [InlineData("1\n255\n")]
    [InlineData("x,1,255\n")]
    [InlineData(",1,255\n")]
    [InlineData("1,255,\n")]
    public void Rows_to_predict_may_have_a_class_or_not_which_is_not_looked_at(string text)
    {
        var dataset = DatasetFile.ReadForPrediction(new MemoryStream(Encoding.UTF8.GetBytes(text)), "test.csv", 2);

        Assert.Equal([1, 255], dataset.Pixels.ToArray());
        Assert.False(dataset.HasLabels);
    }

    [Theory]
    [InlineData("pixel1,pixel2,pixel3\n1,2,3\n", "test.csv, line 1 *: found 3 columns of pixels; expected 2.")]
    [InlineData("1,2,3,4\n", "test.csv, line 1: found 4 columns; expected 2 pixels, or a class and 2 pixels.")]
    [InlineData("1\n", "test.csv, line 1: found 1 columns; expected 2 pixels, or a class and 2 pixels.")]
    [InlineData("class\n1\n", "*there are no pixels. *")]
    public void Rows_to_predict_must_have_the_pixels_that_the_model_takes(string text, string message)
    {
        var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));

        AssertRefused(message, () => DatasetFile.ReadForPrediction(stream, "test.csv", 2));
    }

    [Theory]
    [InlineData("", "test.csv is empty.")]
    [InlineData("\r\n \n", "test.csv is empty.")]
    [InlineData("\uFEFF", "test.csv is empty.")]
    [InlineData("pixel1,class\n", "test.csv has a header, but no rows.")]
    [InlineData("{\"pixel1\": [0]}", "test.csv is not a CSV file: it begins with '{\"pixel1\": [0]}'.*")]
    [InlineData("<html>\n", "test.csv is not a CSV file: *")]
    [InlineData("@relation mnist\n", "test.csv is not a CSV file: *")]
    [InlineData("PK\u0003\u0004\0\n", "test.csv is not a CSV file: it begins with 'PK���'*")]
    [InlineData("Dear Sir or Madam\n", "*no column is the class by its name, *")]
    [InlineData("{long}\n", "test.csv, line 1: found a single column; *")]
    [InlineData("pixel1,class\n\uFEFF1,5\n", "test.csv, line 2, column 1 ('pixel1'): found '\uFEFF1', expected *")]
    [InlineData("5\n", "test.csv, line 1: found a single column; *")]
    [InlineData("class\n5\n", "*there are no pixels. Separate the columns by commas*")]
    [InlineData("pixel1,pixel2\n0,0\n", "*line 1 (a header): no column is the class: all are called 'pixel#'. *")]
    [InlineData("class,pixel1,label\n", "*column 1 ('class') and column 3 ('label') are names of the class. *")]
    [InlineData("class,pixel1,pixel1\n", "*column 2 ('pixel1') and column 3 ('pixel1') have the same name. *")]
    [InlineData("class,pixel1,Pixel01\n", "*column 2 ('pixel1') and column 3 ('Pixel01') have the same name. *")]
    [InlineData("class,ink,ink\n", "*column 2 ('ink') and column 3 ('ink') have the same name. *")]
    [InlineData("pixel1,'class\n0,5\n", "test.csv, line 1, column 2: a quote is not closed.")]
    [InlineData("pixel1,'class'x\n0,5\n", "test.csv, line 1, column 2: a quote is not closed.")]
    public void A_file_that_is_no_such_file_is_refused(string text, string message)
    {
        AssertRefused(message, () => Read(text.Replace("{long}", new string('x', 1_000))));
    }

    [Theory]
    [InlineData("0,256,0,5", "test.csv, line 5, column 2 ('pixel2'): '256' is out of range, expected a whole number *")]
    [InlineData("-1,0,0,5", "*, column 1 ('pixel1'): '-1' is out of range*")]
    [InlineData("0,0,1e400,5", "*'1e400' is out of range*")]
    [InlineData("0,0,NaN,5", "*'NaN' is out of range*")]
    [InlineData("0,0.5,0,5", "*, column 2 ('pixel2'): found '0.5', expected a whole number from 0 to 255, as in most rows.")]
    [InlineData("0,12a,0,5", "*, column 2 ('pixel2'): found '12a', expected a number.")]
    [InlineData("0,1 2,0,5", "*found '1 2', expected a number.")]
    [InlineData("0,0x1F,0,5", "*found '0x1F', expected a number.")]
    [InlineData("0,\u00011,0,5", "*found '\uFFFD1', expected a number.")]
    [InlineData("0,,0,5", "*, column 2 ('pixel2'): the value is missing.")]
    [InlineData("0,'',0,5", "*, column 2 ('pixel2'): the value is missing.")]
    [InlineData("0,0,0,", "*, column 4 ('class'): the value is missing.")]
    [InlineData("0,0,0", "test.csv, line 5: found 3 columns, expected 4, as in the others.")]
    [InlineData("0,0", "*: found 2 columns, expected 4*")]
    [InlineData("0,0,0,5,", "*: found 5 columns, expected 4*")]
    [InlineData("0,0,0,5,1,1", "*: found 6 columns, expected 4*")]
    [InlineData("0,'0,0,5", "*, column 2 ('pixel2'): a quote is not closed.")]
    [InlineData("0,0,0,\"5\"6", "*, column 4 ('class'): a quote is not closed.")]
    [InlineData("0,0,0,{long}", "*, column 4 ('class'): found 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…', expected*")]
    public void A_wrong_row_is_refused_with_its_line_and_column(string row, string message)
    {
        row = row.Replace("{long}", new string('x', 101));

        AssertRefused(message, () => Read($"pixel1,pixel2,pixel3,class\n1,2,3,a\n\n4,5,6,b\n{row}\n"));
    }

    [Fact]
    public void A_label_that_is_not_UTF8_is_refused()
    {
        AssertRefused("*, column 2 ('class'): found '\uFFFD', expected*", () => Read([.. "p,class\n0,"u8, 0xFF]));
        AssertRefused("*, column 2 ('class'): found *", () => Read([.. "p,class\n0,'''"u8, 0xFF, .. "'"u8]));
    }

    [Fact]
    public void A_wrong_value_among_many_plain_ones_is_found_where_it_is()
    {
        for (var wrong = 0; wrong < 200; wrong++)
        {
            var cells = Enumerable.Range(0, 200).Select(i => $"{i % 7 * 41}").ToArray();
            cells[wrong] = wrong % 3 == 0 ? "300" : wrong % 3 == 1 ? "1234" : "";

            // What is wrong in one row of two or more is a mistake, and no other range.
            var (row, right) = ($"x,{string.Join(',', cells)}\n", $"x,{string.Join(',', Enumerable.Repeat(7, 200))}\n");
            AssertRefused($"test.csv, line 1, column {wrong + 2}: *", () => Read(row + right + right));
        }
    }

    [Theory]
    [InlineData("/nowhere/mnist.csv", "There is no file '/nowhere/mnist.csv'. *")]
    [InlineData("", "There is no file ''. *")]
    [InlineData("a\0b", "There is no file *")]
    [InlineData(".", ". is a directory. *")]
    public void A_path_that_is_not_a_file_is_refused(string path, string message)
    {
        AssertRefused(message, () => DatasetFile.Read(path));
        AssertRefused(message, () => DatasetFile.ReadForPrediction(path, 784));
    }

    [Fact]
    public void A_file_is_read_by_its_content_not_its_name()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.csv");
        try
        {
            File.WriteAllBytes(path, CsvDialect.Zipped(Encoding.UTF8.GetBytes(TwoRows)));

            Assert.Equal([0, 255, 7, 0], DatasetFile.Read(path).Pixels.ToArray());
            File.Delete(path); // It is closed: Windows would refuse.
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stream_that_fails_is_refused(bool canSeek)
    {
        using var denied = new TrickleStream(Many(100), canSeek, new UnauthorizedAccessException("denied"));
        using var broken = new TrickleStream(Many(100), canSeek, new IOException("broken"));

        AssertRefused("test.csv cannot be read: denied", () => DatasetFile.Read(denied, "test.csv"));
        AssertRefused("test.csv cannot be read: broken", () => DatasetFile.Read(broken, "test.csv"));
    }

    [Fact]
    public void A_wrong_row_is_reported_rather_than_the_damage_after_it()
    {
        var many = Many(2_000);
        var header = Array.IndexOf(many, (byte)'\n') + 1;
        byte[] file = [.. many[..header], .. "300\n"u8, .. many[header..]];
        using var broken = new TrickleStream(file, canSeek: true, new IOException("broken"));

        AssertRefused("test.csv, line 2: found 1 columns, *", () => DatasetFile.Read(broken, "test.csv"));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_stream_may_be_a_pipe_and_deliver_little_at_a_time(bool zipped, bool canSeek)
    {
        var expected = Read(Many(2_000));
        var file = zipped ? CsvDialect.Zipped(Many(2_000)) : Many(2_000);
        using var stream = new TrickleStream(file, canSeek);

        AssertEqual(expected, DatasetFile.Read(stream, "test.csv"));
        Assert.Equal(-1, stream.ReadByte()); // It is left open.
    }

    [Theory]
    [InlineData("", "test.csv is empty.")]
    [InlineData("5", "test.csv, line 1: found a single column; *")]
    public void A_pipe_may_end_before_its_second_byte(string text, string message)
    {
        using var pipe = new TrickleStream(Encoding.UTF8.GetBytes(text), canSeek: false);

        AssertRefused(message, () => DatasetFile.Read(pipe, "test.csv"));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    public void A_file_may_fill_what_is_read_at_once_exactly(int surplus)
    {
        // Rows of four bytes; the last one's class name has as many as it takes.
        const int BlockSize = 1 << 19;
        var lines = string.Concat(Enumerable.Repeat("a,2\n", BlockSize / 4 - 1));

        var dataset = Read($"{lines}{new string('a', 2 + surplus)},255");

        Assert.Equal(BlockSize / 4, dataset.RowCount);
        Assert.Equal(255, dataset.Pixels[^1]);
    }

    [Fact]
    public void Bytes_before_where_a_stream_is_are_not_read()
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes("garbage" + TwoRows));
        stream.Position = "garbage".Length;

        Assert.Equal(2, DatasetFile.Read(stream, "test.csv").RowCount);
    }

    [Fact]
    public void A_zipped_file_may_have_several_members()
    {
        byte[] zipped = [.. CsvDialect.Zipped("pixel1,class\n1,"u8), .. CsvDialect.Zipped("5\n255,6\n"u8)];

        Assert.Equal([1, 255], Read(zipped).Pixels.ToArray());
    }

    [Fact]
    public void A_zipped_file_that_is_cut_short_or_damaged_is_refused()
    {
        const string Message = "test.csv is damaged or incomplete: *";
        var zipped = CsvDialect.Zipped(Many(2_000));

        foreach (var length in (int[])[2, 9, 10, 11, 1_000, zipped.Length / 2, zipped.Length - 8, zipped.Length - 1])
            AssertRefused(Message, () => Read(zipped[..length]));
        AssertRefused(Message, () => Read([.. zipped, .. zipped[..1_000]]));
        zipped[^6] ^= 1; // In the checksum.
        AssertRefused(Message, () => Read(zipped));
    }

    [Fact]
    public void A_line_may_be_longer_than_what_is_read_at_once()
    {
        var pixels = Enumerable.Range(0, 600_000).Select(i => (byte)(i * 7)).ToArray();
        var text = $"x,{string.Join(',', pixels)}\ny,{string.Join(',', pixels)}\n";

        Assert.Equal([.. pixels, .. pixels], Read(text).Pixels.ToArray());
    }

    [Fact]
    public void A_line_that_never_ends_is_refused()
    {
        AssertRefused("*not a CSV file: it has a line of more than 32 MB.", () => Read(new byte[70_000_000]));
    }

    // 784 pixels a row, 81 % of them 0, as in MNIST.
    static byte[] Many(int rows)
    {
        var random = new Random(rows);
        var pixels = new byte[rows * 784];
        foreach (ref var pixel in pixels.AsSpan())
            pixel = random.Next(100) < 81 ? (byte)0 : (byte)random.Next(256);
        var labels = Enumerable.Range(0, rows).Select(row => row * 7 % 10).ToArray();
        return new CsvDialect().Write(new Dataset(pixels, labels, 784, "0123456789".Select(c => $"{c}").ToArray()));
    }

    static void AssertEqual(Dataset expected, Dataset actual)
    {
        Assert.Equal(expected.FeatureCount, actual.FeatureCount);
        Assert.Equal(expected.ClassNames, actual.ClassNames);
        Assert.Equal(expected.Labels, actual.Labels);
        Assert.True(expected.Pixels.SequenceEqual(actual.Pixels));
    }

    // The message may have * for any text.
    static void AssertRefused(string message, Func<object> read)
    {
        var exception = Assert.ThrowsAny<MnistMlException>(read);
        Assert.Matches("^" + Regex.Escape(message).Replace("\\*", ".*") + "$", exception.Message);
    }

    static Dataset Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    static Dataset Read(byte[] file) => DatasetFile.Read(new MemoryStream(file), "test.csv");

    /// <summary>A file that gives a few bytes at a time, and may fail where it ends.</summary>
    sealed class TrickleStream(byte[] file, bool canSeek, Exception? failure = null) : MemoryStream(file)
    {
        public override bool CanSeek => canSeek;

        public override int Read(Span<byte> buffer)
        {
            var length = base.Read(buffer[..Math.Min(buffer.Length, 1 + (int)(Position % 5_000))]);
            return length == 0 && failure is not null ? throw failure : length;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Read(buffer.Span));
    }
}
