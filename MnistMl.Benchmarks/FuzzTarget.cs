using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using MnistMl.Data;
using MnistMl.Files;
using MnistMl.Images;
using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Training;
using MnistMl.Tuning;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace MnistMl.Benchmarks;

/// <summary>A reader that is given any bytes: it ends, or refuses them in a sentence that names the file.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Read">Reads an input; throws if it does not end as it should.</param>
/// <param name="Seeds">Makes inputs to begin with.</param>
sealed record FuzzTarget(string Name, Action<byte[]> Read, Func<IEnumerable<byte[]>> Seeds)
{
    const string FileName = "fuzzed";

    /// <summary>Larger images take longer, and show nothing that these do not.</summary>
    const int MaxPixels = 512, MaxWidth = 32;

    static readonly Search _search = new("rows.csv", 100, 20, "00000000", "--epochs 8 --seed 1", "--network");

    static readonly IReadOnlyList<int> _rungs = SuccessiveHalving.Rungs(8);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        // The first byte is of options, the rest the file.
        new("table", input => ReadData(input, [.. input.Skip(1)]), () => Plain(DataFuzzer.Table)),
        new("arff", input => ReadData(input, [.. input.Skip(1)]), () => Plain(DataFuzzer.Arff)),
        new("libsvm", input => ReadData(input, [.. input.Skip(1)]), () => Plain(DataFuzzer.Libsvm)),
        new("npz", input => ReadData(input, ZipOf(["x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy"], Parts([.. input.Skip(1)]))), () => Many(random =>
            Joined([.. Enumerable.Range(0, 2 * random.Next(1, 3)).Select(i => DataFuzzer.Npy(random, i % 2 == 0 ? [3, 2, 2] : [3]))], options: random.Next(64)))),
        new("idx", input => ReadData(input, ZipOf(["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"], Parts([.. input.Skip(1)]))), () => Many(random =>
            Joined([.. Enumerable.Range(0, 2 * random.Next(1, 3)).Select(i => Idx(random, i % 2 == 0 ? [3, 2, 2] : [3]))], options: random.Next(64)))),
        // Behind its checksums: names and contents of entries take turns.
        new("zip", input => Refusing(() => ModelZip.Read(new MemoryStream(ZipOf(Parts(input))), FileName)), () => Networks().Where(network => !network.HasMaxPooling).Select(Entries)),
        new("onnx", input => Refusing(() => ModelOnnx.Read(new MemoryStream(input), FileName)), () => Networks().Select(Onnx)),
        new("checkpoint", input => Refusing(() => Checkpoint.Read([.. Checkpoint.Magic, .. SHA256.HashData(input), .. input], FileName)), () => Checkpoints()),
        new("trials", ReadTrials, () => Trials().Select(Encoding.UTF8.GetBytes)),
        new("image", ReadImage, () => Pictures()),
        // The first byte is the width.
        new("digits", FindDigits, () => Many(Strokes)),
    ];

    /// <summary>The target of a name.</summary>
    /// <exception cref="MnistMlException">There is none.</exception>
    public static FuzzTarget Named(string name) => All.FirstOrDefault(target => target.Name == name)
        ?? throw new MnistMlException($"There is no target '{name}'. Targets are {string.Join(", ", All.Select(target => target.Name))}.");

    /// <summary>Inputs that were found to take all branches that were ever taken; none if none are kept.</summary>
    public static IReadOnlyList<byte[]> Kept(string name)
    {
        var file = Path.Join(AppContext.BaseDirectory, "fuzzing", "corpus", $"{name}.gz");
        if (!File.Exists(file))
            return [];
        using var unzipped = new MemoryStream();
        using (var gzip = new GZipStream(File.OpenRead(file), CompressionMode.Decompress))
            gzip.CopyTo(unzipped);
        return Parts(unzipped.ToArray());
    }

    /// <summary>What <see cref="Kept"/> reads.</summary>
    public static byte[] Packed(IEnumerable<byte[]> inputs)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.SmallestSize))
            gzip.Write(Joined([.. inputs]));
        return zipped.ToArray();
    }

    static void Refusing(Action read)
    {
        try
        {
            read();
        }
        catch (MnistMlException refusal) when (refusal.Message.Contains(FileName, StringComparison.Ordinal))
        {
            // As it should be.
        }
    }

    static void ReadData(byte[] input, byte[] file) => Refusing(() =>
    {
        var options = input.FirstOrDefault();
        using var stream = (options & 4) == 0 ? new MemoryStream(file) : DataFuzzer.ForwardOnly(file);
        var source = DataSource.Open(stream, FileName);
        var columns = new TableOptions { LabelColumn = (options & 8) == 0 ? null : "last", SparseFeatureCount = (options & 16) == 0 ? null : 9 };
        var read = (options & 3) switch
        {
            0 or 1 => source.ReadTraining(columns),
            2 => source.ReadTest(columns),
            _ => source.ReadForPrediction((options >> 5) + 1),
        };
        if (read.Dataset.RowCount != read.Description.RowCount || read.Dataset.RowCount == 0 || !read.Description.Sentences.All(sentence => sentence.EndsWith('.')))
            throw new InvalidOperationException("The description is of something else.");
    });

    static void ReadTrials(byte[] input)
    {
        var path = Path.Join(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"{FileName}-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}");
        try
        {
            File.WriteAllBytes(path, input);
            Refusing(() =>
            {
                using var log = new TrialLog(path, _search, _rungs);
                if (!double.IsFinite(log.Seconds) || log.Trials.Any(trial => !_rungs.Contains(trial.Epochs)))
                    throw new InvalidOperationException("A trial is none.");
            });
        }
        finally
        {
            File.Delete(path);
        }
    }

    static void ReadImage(byte[] input)
    {
        try
        {
            PictureDecoder.Read(new MemoryStream(input), FileName, MaxPixels);
        }
        catch (InvalidDataException refusal) when (refusal.Message.StartsWith(FileName, StringComparison.Ordinal))
        {
            // As it should be.
        }
    }

    static void FindDigits(byte[] input)
    {
        if (input.Length < 2)
            return;
        var width = Math.Min(input[0] % MaxWidth + 1, input.Length - 1);
        var height = Math.Min((input.Length - 1) / width, MaxPixels / width);
        var picture = new Picture([.. input.Skip(1).Take(width * height).SelectMany(pixel => (byte[])[pixel, pixel, pixel])], width, height);
        IEnumerable<byte[]?> found =
            [MnistForm.Of(picture).Pixels, .. NumberForm.Of(picture, pixels => pixels[pixels.Length / 2] / 255f).Digits.Select(digit => digit.Pixels)];
        if (found.Any(pixels => pixels is not (null or { Length: MnistForm.Side * MnistForm.Side })))
            throw new InvalidOperationException("The image has another size.");
    }

    static IEnumerable<byte[]> Many(Func<Random, byte[]> make) => Enumerable.Range(0, 50).Select(seed => make(new Random(seed)));

    static IEnumerable<byte[]> Plain(Func<Random, byte[]> make) => Many(random => [(byte)random.Next(256), .. make(random)]);

    static byte[] Idx(Random random, int[] sizes)
    {
        var type = (byte)(8 + random.Next(7));
        var header = new byte[4 + 4 * sizes.Length];
        (header[2], header[3]) = (type, (byte)sizes.Length);
        for (var i = 0; i < sizes.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * i), sizes[i]);
        return [.. header, .. new byte[sizes.Aggregate(1, (product, size) => product * size) * type switch { 8 or 9 => 1, 0xB => 2, 0xE => 8, _ => 4 }]];
    }

    /// <summary>Several files in one input: the length of each in two bytes, and its bytes.</summary>
    static List<byte[]> Parts(ReadOnlySpan<byte> input)
    {
        var parts = new List<byte[]>();
        while (input.Length >= 2)
        {
            var length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(input), input.Length - 2);
            parts.Add(input.Slice(2, length).ToArray());
            input = input[(2 + length)..];
        }
        return parts;
    }

    static byte[] Joined(IReadOnlyList<byte[]> parts, int? options = null) =>
    [
        .. options is { } given ? [(byte)given] : (byte[])[], .. parts.SelectMany(part => (byte[])[(byte)part.Length, (byte)(part.Length >> 8), .. part]),
    ];

    static byte[] ZipOf(string[] names, List<byte[]> contents) => ZipOf([.. contents.Take(names.Length).Index().SelectMany(part => (byte[][])[Encoding.UTF8.GetBytes(names[part.Index]), part.Item])]);

    static byte[] ZipOf(List<byte[]> namesAndContents)
    {
        var zipped = new MemoryStream();
        using (var zip = new ZipArchive(zipped, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in namesAndContents.Chunk(2))
            {
                var name = Encoding.UTF8.GetString(entry[0].AsSpan(0, Math.Min(entry[0].Length, 200)));
                using var stream = zip.CreateEntry(name.Length > 0 ? name : "none", CompressionLevel.NoCompression).Open();
                stream.Write(entry[^1]);
            }
        }
        return zipped.ToArray();
    }

    static IEnumerable<TrainedNetwork> Networks()
    {
        (string Layers, int FeatureCount)[] forms =
            [("none", 3), ("2", 4), ("3, 2", 2), ("9", 3), ("conv 2 2x2 +1, average 2x2, dense 3", 16), ("conv 1 2x2, max 2x2", 25), ("conv 3 8x8, dense 4", 81)];
        foreach (var (layers, featureCount) in forms)
        {
            yield return FeedForwardNetwork.Create(new double[featureCount], NetworkParser.Parse(layers), 2, new Random(1))
                .ToTrained(["one", "zwölf"], [.. Enumerable.Repeat(1 / 255f, featureCount)]);
        }
    }

    static byte[] Onnx(TrainedNetwork network)
    {
        using var file = new MemoryStream();
        ModelOnnx.Write(network, file);
        return file.ToArray();
    }

    static byte[] Entries(TrainedNetwork network)
    {
        using var file = new MemoryStream();
        ModelZip.Write(network, file);
        using var zip = new ZipArchive(file);
        return Joined([.. zip.Entries.SelectMany(entry =>
        {
            using var content = new MemoryStream();
            using var stream = entry.Open();
            stream.CopyTo(content);
            return (byte[][])[Encoding.UTF8.GetBytes(entry.FullName), content.ToArray()];
        })]);
    }

    static IEnumerable<byte[]> Checkpoints()
    {
        var pixels = new byte[12 * 16];
        new Random(1).NextBytes(pixels);
        var rows = new Dataset(pixels, Enumerable.Range(0, 12).Select(row => row % 2).ToArray(), 16, ["a", "b"], PixelRange.Bytes);
        using var folder = new TemporaryFolder();
        TrainingOptions options = new() { HiddenLayers = [2], Epochs = 3, BatchSize = 5, CheckpointPath = folder.Path("checkpoint"), CheckpointInterval = TimeSpan.Zero };
        TrainingOptions[] trainings =
        [
            options, options with { EnsembleSize = 2 }, options with { EmaDecay = 0.9, Patience = 1 }, options with { HiddenLayers = NetworkParser.Parse("conv 2 2x2 bn, max 2x2") },
        ];
        foreach (var training in trainings)
        {
            Trainer.Train(rows, training.Patience > 0 ? rows : null, training);
            foreach (var file in Directory.GetFiles(folder.Path("")))
                yield return File.ReadAllBytes(file)[(Checkpoint.Magic.Length + SHA256.HashSizeInBytes)..];
        }
    }

    static IEnumerable<string> Trials()
    {
        const string header = """{"data":"rows.csv","trainRows":100,"validationRows":20,"checksum":"00000000","start":"--epochs 8 --seed 1","searched":"--network"}""";
        const string done = """{"settings":"a","epochs":1,"seconds":1.5,"accuracy":0.5,"loss":0.25}""", failed = """{"settings":"b","epochs":8,"seconds":0,"failure":"It \"failed\"."}""";
        return ["", header[..30], header, $"{header}\n", $"{header}\n{done}\n{failed}\n", $"{header}\n{done}\n{failed[..20]}", $"{header.Replace("100", "99", StringComparison.Ordinal)}\n{done}\n"];
    }

    /// <summary>Dark lines on light paper.</summary>
    static byte[] Strokes(Random random)
    {
        var (width, height) = (random.Next(4, MaxWidth), random.Next(4, 20));
        var pixels = new byte[width * height];
        Array.Fill(pixels, (byte)random.Next(180, 256));
        for (var strokes = random.Next(5); strokes > 0; strokes--)
        {
            var (x, y, dx, dy) = (random.Next(width), random.Next(height), random.Next(-1, 2), random.Next(-1, 2));
            for (var length = random.Next(height); length > 0 && x >= 0 && x < width && y >= 0 && y < height; length--, x += dx, y += dy)
                pixels[y * width + x] = 20;
        }
        return [(byte)(width - 1), .. pixels];
    }

    static IEnumerable<byte[]> Pictures()
    {
        foreach (var side in (int[])[8, 20])
        {
            using var image = new Image<Rgba32>(side, side, new Rgba32(240, 230, 220));
            for (var y = side / 4; y < side * 3 / 4; y++)
            {
                for (var x = side / 2; x < side / 2 + 3; x++)
                    image[x, y] = new Rgba32(20, 30, 60);
            }
            Action<Stream>[] formats =
            [
                image.SaveAsPng, image.SaveAsJpeg, image.SaveAsBmp, image.SaveAsGif, image.SaveAsWebp, image.SaveAsTiff, image.SaveAsPbm, image.SaveAsTga,
            ];
            foreach (var save in formats)
            {
                using var file = new MemoryStream();
                save(file);
                yield return file.ToArray();
            }
            using var gray = image.CloneAs<L8>();
            using var png = new MemoryStream();
            gray.SaveAsPng(png);
            yield return png.ToArray();
        }
    }
}
