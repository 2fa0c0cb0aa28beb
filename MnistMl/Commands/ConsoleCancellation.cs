using System.Runtime.InteropServices;

namespace MnistMl.Commands;

/// <summary>
/// Turns the first Ctrl+C, SIGTERM, SIGQUIT, or SIGHUP of a terminal that is closed, into a cancellation, so that work can end
/// cleanly. The second ends the process as usual.
/// </summary>
sealed class ConsoleCancellation : IDisposable
{
    // Not disposed of, which would free nothing: a signal may still be on its way to it.
    readonly CancellationTokenSource _source = new();
    readonly PosixSignalRegistration[] _registrations;
    readonly TextWriter _log;
    readonly string _acknowledgement;
    bool _isOver;

    /// <summary>Starts to listen.</summary>
    /// <param name="log">Told of the first signal.</param>
    /// <param name="acknowledgement">What it is told: what the program does now; empty for nothing.</param>
    public ConsoleCancellation(TextWriter? log = null, string acknowledgement = "")
    {
        (_log, _acknowledgement) = (log ?? TextWriter.Null, acknowledgement);
        _registrations = Array.ConvertAll(
            [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT, PosixSignal.SIGHUP],
            signal => PosixSignalRegistration.Create(signal, Handle));
    }

    public CancellationToken Token => _source.Token;

    /// <summary>The exit code of a process that ends by the signal, where it does not end well.</summary>
    public int ExitCode { get; private set; }

    public void Dispose()
    {
        Volatile.Write(ref _isOver, true);
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    /// <summary>Deals with a signal, on a thread of its own: several at once, and some after <see cref="Dispose"/>.</summary>
    internal void Handle(PosixSignalContext context)
    {
        // Before anything that may wait, as the log may: the second signal is to end the process nevertheless.
        context.Cancel = !Interlocked.Exchange(ref _isOver, true);
        if (!context.Cancel)
            return;
        // 128 and the number of the signal, as shells have it.
        ExitCode = context.Signal switch
        {
            PosixSignal.SIGHUP => 129,
            PosixSignal.SIGINT => 130,
            PosixSignal.SIGQUIT => 131,
            _ => 143,
        };
        if (_acknowledgement.Length > 0)
            Acknowledge();
        _source.Cancel();
    }

    void Acknowledge()
    {
        try
        {
            _log.WriteLine(_acknowledgement);
        }
        catch (IOException)
        {
            // The terminal may be what has just been closed.
        }
    }
}
