using System.IO.Compression;

namespace MnistMl.Data;

/// <summary>Bytes of data: a file, an entry of a zip, or what comes from a pipe.</summary>
sealed class DataContent
{
    /// <summary>The most bytes that are looked at to see what the data is.</summary>
    const int MaxPeeked = 1 << 16;

    const int MaxEntries = 1_000;

    readonly Func<Stream> _open;
    DataFormat? _format;

    DataContent(string name, string path, Func<Stream> open, bool canSeek, bool canReopen = true, DataFormat? format = null) =>
        (Name, Path, _open, CanSeek, CanReopen, _format) = (name, path, open, canSeek, canReopen, format);

    /// <summary>What error messages call it.</summary>
    public string Name { get; }

    /// <summary>Its path: of a file, as the user named it; of an entry, in its zip.</summary>
    public string Path { get; }

    /// <summary>Whether any part of it can be read at any time.</summary>
    public bool CanSeek { get; }

    /// <summary>Whether it can be read from its beginning again: not what comes from a pipe.</summary>
    public bool CanReopen { get; }

    /// <summary>What it is.</summary>
    /// <exception cref="MnistMlException">It cannot be read, or is of a kind that is known not to be read.</exception>
    public DataFormat Format => _format ??= DataFile.Read(Name, () =>
    {
        using var stream = Open();
        return Peek(stream, Name).Format;
    });

    /// <summary>A file. If it is a pipe, it is open from now on.</summary>
    /// <exception cref="MnistMlException">It cannot be opened.</exception>
    public static DataContent OfFile(string path)
    {
        var file = DataFile.Open(path);
        if (!file.CanSeek)
            return OfStream(file, path);
        file.Dispose();
        return new(path, path, () => DataFile.Open(path), canSeek: true);
    }

    /// <summary>A file of a folder, which is not opened yet.</summary>
    public static DataContent OfFileInFolder(string path) => new(path, path, () => OpenOrdinary(path), canSeek: true);

    static FileStream OpenOrdinary(string path)
    {
        // A pipe has no length either, and opening it might wait forever.
        var isEmpty = DataFile.Read(path, () => new FileInfo(path).Length == 0);
        return isEmpty ? throw new MnistMlException($"{path} is empty, or is no ordinary file.") : DataFile.Open(path);
    }

    /// <summary>What comes from a stream, which is left open, and can be opened once.</summary>
    /// <exception cref="MnistMlException">It cannot be read.</exception>
    public static DataContent OfStream(Stream stream, string name) => DataFile.Read(name, () =>
    {
        var (start, format) = Peek(stream, name);
        var whole = new PrefixedStream(start, stream, leaveOpen: true);
        // What a zip holds is listed at its end, and read in parts.
        return format.Kind == ContentKind.Zip
            ? InMemory(name, name, whole)
            : new DataContent(name, name, () => whole, canSeek: false, canReopen: false, format);
    });

    /// <summary>The content, from its beginning.</summary>
    public Stream Open() => _open();

    /// <summary>The content, unzipped if it is gzipped.</summary>
    public Stream OpenUnzipped() => Format.IsGzip ? InflatedStream.OfGzip(Open(), leaveOpen: false) : Open();

    /// <summary>The entries of a zip, those left out that programs add for themselves.</summary>
    /// <exception cref="MnistMlException">It cannot be unzipped.</exception>
    public IReadOnlyList<DataContent> Entries() => DataFile.Read(Name, () =>
    {
        var zip = Seekable();
        using var archive = new ZipArchive(zip.Open(), ZipArchiveMode.Read);
        if (archive.Entries.Count > MaxEntries)
            throw new MnistMlException($"{Name} holds {archive.Entries.Count} files. Expected one with a row for each image, or images and labels.");
        return archive.Entries.Index().Where(entry => IsData(entry.Item.FullName)).Select(entry => new DataContent(
            $"{entry.Item.FullName} in {Name}", entry.Item.FullName, () => OpenEntry(zip, entry.Index), canSeek: false)).ToArray();
    });

    static bool IsData(string path) => !path.EndsWith('/') && !path.Split('/').Any(part => part.StartsWith('.') || part == "__MACOSX");

    static InflatedStream OpenEntry(DataContent zip, int index)
    {
        var archive = new ZipArchive(zip.Open(), ZipArchiveMode.Read);
        try
        {
            var entry = archive.Entries[index];
            return entry.IsEncrypted
                ? throw new MnistMlException($"{entry.FullName} in {zip.Name} is encrypted. Unzip it first.")
                : InflatedStream.OfEntry(entry, archive);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    DataContent Seekable()
    {
        if (CanSeek && !Format.IsGzip)
            return this;
        using var stream = OpenUnzipped();
        return InMemory(Name, Path, stream);
    }

    static DataContent InMemory(string name, string path, Stream stream)
    {
        var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return new(name, path, () => new MemoryStream(bytes.GetBuffer(), 0, (int)bytes.Length, writable: false), canSeek: true);
    }

    static (ReadOnlyMemory<byte> Start, DataFormat Format) Peek(Stream stream, string name)
    {
        var start = new byte[MaxPeeked];
        for (int length = 0, looked = 0; ;)
        {
            var read = stream.Read(start.AsSpan(length));
            length += read;
            // What is gzipped is unzipped from its beginning each time.
            if (DataFile.IsGzip(start) && read > 0 && length < 2 * looked)
                continue;
            looked = length;
            if (DataFormat.Of(start.AsSpan(0, length), isAll: read == 0 || length == start.Length, name) is { } format)
                return (start.AsMemory(0, length), format);
        }
    }
}
