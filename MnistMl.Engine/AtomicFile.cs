namespace MnistMl;

/// <summary>Files that are there whole or not at all: whatever fails, whoever opens one finds the old file or the new one.</summary>
static class AtomicFile
{
    /// <summary>Has a file written, in place of the old one if there is one; of a link, in place of what it leads to.</summary>
    /// <param name="path">The file to write, in a folder that exists.</param>
    /// <param name="content">What messages call what is in it, such as "model".</param>
    /// <param name="write">Writes it to a stream, which it leaves open.</param>
    /// <exception cref="MnistMlException">The file cannot be written.</exception>
    public static void Write(string path, string content, Action<Stream> write) => Write(path, content, write, keep: true);

    /// <summary>Refuses what <see cref="Write(string, string, Action{Stream})"/> would, before there is anything to lose.</summary>
    /// <exception cref="MnistMlException">The file cannot be written.</exception>
    public static void ThrowIfUnwritable(string path, string content) => Write(path, content, _ => { }, keep: false);

    static void Write(string path, string content, Action<Stream> write, bool keep)
    {
        if (path.Length == 0)
            throw new MnistMlException($"The {content} cannot be saved as '', which is no name. Name a file.");
        if (Directory.Exists(path))
            throw new MnistMlException($"The {content} cannot be saved as '{path}', which is a folder. Name a file in it.");

        string? temporary = null;
        try
        {
            var target = new FileInfo(path).LinkTarget == null ? Path.GetFullPath(path) : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
            // A file would take the place of the device, for all programs.
            if (Path.GetDirectoryName(target) == "/dev")
                throw new MnistMlException($"The {content} cannot be saved as '{path}', which is a device. Name a file.");

            // In the same folder, because only a move within a file system is atomic.
            temporary = $"{target}.{Path.GetRandomFileName()}.tmp";
            using (var file = new FileStream(temporary, FileMode.CreateNew))
            {
                write(file);
                file.Flush(flushToDisk: keep);
            }
            if (keep)
                File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var why = temporary == null ? e.Message : e.Message.Replace(temporary, path, StringComparison.Ordinal);
            throw new MnistMlException($"The {content} cannot be saved as '{path}': {why.TrimEnd('.')}. "
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
