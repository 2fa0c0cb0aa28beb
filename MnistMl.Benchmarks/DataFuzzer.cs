using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using MnistMl.Data;

namespace MnistMl.Benchmarks;

/// <summary>
/// Reads damaged data files. Each input is a small file of a format, changed in a few places; it must end in rows or in one
/// <see cref="MnistMlException"/> that names the file. An input follows from seed and number alone.
/// </summary>
static class DataFuzzer
{
    const string FileName = "fuzzed";

    static readonly (string Reader, Func<Random, byte[]> Make)[] _readers =
    [
        ("table", random => Packed(random, Mutated(random, Table(random)))),
        ("arff", random => Packed(random, Mutated(random, Arff(random)))),
        ("libsvm", random => Packed(random, Mutated(random, Libsvm(random)))),
        ("npy", random => Packed(random, Mutated(random, Npy(random, [random.Next(1, 6), random.Next(1, 5), random.Next(1, 5)])))),
        ("npz", Npz),
        ("idx", Idx),
        ("zip", Zip),
    ];

    static readonly byte[][] _tokens =
    [
        .. new[]
        {
            "@data\n", "@attribute a numeric\n", "@attribute b {x,'y z'}\n", "@relation", "{", "}", "{0 1, 2 3}", "'", "\"", "%", "?", "nan", "-inf",
            "1e999", "1e-999", "-1", "256", "0.5", "4294967295", "2147483648", "9223372036854775808", "1048676", ":", "0:1", "784:1", "qid:3", "#",
            "# zero-based", "# one-based", ",", ";", "\t", " ", "\n", "\r\n", "label", "class", "sep=;", "'descr': '|O'", "<U99999999", "|S3", ">f2", "True",
            "False", "(", ")", "(4294967295,)", "(99999999999, 1)", "x_train.npy", "y_train.npy", "\u00e9", "\ufeff",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0], [0x7F, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0x80], [0xFF, 0xFE], [0xFE, 0xFF], [0x1F, 0x8B, 8], [0x50, 0x4B, 1, 2],
        [0x50, 0x4B, 3, 4], [0, 0, 8, 3], [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0],
    ];

    /// <summary>The readers that can be tried.</summary>
    public static IEnumerable<string> Readers => _readers.Select(reader => reader.Reader);

    /// <summary>What became of inputs.</summary>
    /// <param name="Rows">How many were read.</param>
    /// <param name="Refused">How many were refused as they should be.</param>
    /// <param name="Failures">The first inputs that ended otherwise: their numbers, and how.</param>
    /// <param name="MaxSeconds">The most time of the processor that one took, in all threads of the process.</param>
    /// <param name="MaxBytes">The most memory that was allocated for one, by all threads of the process.</param>
    public sealed record Outcome(long Rows, long Refused, IReadOnlyList<string> Failures, double MaxSeconds, long MaxBytes);

    /// <summary>Tries a reader.</summary>
    /// <param name="reader">One of <see cref="Readers"/>.</param>
    /// <param name="first">The number of the first input.</param>
    /// <param name="count">Number of inputs.</param>
    public static Outcome Run(string reader, long first, long count)
    {
        const int maxFailures = 10;
        var (rows, refused, maxSeconds, maxBytes) = (0L, 0L, 0.0, 0L);
        var failures = new List<string>();
        for (var number = first; number < first + count && failures.Count < maxFailures; number++)
        {
            var (file, random) = Input(reader, number);
            // Not time on the clock: the machine may have other things to do.
            var (start, before) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
            try
            {
                Read(file, random);
                rows++;
            }
            catch (MnistMlException refusal) when (refusal.Message.Contains(FileName, StringComparison.Ordinal))
            {
                refused++;
            }
            catch (Exception e)
            {
                failures.Add($"{reader} {number}: {e}");
            }
            maxSeconds = Math.Max(maxSeconds, (Environment.CpuUsage.TotalTime - start).TotalSeconds);
            maxBytes = Math.Max(maxBytes, GC.GetTotalAllocatedBytes() - before);
        }
        return new(rows, refused, failures, maxSeconds, maxBytes);
    }

