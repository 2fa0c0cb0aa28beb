using MnistMl.Model;
using System.IO.Compression;

namespace MnistMl.Files;

/// <summary>
/// The entries of a model zip that somebody gave us: nothing in it is taken on trust. Whatever is wrong with it becomes
/// a <see cref="MnistMlException"/>.
/// </summary>
sealed class ModelArchive : IDisposable
{
    readonly string _name;
    readonly ZipArchive _archive;
    readonly Dictionary<string, ZipArchiveEntry> _entries = [];
    readonly Dictionary<string, byte[]> _contents = [];
    long _bytesLeft = ModelLimits.MaxBytes;

    public ModelArchive(Stream stream, string name)
    {
        _name = name;
        _archive = Guard(() => new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true));
        foreach (var entry in Guard(() => _archive.Entries))
        {
            // Old versions of ML.NET wrote the separators of the system they ran on.
            if (!_entries.TryAdd(entry.FullName.Replace('\\', '/'), entry))
                throw Damaged(entry.FullName, "is there twice");
        }
    }

    /// <summary>Reads a <c>Model.key</c>.</summary>
    public ModelKeyReader ReadKey(string name) => new(Read(name), this, name);

    /// <summary>Whether there is an entry of that name.</summary>
    public bool Has(string name) => _entries.ContainsKey(name);

    /// <summary>Reads an entry, whole and with the right checksum.</summary>
    public byte[] Read(string name)
    {
        if (!_entries.TryGetValue(name, out var entry))
            throw Damaged(name, "is missing");
        if (_contents.TryGetValue(name, out var content))
            return content;
        Take(entry.Length);

        // .NET leaves the checksum unchecked.
        content = Guard(() => Unpack(entry));
        if (content.Length != entry.Length || Crc32.Of(content) != entry.Crc32)
            throw Damaged(name, "does not match its checksum");
        _contents.Add(name, content);
        return content;
    }

    /// <summary>Refuses a file of which any entry is damaged, be it one that only ML.NET needs.</summary>
    public void CheckAll()
    {
        foreach (var name in _entries.Keys)
            Read(name);
    }

    /// <summary>Counts zeros that the file leaves out, but that are about to take memory all the same.</summary>
    /// <param name="count">How many, at least 0.</param>
    /// <exception cref="MnistMlException">It becomes too much.</exception>
    public void TakeZeros(long count) => Take(
        count, sizeof(float), " has zeros left out, with which it",
        "Use the file that was trained, before ML.NET saved it again, or a smaller model.");

    void Take(long count, int bytesEach = 1, string what = "", string wayOut = "Use a smaller model.")
    {
        if (count > _bytesLeft / bytesEach)
        {
            throw new MnistMlException($"The model file '{_name}'{what} unpacks to more than "
                + $"{ModelLimits.MaxBytes >> 20} MB, the most that is read. {wayOut}");
        }
        _bytesLeft -= count * bytesEach;
    }

    /// <summary>The file is not what was written.</summary>
    public MnistMlException Damaged(string entry, string what) =>
        new($"The model file '{_name}' is damaged: {entry} {what}. "
            + "Restore it from a copy, or train the model again.");

    /// <summary>The file is a model of ML.NET's, but not one of ours, or not one of a version that we know.</summary>
    public UnknownModelException Unknown(string entry, string what) =>
        new($"The model file '{_name}' holds something else than a network of this program: {entry} {what}. "
            + "Use it with ML.NET, save it again with ML.NET 5.0, or train a model here.");

    public void Dispose() => _archive.Dispose();

    /// <summary>Stops at the length that the entry claims, and takes memory only for what is really there.</summary>
    static byte[] Unpack(ZipArchiveEntry entry)
    {
        using var packed = entry.Open();
        using var content = new MemoryStream();
        var chunk = new byte[1 << 16];
        for (int read; content.Length <= entry.Length && (read = packed.Read(chunk)) > 0;)
            content.Write(chunk, 0, read);
        return content.ToArray();
    }

    /// <summary>Calls into the zip reader, which meets bad bytes with exceptions of many types.</summary>
    T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (
            e is InvalidDataException or IOException or NotSupportedException or ArgumentException or OverflowException)
        {
            throw new MnistMlException($"The file '{_name}' is not a zip archive that can be read, as model files are. "
                + "Name a model file, restore it from a copy, or train the model again.", e);
        }
    }
}
