using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace MnistMl.Data;

/// <summary>Writes data sets as arrays of images and of labels: as IDX files, as MNIST was published, or as an NPZ, as Keras has it.</summary>
static class ArrayWriter
{
    /// <summary>The oldest date that a zip can have: the same rows give the same file.</summary>
    static readonly DateTimeOffset _noDate = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes a new folder of IDX files.</summary>
    /// <param name="folder">The folder, which appears with all its files in it.</param>
    /// <param name="train">The training rows; null for none.</param>
    /// <param name="test">The test rows; null for none.</param>
    /// <exception cref="MnistMlException">
    /// It has files already, or cannot be written; or values or labels are not whole numbers from 0 to 255.
    /// </exception>
    public static void WriteIdx(string folder, LoadedData? train, LoadedData? test) => WriteFolder(folder, temporary =>
    {
        if (train != null)
            WriteIdxPart(temporary, "train", train);
        if (test != null)
            WriteIdxPart(temporary, "t10k", test);
    }, commit: true);

    /// <summary>Throws if a new folder cannot be written. Called before long work, so that its result is not lost at the end.</summary>
    /// <param name="folder">The folder to write later.</param>
    /// <exception cref="MnistMlException">It has files already, or cannot be written.</exception>
    public static void ThrowIfUnwritable(string folder) => WriteFolder(folder, _ => { }, commit: false);

    static void WriteFolder(string folder, Action<string> write, bool commit)
    {
        if (folder.Length == 0)
            throw new MnistMlException("The data cannot be saved as '', which is no name. Name a file or a folder.");
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var temporary = $"{target}.{Path.GetRandomFileName()}.tmp";
        try
        {
            if (File.Exists(target) || Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
                throw new MnistMlException($"{folder} is there already, and not empty. Name a new folder.");
            Directory.CreateDirectory(temporary);
            write(temporary);
            if (!commit)
                return;
            if (Directory.Exists(target))
                Directory.Delete(target);
            Directory.Move(temporary, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MnistMlException($"The folder {folder} cannot be written: {e.Message}", e);
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }

    /// <summary>Writes an NPZ: <c>x_train</c>, <c>y_train</c>, <c>x_test</c> and <c>y_test</c>, or of one part <c>x</c> and <c>y</c>.</summary>
    /// <param name="stream">Where to; it is left open.</param>
    /// <param name="train">The training rows; null for none.</param>
    /// <param name="test">The test rows; null for none.</param>
    /// <exception cref="MnistMlException">Labels are not whole numbers.</exception>
    public static void WriteNpz(Stream stream, LoadedData? train, LoadedData? test)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        if (train != null)
            WriteNpzPart(zip, test == null ? "" : "_train", train);
        if (test != null)
            WriteNpzPart(zip, train == null ? "" : "_test", test);
    }

    static void WriteIdxPart(string folder, string part, LoadedData data)
    {
        var rows = data.Dataset;
        var sizes = SizesOf(data);
        var labels = LabelsOf(rows, byte.MaxValue, "IDX files hold whole numbers from 0 to 255 as labels");
        var values = PixelValues.Bytes(rows) ?? throw new MnistMlException(string.Create(
            CultureInfo.InvariantCulture,
            $"IDX files hold whole numbers from 0 to 255 as pixels, and here they are from {rows.Range.Min:0.###} to {rows.Range.Max:0.###}. Convert to NPZ or CSV."));
        using (var images = File.Create(Path.Join(folder, $"{part}-images-idx{sizes.Length}-ubyte")))
        {
            WriteIdxHeader(images, sizes);
            WriteBytes(images, rows, values);
        }
        using var file = File.Create(Path.Join(folder, $"{part}-labels-idx1-ubyte"));
        WriteIdxHeader(file, [rows.RowCount]);
        file.Write([.. rows.Labels.ToArray().Select(label => (byte)labels[label])]);
    }

    static void WriteIdxHeader(Stream stream, int[] sizes)
    {
        const byte ubyte = 8;
        Span<byte> header = stackalloc byte[sizeof(int) * (1 + sizes.Length)];
        header.Clear();
        (header[2], header[3]) = (ubyte, (byte)sizes.Length);
        foreach (var (i, size) in sizes.Index())
            BinaryPrimitives.WriteInt32BigEndian(header[(sizeof(int) * (1 + i))..], size);
        stream.Write(header);
    }

    static void WriteNpzPart(ZipArchive zip, string suffix, LoadedData data)
    {
        var rows = data.Dataset;
        var labels = LabelsOf(rows, long.MaxValue, "NPZ holds whole numbers as labels");
        var bytes = PixelValues.Bytes(rows);
        using (var images = Create(zip, $"x{suffix}.npy"))
        {
            WriteNpyHeader(images, bytes != null ? "|u1" : "<f4", SizesOf(data));
            if (bytes != null)
                WriteBytes(images, rows, bytes);
            else
                WriteFloats(images, rows);
        }
        using var file = Create(zip, $"y{suffix}.npy");
        var areBytes = labels.All(label => label is >= 0 and <= byte.MaxValue);
        WriteNpyHeader(file, areBytes ? "|u1" : "<i8", [rows.RowCount]);
        Span<byte> element = stackalloc byte[sizeof(long)];
        foreach (var label in rows.Labels)
        {
            BinaryPrimitives.WriteInt64LittleEndian(element, labels[label]);
            file.Write(areBytes ? element[..1] : element);
        }
    }

    static BufferedStream Create(ZipArchive zip, string name)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Optimal);
        entry.LastWriteTime = _noDate;
        return new BufferedStream(entry.Open(), 1 << 16);
    }

