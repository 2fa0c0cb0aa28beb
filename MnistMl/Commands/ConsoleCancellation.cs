using System.Runtime.InteropServices;

namespace MnistMl.Commands;

/// <summary>
/// Turns the first Ctrl+C (or SIGTERM) into a cancellation, so that work can end cleanly. The second ends the process
/// as usual.
/// </summary>
sealed class ConsoleCancellation : IDisposable
{
    readonly CancellationTokenSource _source = new();
    readonly PosixSignalRegistration _interrupt, _terminate;

    public ConsoleCancellation()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>The exit code of a process that ends by the signal, where it does not end well.</summary>
    public int ExitCode { get; private set; }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    void Cancel(PosixSignalContext context)
    {
        ExitCode = context.Signal == PosixSignal.SIGINT ? 130 : 143;
        context.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    }
}
