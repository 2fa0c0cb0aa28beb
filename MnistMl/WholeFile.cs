namespace MnistMl;

/// <summary>Files that are there whole or not at all: whatever fails, whoever opens one finds the old file or the new one.</summary>
static class WholeFile
{
    /// <summary>Has a file written, in place of the old one if there is one.</summary>
    /// <param name="path">The file to write, in a folder that exists.</param>
    /// <param name="content">What messages call what is in it, such as "model".</param>
    /// <param name="write">Writes it to a stream, which it leaves open.</param>
    /// <exception cref="MnistMlException">The file cannot be written.</exception>
    public static void Write(string path, string content, Action<Stream> write)
    {
        if (Directory.Exists(path))
            throw new MnistMlException($"The {content} cannot be saved as '{path}', which is a folder. Name a file in it.");

        string? temporary = null;
        try
        {
            // In the same folder, because only a move within a file system is atomic.
            temporary = $"{Path.GetFullPath(path)}.{Path.GetRandomFileName()}.tmp";
            using (var file = new FileStream(temporary, FileMode.CreateNew))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new MnistMlException($"The {content} cannot be saved as '{path}': {e.Message.TrimEnd('.')}. "
                + "Check the folder, its permissions and the space left.", e);
        }
        finally
        {
            if (temporary is not null)
                DeleteIfThere(temporary);
        }
    }

    static void DeleteIfThere(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The failure that matters is the one that brought us here.
        }
    }
}