    static void WriteNpyHeader(Stream stream, string type, int[] sizes)
    {
        const int alignment = 64, fixedLength = 10;
        var shape = $"({string.Join(", ", sizes)}{(sizes.Length == 1 ? "," : "")})";
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}";
        var length = (fixedLength + header.Length + 1 + alignment - 1) / alignment * alignment - fixedLength;
        stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)length, (byte)(length >> 8), .. Encoding.ASCII.GetBytes(header.PadRight(length - 1)), (byte)'\n']);
    }

    static void WriteBytes(Stream stream, Dataset rows, byte[] values)
    {
        var line = new byte[rows.FeatureCount];
        for (var row = 0; row < rows.RowCount; row++)
        {
            for (var i = 0; i < line.Length; i++)
                line[i] = values[rows.Row(row)[i]];
            stream.Write(line);
        }
    }

    static void WriteFloats(Stream stream, Dataset rows)
    {
        var values = PixelValues.Of(rows.Range);
        var line = new byte[rows.FeatureCount * sizeof(float)];
        for (var row = 0; row < rows.RowCount; row++)
        {
            for (var i = 0; i < rows.FeatureCount; i++)
                BinaryPrimitives.WriteSingleLittleEndian(line.AsSpan(i * sizeof(float)), (float)values[rows.Row(row)[i]]);
            stream.Write(line);
        }
    }

    static int[] SizesOf(LoadedData data) => data.Description is { Height: { } height, Width: { } width }
        ? [data.Dataset.RowCount, height, width]
        : [data.Dataset.RowCount, data.Dataset.FeatureCount];

    /// <summary>[classes]: the number that each class is called by.</summary>
    static long[] LabelsOf(Dataset rows, long max, string rule)
    {
        var min = max == byte.MaxValue ? 0 : long.MinValue;
        return [.. rows.ClassNames.Select(name =>
            long.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= min && number <= max && ClassLabels.IsWhole(number) && number.ToString(CultureInfo.InvariantCulture) == name
                ? number
                : throw new MnistMlException($"{rule}, and {CsvLine.Quote(name)} is none. Convert to CSV."))];
    }
}
