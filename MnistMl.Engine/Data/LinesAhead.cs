using System.Runtime.ExceptionServices;

namespace MnistMl.Data;

/// <summary>
/// Reads text on a thread of its own, and hands out whole lines as soon as they are there: as many as have come in the
/// meantime, but never more than fit into a buffer.
/// </summary>
sealed class LinesAhead : IDisposable
{
    const int ReadAtOnce = 1 << 17, MaxGathered = 1 << 22, MaxLineLength = 1 << 25;

    readonly Func<Stream> _open;
    readonly string _name;
    readonly CancellationToken _cancellation;
    readonly CancellationTokenRegistration _registration;
    readonly object _gate = new();

    byte[] _gathered = new byte[ReadAtOnce], _handedOut = [];
    int _filled, _end;
    bool _isAtEnd, _isDisposed;
    ExceptionDispatchInfo? _failure;

    /// <summary>Starts to read.</summary>
    /// <param name="open">Gives the text, UTF-8; it may wait.</param>
    /// <param name="name">What error messages call it.</param>
    /// <param name="cancellation">Ends the waiting for lines.</param>
    public LinesAhead(Func<Stream> open, string name, CancellationToken cancellation)
    {
        (_open, _name, _cancellation) = (open, name, cancellation);
        _registration = cancellation.Register(Wake);
        // What waits for a terminal or a pipe cannot be interrupted: such a thread ends with the process.
        new Thread(Read) { IsBackground = true, Name = "Lines" }.Start();
    }

    /// <summary>Whether no lines follow those that were taken last.</summary>
    public bool IsLast { get; private set; }

    /// <summary>
    /// Takes the lines that have come, and waits for one where there is none. They stay as they are until the next call. The
    /// last line of the text need not have a line end.
    /// </summary>
    /// <exception cref="MnistMlException">The text cannot be read, or a line is longer than any of a table.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ReadOnlyMemory<byte> Take()
    {
        lock (_gate)
        {
            while (_end == 0 && !_isAtEnd && _failure == null && !_cancellation.IsCancellationRequested)
                Monitor.Wait(_gate);
            _cancellation.ThrowIfCancellationRequested();
            if (_end == 0)
                _failure?.Throw();
            IsLast = _isAtEnd;
            var lines = _gathered.AsMemory(0, _end);
            var rest = _gathered.AsSpan(_end, _filled - _end);
            if (_handedOut.Length < _gathered.Length)
                _handedOut = new byte[_gathered.Length];
            rest.CopyTo(_handedOut);
            (_gathered, _handedOut, _filled, _end) = (_handedOut, _gathered, rest.Length, 0);
            Monitor.PulseAll(_gate);
            return lines;
        }
    }

    public void Dispose()
    {
        _registration.Dispose();
        lock (_gate)
        {
            _isDisposed = true;
            Monitor.PulseAll(_gate);
        }
    }

    void Read()
    {
        try
        {
            DataFile.Read(_name, () =>
            {
                using var text = _open();
                var read = new byte[ReadAtOnce];
                int length;
                do
                    length = text.Read(read);
                while (Gather(read.AsSpan(0, length)));
                return length;
            });
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                _failure = ExceptionDispatchInfo.Capture(e);
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Adds what was read, or the end, if it is empty. Returns whether more is wanted.</summary>
    bool Gather(ReadOnlySpan<byte> read)
    {
        lock (_gate)
        {
            while (_end > 0 && _filled + read.Length > MaxGathered && !_isDisposed)
                Monitor.Wait(_gate);
            if (_isDisposed)
                return false;
            if (_filled + read.Length > _gathered.Length)
                Array.Resize(ref _gathered, Math.Max(2 * _gathered.Length, _filled + read.Length));
            read.CopyTo(_gathered.AsSpan(_filled));
            if (read.LastIndexOf((byte)'\n') is >= 0 and var last)
                _end = _filled + last + 1;
            _filled += read.Length;
            if (_end == 0 && _filled > MaxLineLength)
                throw new MnistMlException($"{_name} is not a CSV file: it has a line of more than {MaxLineLength >> 20} MB.");
            if (read.IsEmpty)
                (_end, _isAtEnd) = (_filled, true);
            Monitor.PulseAll(_gate);
            return !read.IsEmpty;
        }
    }

    void Wake()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }
}
