using System.Runtime.InteropServices;

namespace MnistMl.Commands;

/// <summary>
/// Turns the first Ctrl+C, SIGTERM, SIGQUIT, or SIGHUP of a terminal that is closed, into a cancellation, so that work can end
/// cleanly. The second ends the process as usual.
/// </summary>
sealed class ConsoleCancellation : IDisposable
{
    readonly CancellationTokenSource _source = new();
    readonly PosixSignalRegistration[] _registrations;
    readonly TextWriter _log;
    readonly string _acknowledgement;

    /// <summary>Starts to listen.</summary>
    /// <param name="log">Told of the first signal.</param>
    /// <param name="acknowledgement">What it is told: what the program does now; empty for nothing.</param>
    public ConsoleCancellation(TextWriter? log = null, string acknowledgement = "")
    {
        (_log, _acknowledgement) = (log ?? TextWriter.Null, acknowledgement);
        _registrations = Array.ConvertAll(
            [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT, PosixSignal.SIGHUP],
            signal => PosixSignalRegistration.Create(signal, Cancel));
    }

    public CancellationToken Token => _source.Token;

    /// <summary>The exit code of a process that ends by the signal, where it does not end well.</summary>
    public int ExitCode { get; private set; }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    void Cancel(PosixSignalContext context)
    {
        // 128 and the number of the signal, as shells have it.
        ExitCode = context.Signal switch
        {
            PosixSignal.SIGHUP => 129,
            PosixSignal.SIGINT => 130,
            PosixSignal.SIGQUIT => 131,
            _ => 143,
        };
        context.Cancel = !_source.IsCancellationRequested;
        if (context.Cancel && _acknowledgement.Length > 0)
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
