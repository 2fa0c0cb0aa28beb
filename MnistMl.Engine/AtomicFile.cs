namespace MnistMl;

/// <summary>
/// Writes files atomically: if writing fails, the old file is still there, and no reader ever sees half of the new one.
/// </summary>
static class AtomicFile
{
    /// <summary>Writes or replaces a file. If the path is a symbolic link, the final target is replaced.</summary>
    /// <param name="path">The file to write, in a folder that exists.</param>
    /// <param name="content">What error messages call the content, such as "model".</param>
    /// <param name="write">Writes the content to a stream, and leaves the stream open.</param>
    /// <exception cref="MnistMlException">The file cannot be written.</exception>
    public static void Write(string path, string content, Action<Stream> write) =>
        Write(path, content, write, commit: true);

    /// <summary>
    /// Throws if the file cannot be written. Called before long work, so that its result is not lost at the end.
    /// </summary>
    /// <param name="path">The file to write later, in a folder that exists.</param>
    /// <param name="content">What error messages call the content, such as "model".</param>
    /// <exception cref="MnistMlException">The file cannot be written.</exception>
    public static void ThrowIfUnwritable(string path, string content) => Write(path, content, _ => { }, commit: false);

    static void Write(string path, string content, Action<Stream> write, bool commit)
    {
        if (path.Length == 0)
            throw new MnistMlException($"The {content} cannot be saved as '', which is no name. Name a file.");
        if (Directory.Exists(path))
        {
            throw new MnistMlException(
                $"The {content} cannot be saved as '{path}', which is a folder. Name a file in it.");
        }

        string? temporary = null;
        try
        {
            var isLink = new FileInfo(path).LinkTarget is not null;
            var target = isLink
                ? File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName
                : Path.GetFullPath(path);
            // The move below would replace the device by a file, for all programs.
            if (Path.GetDirectoryName(target) == "/dev")
            {
                throw new MnistMlException(
                    $"The {content} cannot be saved as '{path}', which is a device. Name a file.");
            }

            // In the same folder, because only a move within a file system is atomic.
            temporary = $"{target}.{Path.GetRandomFileName()}.tmp";
            using (var file = new FileStream(temporary, FileMode.CreateNew))
            {
                write(file);
                file.Flush(flushToDisk: commit);
            }
            if (commit)
                File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var why = temporary is null ? e.Message : e.Message.Replace(temporary, path, StringComparison.Ordinal);
            throw new MnistMlException($"The {content} cannot be saved as '{path}': {why.TrimEnd('.')}. "
                + "Check the folder, its permissions and the space left.", e);
        }
        finally
        {
            if (temporary is not null)
                TryDelete(temporary);
        }
    }

    /// <summary>Deletes a file, if that is possible.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An exception from here would hide the one that says why writing failed.
        }
    }
}
