using System.IO.Compression;

namespace MnistMl.Data;

/// <summary>Opens files of data, which may be gzipped: their content tells, not their name.</summary>
static class DataFile
{
    /// <summary>Opens a file and has it read.</summary>
    /// <exception cref="MnistMlException">It is not there, or cannot be read or unzipped.</exception>
    public static T Read<T>(string path, Func<FileStream, T> read)
    {
        if (!File.Exists(path))
            throw new MnistMlException($"There is no file '{path}'. Check its name, and the directory it is in.");
        return Read(path, () =>
        {
            using var file = File.OpenRead(path);
            return read(file);
        });
    }

    /// <summary>Has something read, and says what is the matter where it cannot be.</summary>
    /// <param name="name">What to call it in errors.</param>
    /// <param name="read">Reads it.</param>
    /// <exception cref="MnistMlException">It cannot be read or unzipped.</exception>
    public static T Read<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException e)
        {
            throw new MnistMlException($"{name} is damaged or incomplete: it cannot be unzipped. Get it once more.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MnistMlException($"{name} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Whether a stream that can seek is gzipped, from where it is.</summary>
    public static bool IsGzip(Stream stream)
    {
        Span<byte> start = stackalloc byte[2];
        var length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Seek(-length, SeekOrigin.Current);
        return IsGzip(start);
    }

    /// <summary>Whether what begins with these two bytes is gzipped.</summary>
    public static bool IsGzip(ReadOnlySpan<byte> start) => start.SequenceEqual<byte>([0x1F, 0x8B]);

    /// <summary>Unzips a stream, which is left open.</summary>
    public static GZipStream Unzip(Stream stream) => new(stream, CompressionMode.Decompress, leaveOpen: true);
}
