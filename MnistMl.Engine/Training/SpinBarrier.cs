using System.Diagnostics;
using System.Runtime.InteropServices;

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
    volatile int _sleeping;
    volatile bool _aborted;

    /// <summary>
    /// How often a thread has arrived, which is all that those who wait look at: between processors without a common cache,
    /// each change of a cache line's owner takes a third of a microsecond.
    /// </summary>
    OwnCacheLine _arrived;

    /// <summary>Waits for all threads.</summary>
    /// <exception cref="OperationCanceledException">Another thread has failed.</exception>
    public void Wait()
    {
        var arrived = Interlocked.Increment(ref _arrived.Value);
        var all = (arrived + threads - 1) / threads * threads;
        if (arrived == all)
        {
            // Who sleeps has said so before it looked at the number of arrivals for the last time.
            if (_sleeping > 0)
                Wake();
            return;
        }

        // Without Thread.SpinWait: virtual machines take its pause instruction as a cue to run something else.
        var start = Stopwatch.GetTimestamp();
        for (var spin = 1; Volatile.Read(ref _arrived.Value) < all; spin++)
        {
            if (spin % 256 == 0 && Stopwatch.GetTimestamp() - start > _longestSpin)
            {
                Sleep(all);
                break;
            }
        }
        if (_aborted)
            throw new OperationCanceledException("Another training thread has failed.");
    }

    void Sleep(long all)
    {
        lock (_gate)
        {
            Interlocked.Increment(ref _sleeping);
            while (Interlocked.Read(ref _arrived.Value) < all && !_aborted)
                Monitor.Wait(_gate);
            _sleeping--;
        }
    }

    void Wake()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    /// <summary>Makes every thread that waits, now or later, throw.</summary>
    public void Abort()
    {
        _aborted = true;
        Wake();
    }

    /// <summary>With two cache lines before and after: processors fetch the neighbour of one unasked.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    struct OwnCacheLine
    {
        [FieldOffset(128)]
        public long Value;
    }
}
