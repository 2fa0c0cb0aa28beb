using System.Runtime.InteropServices;

namespace MnistMl;

/// <summary>
/// The calls by which files come to be and stay. Tests have one after the other fail, or note them all, to see what a power cut
/// may leave.
/// </summary>
class Disk
{
    static readonly Disk _real = new();
    static readonly AsyncLocal<Disk?> _substitute = new();

    /// <summary>The disk, or what a test has put in its place for the calls that follow from its own.</summary>
    public static Disk Current
    {
        get => _substitute.Value ?? _real;
        set => _substitute.Value = value;
    }

    /// <summary>Opens or creates a file.</summary>
    public virtual FileStream Open(string path, FileMode mode, FileAccess access, FileShare share, int bufferSize) =>
        new(path, mode, access, share, bufferSize);

    /// <summary>Gives a file another name, in place of the file that has it.</summary>
    public virtual void Move(string from, string to) => File.Move(from, to, overwrite: true);

    /// <summary>Deletes a file, if there is one.</summary>
    public virtual void Delete(string path) => File.Delete(path);

    /// <summary>Has the disk hold what a folder contains; elsewhere than on Windows, where a move does.</summary>
    public virtual void FlushFolder(string folder)
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
}
