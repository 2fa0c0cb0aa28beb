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

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    void Cancel(PosixSignalContext context)
    {
        context.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    }
}
