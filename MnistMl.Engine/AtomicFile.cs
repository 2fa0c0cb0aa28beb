namespace MnistMl;

/// <summary>
/// Writes files atomically: if writing fails, or the machine, the old file is still there, and no reader ever sees half of the new one.
/// The new file has the permissions of the old one.
/// </summary>
static class AtomicFile
{
    const int BufferSize = 4096;

    /// <summary>Writes or replaces a file. If the path is a symbolic link, the final target is replaced.</summary>
    /// <param name="path">The file to write, in a folder that exists.</param>
    /// <param name="content">What error messages call the content, such as "model".</param>
    /// <param name="write">Writes the content to a stream, and leaves the stream open.</param>
    /// <param name="previous">Where the old file goes; null where it is not kept.</param>
    /// <exception cref="MnistMlException">The file cannot be written.</exception>
    public static void Write(string path, string content, Action<Stream> write, string? previous = null) =>
        Write(path, content, write, commit: true, previous);

    /// <summary>
    /// Throws if the file cannot be written. Called before long work, so that its result is not lost at the end.
    /// </summary>
    /// <param name="path">The file to write later, in a folder that exists.</param>
    /// <param name="content">What error messages call the content, such as "model".</param>
    /// <exception cref="MnistMlException">The file cannot be written.</exception>
    public static void ThrowIfUnwritable(string path, string content) => Write(path, content, _ => { }, commit: false, previous: null);

    /// <summary>Takes space on the disk for a file to be written later, until the result is disposed of.</summary>
    /// <param name="path">The file to write later.</param>
    /// <param name="content">What error messages call the content, such as "model".</param>
    /// <param name="bytes">Its greatest size.</param>
    /// <exception cref="MnistMlException">There is not so much.</exception>
    public static IDisposable Reserve(string path, string content, long bytes)
    {
        try
        {
            return new FileStream(TemporaryOf(TargetOf(path)), new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                PreallocationSize = bytes,
                Options = FileOptions.DeleteOnClose,
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MnistMlException($"There is no room for '{path}': the {content} may take {bytes / 1000:N0} kB. Make room, or save it elsewhere.", e);
        }
    }

    static void Write(string path, string content, Action<Stream> write, bool commit, string? previous)
    {
        if (path.Length == 0)
            throw new MnistMlException($"The {content} cannot be saved as '', which is no name. Name a file.");
        if (Directory.Exists(path))
        {
            throw new MnistMlException(
                $"The {content} cannot be saved as '{path}', which is a folder. Name a file in it.");
        }

        var disk = Disk.Current;
        string? temporary = null;
        try
        {
            var target = TargetOf(path);
            // The move below would replace the device by a file, for all programs.
            if (Path.GetDirectoryName(target) == "/dev")
            {
                throw new MnistMlException(
                    $"The {content} cannot be saved as '{path}', which is a device. Name a file.");
            }

            var isThere = File.Exists(target);
            if (isThere && File.GetAttributes(target).HasFlag(FileAttributes.ReadOnly))
                throw new MnistMlException($"The {content} cannot be saved as '{path}', which is read-only. Name another file, or change its permissions.");

            temporary = TemporaryOf(target);
            using (var file = disk.Open(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, BufferSize))
            {
                write(file);
                file.Flush(flushToDisk: commit);
            }
            if (!commit)
                return;
            isThere = File.Exists(target);
            if (isThere && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            if (isThere && previous != null)
                disk.Move(target, previous);
            disk.Move(temporary, target);
            disk.FlushFolder(Path.GetDirectoryName(target)!);
            DeleteStale(target);
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

    static string TargetOf(string path) => new FileInfo(path).LinkTarget is null
        ? Path.GetFullPath(path)
        : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;

    /// <summary>A name in the same folder, because only a move within a file system is atomic.</summary>
    static string TemporaryOf(string target) => $"{target}.{Path.GetRandomFileName()}.tmp";

    /// <summary>Deletes what processes that were killed have left. Who still writes a file holds a lock on it.</summary>
    static void DeleteStale(string target)
    {
        string[] files;
        try
        {
            files = Directory.GetFiles(Path.GetDirectoryName(target)!, $"{Path.GetFileName(target)}.????????.???.tmp");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder may be written that may not be read. The new file is there.
            return;
        }
        foreach (var file in files)
        {
            try
            {
                using (new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                    Disk.Current.Delete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It is in use, or somebody else's.
            }
        }
    }

    /// <summary>Deletes a file, if that is possible.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            Disk.Current.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An exception from here would hide the one that says why writing failed.
        }
    }
}