    /// <summary>The input of a number.</summary>
    static (byte[] File, Random Random) Input(string reader, long number)
    {
        var random = new Random(HashCode(reader, number));
        return (_readers.First(known => known.Reader == reader).Make(random), random);
    }

    static int HashCode(string reader, long number) =>
        unchecked((int)(reader.Aggregate((ulong)number * 0x9E3779B97F4A7C15UL, (hash, letter) => (hash ^ letter) * 0x100000001B3UL) >> 32));

    static void Read(byte[] file, Random random)
    {
        using var stream = random.Next(4) == 0 ? ForwardOnly(file) : new MemoryStream(file);
        var source = DataSource.Open(stream, FileName);
        var options = new TableOptions { LabelColumn = random.Next(4) == 0 ? "last" : null, SparseFeatureCount = random.Next(4) == 0 ? 9 : null };
        // An array alone has no labels.
        var read = random.Next(file is [0x93, ..] ? 1 : 8) switch
        {
            0 => source.ReadForPrediction(random.Next(1, 17)),
            < 3 => source.ReadTest(options),
            _ => source.ReadTraining(options),
        };
        if (read.Dataset.RowCount != read.Description.RowCount || read.Dataset.RowCount == 0 || !read.Description.Sentences.All(sentence => sentence.EndsWith('.')))
            throw new InvalidOperationException("The description is of something else.");
    }

    /// <summary>Fuzzes readers for the command line: <c>fuzz [COUNT] [READER…]</c>. Prints a line of Markdown for each.</summary>
    public static int Run(string[] arguments)
    {
        var count = arguments.Length > 0 ? long.Parse(arguments[0], NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : 1_000_000;
        var readers = arguments.Length > 1 ? arguments[1..] : [.. Readers];
        Console.WriteLine("| reader | inputs | read | refused | other ends | longest, ms | most memory, MB |\n|---|---:|---:|---:|---:|---:|---:|");
        var failed = false;
        foreach (var reader in readers)
        {
            var (rows, refused, failures, seconds, bytes) = Run(reader, 0, count);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {reader} | {rows + refused + failures.Count:N0} | {rows:N0} | {refused:N0} | {failures.Count} | {1e3 * seconds:F0} | {bytes / 1e6:F1} |"));
            foreach (var failure in failures)
                Console.Error.WriteLine(failure);
            failed |= failures.Count > 0;
        }
        return failed ? 1 : 0;
    }

    static byte[] Mutated(Random random, byte[] file)
    {
        var bytes = file.ToList();
        for (var changes = random.Next(3) == 0 ? random.Next(8) : random.Next(2); changes > 0; changes--)
        {
            var place = random.Next(bytes.Count + 1);
            var length = random.Next(Math.Min(16, bytes.Count - place) + 1);
            var token = _tokens[random.Next(_tokens.Length)];
            switch (random.Next(9))
            {
                case 0: bytes.InsertRange(place, token); break;
                case 1: bytes.RemoveRange(place, length); break;
                case 2: bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(place, length)); break;
                case 3 when random.Next(4) == 0: bytes.RemoveRange(place, bytes.Count - place); break;
                case 4 when place < bytes.Count: bytes[place] ^= (byte)(1 << random.Next(8)); break;
                case 5 when place < bytes.Count: bytes[place] = (byte)random.Next(256); break;
                case 6:
                    bytes.RemoveRange(place, Math.Min(token.Length, bytes.Count - place));
                    bytes.InsertRange(place, token);
                    break;
                case 7 when place < bytes.Count: bytes[place] += (byte)random.Next(-2, 3); break;
            }
        }
        return [.. bytes];
    }

    static byte[] Packed(Random random, byte[] file) => random.Next(8) == 0 ? Mutated(random, Zipped(file)) : random.Next(7) == 0 ? Zipped(file) : file;

