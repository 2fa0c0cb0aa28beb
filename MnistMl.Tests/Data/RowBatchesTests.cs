using System.IO.Compression;
using System.Text;
using MnistMl.Data;

namespace MnistMl.Tests.Data;

/// <summary>Rows to predict as they come: what is handed out when, and that it is what reading the whole file gives.</summary>
public class RowBatchesTests
{
    const int Features = 4;

    static readonly TableOptions _options = new() { FeatureCount = Features };

    [Theory]
    [InlineData("", "9,2,3,4\n", "5,6,7,8\n")]
    [InlineData("p1,p2,p3,p4\n", "9,2,3,4\n", "5,6,7,8\n")]
    [InlineData("label,p1,p2,p3,p4\n", ",9,2,3,4\n", "seven,5,6,7,8\n")]
    [InlineData("", ",9,2,3,4\n", ",5,6,7,8\n")]
    [InlineData("", "ink,9,2,3,4\n", "paper,5,6,7,8\n")]
    [InlineData("sep=;\n# pixels\n", "9;2;3;4\n", "5;6;7;8\n")]
    [InlineData("\n", "9 2 3 4\r\n", "5 6 7 8\r\n")]
    public void A_row_is_handed_out_before_the_next_has_come(string before, string first, string second)
    {
        using var stream = new LiveStream(before, first, second);
        using var batches = RowBatches.Read(stream, "test", _options).GetEnumerator();

        stream.Release(2);
        Assert.True(batches.MoveNext());
        Assert.Equal([9, 2, 3, 4], Values(batches.Current));
        stream.Release(1);
        Assert.True(batches.MoveNext());
        Assert.Equal([5, 6, 7, 8], Values(batches.Current));
        stream.Release(1);
        Assert.False(batches.MoveNext());
    }

    [Fact]
    public void Where_either_end_may_be_the_label_more_rows_are_waited_for()
    {
        var lines = Enumerable.Range(0, 100).Select(row => $"{row % 3},{row % 251},{row % 241},{row % 239},{row * 7 % 256}\n").ToArray();
        using var stream = new LiveStream([.. lines, "no end"]);
        using var batches = RowBatches.Read(stream, "test", _options).GetEnumerator();

        // A row too few, and there would be nothing but the error at the end.
        stream.Release(100);
        Assert.True(batches.MoveNext());
        Assert.Equal(100, batches.Current.RowCount);
        Assert.Equal([1, 1, 1, 7], Values(batches.Current)[4..8]);
    }

    [Fact]
    public void An_endless_stream_is_read_no_further_ahead_than_a_buffer()
    {
        const int rows = 2_000_000, maxAhead = 9 << 20;
        using var stream = new EndlessStream("9,2,3,4\n"u8.ToArray());
        var (count, isBounded) = (0L, true);
        foreach (var batch in RowBatches.Read(stream, "test", _options))
        {
            count += batch.RowCount;
            isBounded &= batch.RowCount <= RowBatches.MaxRows && stream.BytesRead - 8 * count <= maxAhead;
            if (count >= rows)
                break;
        }

        Assert.True(isBounded);
    }

