using System.Runtime.InteropServices;

namespace MnistMl.Commands;

/// <summary>What the system knows of the standard streams, and .NET does not tell.</summary>
static class StandardStreams
{
    /// <summary>
    /// Whether the process was started without a standard input. .NET has then opened a file of its own in its place: one that is
    /// closed in processes that it starts, as none that is inherited is.
    /// </summary>
    public static bool IsInputClosed
    {
        get
        {
            const int getFlags = 1, closeOnExec = 1;
            return !OperatingSystem.IsWindows() && (FileControl(0, getFlags) & closeOnExec) != 0;
        }
    }

    /// <summary>Whether nobody reads standard output any more: what is written to it is then lost without an error.</summary>
    public static bool IsOutputClosed
    {
        get
        {
            const short error = 8, hangUp = 16;
            var output = new Polled { File = 1 };
            return !OperatingSystem.IsWindows() && Poll(ref output, 1, 0) > 0 && (output.Events & (error | hangUp)) != 0;
        }
    }

    /// <summary>Opens standard output for many lines: <see cref="Console.Out"/> writes them in small pieces.</summary>
    public static StreamWriter OpenOutput() => new(Console.OpenStandardOutput(), Console.Out.Encoding, bufferSize: 1 << 16);

    [DllImport("libc", EntryPoint = "fcntl")]
    static extern int FileControl(int file, int command);

    [DllImport("libc", EntryPoint = "poll")]
    static extern int Poll(ref Polled files, nuint count, int milliseconds);

    struct Polled
    {
        public int File;
        public short Wanted;
        public short Events;
    }
}
