using System.Diagnostics;

namespace MnistMl.Training;

/// <summary>
/// Where a fixed number of threads wait for each other. A training step takes 50 to 200 µs and meets twice, so a thread
/// that waits spins at first. If it waits for longer, another was kept from running, perhaps by this one, on the same
/// processor: it sleeps, for the system looks for a free processor only to wake a thread on. When one thread fails,
/// <see cref="Abort"/> releases the others.
/// </summary>
sealed class SpinBarrier(int threads)
{
    static readonly long _longestSpin = Stopwatch.Frequency / 25_000;

    readonly object _gate = new();
    int _waiting;
    volatile int _phase;
    volatile bool _aborted;

    /// <summary>Waits for all threads.</summary>
    /// <exception cref="OperationCanceledException">Another thread has failed.</exception>
    public void Wait()
    {
        var phase = _phase;
        if (Interlocked.Increment(ref _waiting) == threads)
        {
            _waiting = 0;
            lock (_gate)
            {
                _phase = phase + 1;
                Monitor.PulseAll(_gate);
            }
            return;
        }

        // Without Thread.SpinWait: virtual machines take its pause instruction as a cue to run something else.
        var start = Stopwatch.GetTimestamp();
        for (var spin = 1; _phase == phase; spin++)
        {
            if (spin % 256 == 0 && Stopwatch.GetTimestamp() - start > _longestSpin)
                break;
        }
        if (_phase == phase && !_aborted)
        {
            lock (_gate)
            {
                while (_phase == phase && !_aborted)
                    Monitor.Wait(_gate);
            }
        }
        if (_aborted)
            throw new OperationCanceledException("Another training thread has failed.");
    }

    /// <summary>Makes every thread that waits, now or later, throw.</summary>
    public void Abort()
    {
        lock (_gate)
        {
            _aborted = true;
            Monitor.PulseAll(_gate);
        }
    }
}
