namespace MnistMl.Data;

/// <summary>
/// Reads data files. Whether one is gzipped is seen from its first bytes, not from its name.
/// </summary>
static class DataFile
{
    /// <summary>Opens a file, reads it with a function and closes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads the open file.</param>
    /// <exception cref="MnistMlException">The file does not exist, or cannot be read or unzipped.</exception>
    public static T Read<T>(string path, Func<FileStream, T> read) => Read(path, () =>
    {
        using var file = Open(path);
        return read(file);
    });

    /// <summary>Opens a file.</summary>
    /// <exception cref="MnistMlException">It does not exist, or access to it is denied.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or ArgumentException)
        {
            throw new MnistMlException($"There is no file '{path}'. Check its name, and the directory it is in.", e);
        }
        catch (IOException e)
        {
            throw new MnistMlException($"{path} cannot be read: {e.Message}", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new MnistMlException($"{path} cannot be read: access is denied. Check the permissions of the file and its directory.", e);
        }
    }

    /// <summary>Reads with a function, and replaces its exceptions by ones for the user.</summary>
    /// <param name="name">What error messages call the file or the stream.</param>
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

    /// <summary>Whether data that begins with these two bytes is gzipped.</summary>
    public static bool IsGzip(ReadOnlySpan<byte> start) => start is [0x1F, 0x8B, ..];

    /// <summary>The unzipped content of a stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="leaveOpen">Whether it stays open when its content is closed.</param>
    public static Stream Unzip(Stream stream, bool leaveOpen) => InflatedStream.OfGzip(stream, leaveOpen);
}