    static byte[] Zipped(byte[] file)
    {
        var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest))
            gzip.Write(file);
        return zipped.ToArray();
    }

    /// <summary>A file as it comes through a pipe.</summary>
    public static Stream ForwardOnly(byte[] file)
    {
        var zipped = new MemoryStream();
        using (var deflate = new DeflateStream(zipped, CompressionLevel.NoCompression, leaveOpen: true))
            deflate.Write(file);
        zipped.Position = 0;
        return new BufferedStream(new DeflateStream(zipped, CompressionMode.Decompress));
    }

    /// <summary>Makes numbers as a file has them: bytes, or floats of some range.</summary>
    static Func<string> Numbers(Random random)
    {
        var kind = random.Next(5);
        return () => (random.Next(3) == 0 ? 0 : kind) switch
        {
            0 => "0",
            1 => random.NextDouble().ToString("0.###", CultureInfo.InvariantCulture),
            2 => (random.NextDouble() * 2 - 1).ToString("E3", CultureInfo.InvariantCulture),
            _ => $"{random.Next(256)}",
        };
    }

    static string Label(Random random, bool words) => words ? "abc"[random.Next(3)].ToString() : $"{random.Next(4)}";

    /// <summary>A small table.</summary>
    public static byte[] Table(Random random)
    {
        var (rows, pixels, separator) = (random.Next(1, 8), random.Next(1, 12), ",;\t "[random.Next(4)]);
        var (words, number) = (random.Next(3) == 0, Numbers(random));
        var lines = Enumerable.Range(0, rows).Select(_ => string.Join(separator, Enumerable.Range(0, pixels).Select(_ => number()).Prepend(Label(random, words))));
        if (random.Next(2) == 0)
            lines = lines.Prepend(string.Join(separator, Enumerable.Range(0, pixels).Select(pixel => $"pixel{pixel}").Prepend("label")));
        return Encoded(random, string.Join('\n', lines) + "\n");
    }

    /// <summary>A small ARFF file.</summary>
    public static byte[] Arff(Random random)
    {
        var (rows, pixels, number) = (random.Next(1, 8), random.Next(1, 12), Numbers(random));
        var text = new StringBuilder("% comment\n@RELATION mnist\n");
        for (var pixel = 0; pixel < pixels; pixel++)
            text.Append(CultureInfo.InvariantCulture, $"@ATTRIBUTE {(random.Next(8) == 0 ? "'a b'" : "pixel")}{pixel} {(random.Next(9) == 0 ? "string" : "real")}\n");
        text.Append("@ATTRIBUTE class {a,'b',c}\n@DATA\n");
        var isSparse = random.Next(2) == 0;
        for (var row = 0; row < rows; row++)
        {
            var values = Enumerable.Range(0, pixels).Select(_ => number()).Append(Label(random, words: true)).ToArray();
            text.Append(isSparse
                ? $"{{{string.Join(", ", values.Index().Where(value => value.Item != "0").Select(value => $"{value.Index} {value.Item}"))}}}\n"
                : string.Join(',', values) + "\n");
        }
        return Encoded(random, text.ToString());
    }

    /// <summary>A small libsvm file.</summary>
    public static byte[] Libsvm(Random random)
    {
        var (rows, pixels, first, number) = (random.Next(1, 8), random.Next(1, 30), random.Next(2), Numbers(random));
        var lines = Enumerable.Range(0, rows).Select(_ => string.Join(' ', Enumerable.Range(first, pixels).Where(_ => random.Next(3) == 0)
            .Select(index => $"{index}:{number()}").Prepend(random.Next(6) == 0 ? "+1" : Label(random, words: false))));
        return Encoded(random, string.Join('\n', lines) + "\n");
    }

    static byte[] Encoded(Random random, string text) =>
        random.Next(10) == 0 ? [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(text)] : Encoding.UTF8.GetBytes(text);

    /// <summary>A small array of NumPy's.</summary>
    public static byte[] Npy(Random random, int[] sizes)
    {
        string[] types = ["|u1", "|u1", "<i4", ">i2", "<f4", ">f8", "<f2", "<i8", "|b1", "|S2", "<U2", "|O"];
        var type = types[random.Next(types.Length)];
        var count = sizes.Aggregate(1, (product, size) => product * size);
        var size = type[^1] - '0';
        var data = new byte[count * (type[1] == 'U' ? 4 * size : type[1] == 'O' ? 8 : size)];
        if (random.Next(2) == 0)
            random.NextBytes(data);
        var shape = string.Join(", ", sizes) + (sizes.Length == 1 ? "," : "");
        var header = $"{{'descr': '{type}', 'fortran_order': {(random.Next(4) == 0 ? "True" : "False")}, 'shape': ({shape}), }}\n";
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        return [0x93, .. "NUMPY"u8, 1, 0, .. length, .. Encoding.Latin1.GetBytes(header), .. data];
    }

    static byte[] Npz(Random random)
    {
        var (rows, height) = (random.Next(1, 6), random.Next(1, 5));
        string[] names = random.Next(5) switch
        {
            0 => ["x", "y"],
            1 => ["arr_0", "arr_1"],
            2 => ["train_images", "train_labels", "test_images", "test_labels"],
            _ => ["x_train", "y_train", "x_test", "y_test"],
        };
        return Packed(random, ZipOf(random, names.Index().Select(name => (
            $"{name.Item}.npy", Mutated(random, name.Index % 2 == 0 ? Npy(random, [rows, height, 2]) : Npy(random, random.Next(3) == 0 ? [rows, 1] : [rows]))))));
    }

    static byte[] Idx(Random random)
    {
        var (rows, height) = (random.Next(1, 6), random.Next(1, 5));
        byte[] types = [8, 8, 8, 8, 9, 0xB, 0xC, 0xD, 0xE];
        byte[] Array(int[] sizes)
        {
            var type = types[random.Next(types.Length)];
            var header = new byte[4 + 4 * sizes.Length];
            (header[2], header[3]) = (type, (byte)sizes.Length);
            for (var i = 0; i < sizes.Length; i++)
                BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * i), sizes[i]);
            var values = new byte[sizes.Aggregate(1, (product, size) => product * size) * type switch { 8 or 9 => 1, 0xB => 2, 0xE => 8, _ => 4 }];
            if (random.Next(2) == 0)
                random.NextBytes(values);
            return Packed(random, Mutated(random, [.. header, .. values]));
        }
        return random.Next(4) == 0 ? Array([rows, height, 3]) : ZipOf(random,
        [
            ("mnist/train-images-idx3-ubyte", Array([rows, height, 3])), ("mnist/train-labels-idx1-ubyte.gz", Array([rows])),
            ("mnist/t10k-images.idx3-ubyte", Array([rows, height, 3])), ("mnist/t10k-labels.idx1-ubyte", Array(random.Next(3) == 0 ? [rows, 8] : [rows])),
        ]);
    }

    static byte[] Zip(Random random)
    {
        byte[] File() => random.Next(5) switch
        {
            0 => Arff(random),
            1 => Libsvm(random),
            2 => Npz(random),
            3 => Zipped(Table(random)),
            _ => Table(random),
        };
        var files = Enumerable.Range(0, random.Next(8) == 0 ? 2 : 1).Select(number => ($"data{number}.csv", File())).ToList();
        if (random.Next(4) == 0)
            files.Add(("README.md", "text"u8.ToArray()));
        return Packed(random, Mutated(random, ZipOf(random, files)));
    }

    static byte[] ZipOf(Random random, IEnumerable<(string Name, byte[] File)> files)
    {
        var zipped = new MemoryStream();
        using (var zip = new ZipArchive(zipped, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, file) in files)
            {
                using var entry = zip.CreateEntry(name, random.Next(2) == 0 ? CompressionLevel.Fastest : CompressionLevel.NoCompression).Open();
                entry.Write(file);
            }
        }
        return zipped.ToArray();
    }
}
