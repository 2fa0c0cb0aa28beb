using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MnistMl;

/// <summary>Opens files that are to be read from any place, and so cannot be pipes.</summary>
static class OrdinaryFile
{
    /// <summary>Opens a file to read it. A pipe is refused at once, where the system would wait for somebody to write to it.</summary>
    /// <exception cref="MnistMlException">It is a pipe or a device.</exception>
    public static FileStream OpenRead(string path)
    {
        const int nonBlocking = 0x800, closeOnExec = 0x80000;
        // Elsewhere flags have other numbers.
        if (OperatingSystem.IsLinux() && !Directory.Exists(path) && Open(path, nonBlocking | closeOnExec) is >= 0 and var handle)
        {
            using var file = new FileStream(new SafeFileHandle(handle, ownsHandle: true), FileAccess.Read, bufferSize: 0);
            if (!file.CanSeek)
                throw new MnistMlException($"'{path}' is a pipe or a device. Name an ordinary file.");
        }
        return File.OpenRead(path);
    }

    [DllImport("libc", EntryPoint = "open")]
    static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