    [Fact]
    public void Large_images_make_small_batches()
    {
        const int side = 1024;
        var line = string.Join(',', Enumerable.Repeat("7", side * side)) + "\n";
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(line, 6))));

        var sizes = RowBatches.Read(stream, "test", new TableOptions { FeatureCount = side * side }).Select(batch => batch.RowCount).ToArray();

        Assert.All(sizes, size => Assert.InRange(size, 1, RowBatches.MaxPixels / (side * side)));
        Assert.Equal(6, sizes.Sum());
    }

    [Theory]
    [InlineData("class,p1,p2,p3,p4\n")]
    [InlineData("p2,p1,p3,p4\n")]
    [InlineData("")]
    public void Rows_are_those_of_the_whole_file_wherever_reading_stops(string header)
    {
        var label = header.StartsWith('c') ? "x," : "";
        var text = header + string.Concat(Enumerable.Range(0, 9000).Select(row => $"{label}{row % 200},{row % 3},{row % 256},0{(row % 2 == 0 ? "\r" : "")}\n"));
        var expected = DatasetFile.ReadForPrediction(new MemoryStream(Encoding.UTF8.GetBytes(text)), "test", Features).Pixels.ToArray();
        foreach (var bytesAtOnce in (int[])[1, 7, 1000, 1 << 20])
        {
            using var stream = new LiveStream(text.Chunk(bytesAtOnce).Select(part => new string(part)).ToArray());
            stream.Release(int.MaxValue);
            var values = RowBatches.Read(stream, "test", _options).SelectMany(Values).ToArray();

            Assert.Equal(expected.Select(pixel => (float)pixel), values);
        }
    }

    [Fact]
    public void Values_that_are_no_bytes_are_floats_from_there_on()
    {
        Assert.Equal([9, 2, 3, 4, -1, 0.5f, 0, 1e6f, 0, 0, 0, 1], ValuesOf("9,2,3,4\n-1,0.5,0,1e6\n0,0,0,1\n"));
        Assert.Equal([0.5f, 1, 0, 0, 1, 0, 0, 0.25f], ValuesOf("p2,p1,p3,p4\n1,0.5,0,0\n0,1,0,0.25\n"));
    }

    [Theory]
    [InlineData("9,2,3,4\n5,6,7,8\n1,2,3\n9,2,3,4\n", "test, line 3: found 3 columns, expected 4")]
    [InlineData("9,2,3,4\n5,6,7,8\n1,x,3,4\n", "test, line 3, column 2: found 'x', expected a number.")]
    [InlineData("9,2,3,4\n5,6,7,8\n1,,3,4\n", "test, line 3, column 2: the value is missing.")]
    [InlineData("9,2,3,4\n5,6,7,8\n1,256,3,4\n9,2,3,4\n", "test, line 3, column 2: '256' is out of range")]
    [InlineData("9,2,3,4\n5,6,7,8\n1,-1,3,4\n", "test, line 3, column 2: '-1' is out of range")]
    [InlineData("9,2,3,4\n5,6,7,8\n1,2,3.5,4\n", "test, line 3, column 3: found '3.5'")]
    public void The_rows_before_a_line_that_is_wrong_are_handed_out(string text, string message)
    {
        var values = new List<float>();

        var wrong = Assert.Throws<MnistMlException>(() =>
        {
            foreach (var batch in RowBatches.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "test", _options))
                values.AddRange(Values(batch));
        });

        Assert.StartsWith(message, wrong.Message, StringComparison.Ordinal);
        Assert.Equal([9, 2, 3, 4, 5, 6, 7, 8], values);
    }

    [Theory]
    [InlineData("", "test is empty.")]
    [InlineData("\n \n", "test is empty.")]
    [InlineData("# nothing\n", "test has no rows.")]
    [InlineData("p1,p2,p3,p4\n", "test has a header, but no rows.")]
    [InlineData("1,2,3\n", "test, line 1: found 3 columns; expected 4 pixels")]
    [InlineData("%!PS-Adobe\n", "test is not a CSV file")]
    public void What_has_no_rows_is_refused(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<MnistMlException>(() => ValuesOf(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_damaged_behind_the_rows_that_tell_its_columns_is_said_to_be()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Join(folder.Path, "damaged.csv.gz");
        using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        {
            // Five numbers a row, four of them pixels: the ends are the same in all rows, so that all of the file is looked at.
            var random = new Random(1);
            for (var row = 0; row < 200_000; row++)
                gzip.Write(Encoding.UTF8.GetBytes($"0,{random.Next(256)},{random.Next(256)},{random.Next(256)},0\n"));
        }
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);

        var thrown = Assert.Throws<MnistMlException>(() =>
            DataSource.Open(path).ReadLines(new TableOptions { FeatureCount = 4 }, new ImageTransform(Invert: false, Transpose: false), CancellationToken.None)!.Count());
        Assert.Equal($"{path} is damaged or incomplete: it cannot be unzipped. Get it once more.", thrown.Message);
    }

    [Fact]
    public void Waiting_can_be_cancelled()
    {
        using var stream = new LiveStream("9,2,3,4\n", "no end");
        using var cancellation = new CancellationTokenSource();
        using var batches = RowBatches.Read(stream, "test", _options, cancellation: cancellation.Token).GetEnumerator();
        stream.Release(1);
        Assert.True(batches.MoveNext());

        cancellation.CancelAfter(10);
        Assert.Throws<OperationCanceledException>(() => batches.MoveNext());
    }

    [Fact]
    public void A_data_set_comes_in_batches_of_its_values()
    {
        var pixels = Enumerable.Range(0, 10_000 * Features).Select(i => (byte)i).ToArray();
        var range = new PixelRange(-1, 1 / 127.5, 255);
        var expected = range.Values();

        var bytes = RowBatches.Of(new Dataset(pixels, default, Features, [])).ToArray();
        Assert.Equal([4096, 4096, 1808], bytes.Select(batch => batch.RowCount));
        Assert.Equal(pixels.Select(pixel => (float)pixel), bytes.SelectMany(Values));
        Assert.Equal(
            pixels.Select(pixel => expected[pixel]),
            RowBatches.Of(new Dataset(pixels, default, Features, [], range)).SelectMany(Values));
    }

    [Theory]
    [InlineData("0,255,3,4\n5,6,7,8\n")]
    [InlineData("0,16,3,4\n5,6,7,8\n")]
    [InlineData("0,1,0.5,0.25\n0,0,0,0\n")]
    [InlineData("-1,1,0.5,0.25\n0,0,0,0\n")]
    public void They_are_transformed_as_a_data_set_is(string text)
    {
        foreach (var transform in (ImageTransform[])[new(true, false), new(false, true), new(true, true), ImageTransform.None])
        {
            var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
            var whole = RowBatches.Of(transform.Apply(DatasetFile.ReadForPrediction(stream, "test", Features)));
            stream.Position = 0;
            var batches = RowBatches.Read(stream, "test", _options, transform);

            foreach (var (expected, actual) in whole.SelectMany(Values).Zip(batches.SelectMany(Values)))
                Assert.Equal(expected, actual, 0.005f);
        }
    }

    [Fact]
    public void Rows_of_bytes_are_inverted_in_the_range_that_is_told() => Assert.Equal(
        [255, 254, 253, 251],
        RowBatches.Read(new MemoryStream("0,1,2,4\n"u8.ToArray()), "test", _options, new ImageTransform(true, false, PixelRange.Bytes)).SelectMany(Values));

    static float[] ValuesOf(string text) =>
        [.. RowBatches.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "test", _options).SelectMany(Values)];

    static float[] Values(RowBatch batch) => batch.AreBytes ? [.. batch.Bytes.ToArray().Select(value => (float)value)] : batch.Floats.ToArray();

    /// <summary>A pipe whose other end sends its parts when it is told to. What is not sent in a minute is an error.</summary>
    sealed class LiveStream(params string[] parts) : ForwardStream
    {
        readonly object _gate = new();
        long _released;
        int _next;

        /// <summary>Sends some more parts; the end counts as one.</summary>
        public void Release(int count)
        {
            lock (_gate)
            {
                _released += count;
                Monitor.PulseAll(_gate);
            }
        }

        public override int Read(Span<byte> buffer)
        {
            lock (_gate)
            {
                while (_released <= _next)
                {
                    if (!Monitor.Wait(_gate, TimeSpan.FromMinutes(1)))
                        throw new IOException("No row was handed out, and so none is sent.");
                }
                if (_next == parts.Length)
                    return 0;
                // Of what does not fit, the rest comes next.
                var length = Math.Min(parts[_next].Length, buffer.Length);
                Encoding.Latin1.GetBytes(parts[_next].AsSpan(0, length), buffer);
                parts[_next] = parts[_next][length..];
                if (parts[_next].Length == 0)
                    _next++;
                return length == 0 ? Read(buffer) : length;
            }
        }
    }

    sealed class EndlessStream(byte[] line) : ForwardStream
    {
        long _bytesRead;

        public long BytesRead => Interlocked.Read(ref _bytesRead);

        public override int Read(Span<byte> buffer)
        {
            for (var i = 0; i < buffer.Length; i++)
                buffer[i] = line[(_bytesRead + i) % line.Length];
            Interlocked.Add(ref _bytesRead, buffer.Length);
            return buffer.Length;
        }
    }
}
