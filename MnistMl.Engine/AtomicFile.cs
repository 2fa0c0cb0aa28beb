using System.Runtime.InteropServices;

namespace MnistMl;

/// <summary>
/// Writes files atomically: if writing fails, or the machine, the old file is still there, and no reader ever sees half of the new one.
/// The new file has the permissions of the old one.
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
            using (var file = new FileStream(temporary, FileMode.CreateNew))
            {
                write(file);
                file.Flush(flushToDisk: commit);
            }
            if (!commit)
                return;
            if (isThere && !OperatingSystem.IsWindows() && File.Exists(target))
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            File.Move(temporary, target, overwrite: true);
            FlushFolder(Path.GetDirectoryName(target)!);
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
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(target)!, $"{Path.GetFileName(target)}.????????.???.tmp"))
        {
            try
            {
                using (new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                    File.Delete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It is in use, or somebody else's.
            }
        }
    }

    /// <summary>Has the disk hold what a folder contains; elsewhere than on Windows, where a move does.</summary>
    static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows() || Open(folder, flags: 0) is not (>= 0 and var handle))
            return;
        _ = Synchronize(handle);
        _ = Close(handle);
    }

    [DllImport("libc", EntryPoint = "open")]
    static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    static extern int Synchronize(int handle);

    [DllImport("libc", EntryPoint = "close")]
    static extern int Close(int handle);

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
