namespace MnistMl.Tests.Saving;

/// <summary>What is asked of a disk.</summary>
public enum DiskAction
{
    Open,
    Write,
    SetLength,
    Flush,
    Move,
    FlushFolder,
    Delete,
}

/// <summary>One call.</summary>
/// <param name="Action">What is asked.</param>
/// <param name="Path">The file or folder.</param>
/// <param name="To">The new name of a file that is moved.</param>
/// <param name="Position">Where bytes go; a new length.</param>
/// <param name="Bytes">What is written.</param>
public sealed record DiskCall(DiskAction Action, string Path, string To = "", long Position = 0, ReadOnlyMemory<byte> Bytes = default)
{
    /// <summary>Whether a disk that is full, or broken, refuses it. Deleting goes on a full one, and a folder that cannot be flushed is no error.</summary>
    public bool CanFail => Action is not (DiskAction.Delete or DiskAction.FlushFolder);
}

/// <summary>Notes the calls of what is written, and has some of them fail.</summary>
/// <param name="fails">Whether a call fails, given its number among those that can.</param>
sealed class RecordingDisk(Func<DiskCall, int, bool>? fails = null) : Disk, IDisposable
{
    public const string Failure = "No space left on device";

    /// <summary>The calls, those that failed included.</summary>
    public List<DiskCall> Calls { get; } = [];

    /// <summary>The first call that failed.</summary>
    public DiskCall? Failed { get; private set; }

    /// <summary>Puts a disk in the place of the real one until it is disposed of.</summary>
    public static RecordingDisk Use(Func<DiskCall, int, bool>? fails = null)
    {
        var disk = new RecordingDisk(fails);
        Current = disk;
        return disk;
    }

    public void Dispose() => Current = new Disk();

    public override FileStream Open(string path, FileMode mode, FileAccess access, FileShare share, int bufferSize)
    {
        Note(new(DiskAction.Open, path));
        return new RecordedFile(this, path, mode, access, share, isBuffered: bufferSize > 0);
    }

    public override void Move(string from, string to)
    {
        Note(new(DiskAction.Move, from, to));
        base.Move(from, to);
    }

    public override void Delete(string path)
    {
        Note(new(DiskAction.Delete, path));
        base.Delete(path);
    }

    // To flush takes milliseconds, and nobody pulls the plug.
    public override void FlushFolder(string folder) => Note(new(DiskAction.FlushFolder, folder));

    void Note(DiskCall call)
    {
        var number = Calls.Count(before => before.CanFail);
        Calls.Add(call);
        if (!call.CanFail || fails?.Invoke(call, number) != true)
            return;
        Failed ??= call;
        throw new IOException($"{Failure} : '{call.Path}'");
    }

    /// <summary>A file without a buffer: every call reaches the disk.</summary>
    sealed class RecordedFile(RecordingDisk disk, string path, FileMode mode, FileAccess access, FileShare share, bool isBuffered)
        : FileStream(path, mode, access, share, bufferSize: 0)
    {
        bool _hasFailed;

        // Writing a span comes here, too.
        public override void Write(byte[] buffer, int offset, int count)
        {
            try
            {
                Note(new(DiskAction.Write, Name, Position: Position, Bytes: buffer.AsSpan(offset, count).ToArray()));
            }
            catch (IOException)
            {
                // As much as there was room for.
                base.Write(buffer, offset, count / 2);
                throw;
            }
            base.Write(buffer, offset, count);
        }

        public override void WriteByte(byte value) => Write([value], 0, 1);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override void SetLength(long value)
        {
            Note(new(DiskAction.SetLength, Name, Position: value));
            base.SetLength(value);
        }

        public override void Flush(bool flushToDisk)
        {
            if (flushToDisk)
                Note(new(DiskAction.Flush, Name));
            base.Flush(flushToDisk: false);
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            // What is in a buffer is tried again.
            if (disposing && _hasFailed && isBuffered)
                throw new IOException(Failure);
        }

        void Note(DiskCall call)
        {
            try
            {
                disk.Note(call);
            }
            catch (IOException)
            {
                _hasFailed = true;
                throw;
            }
        }
    }
}
