namespace MnistMl.Training;

/// <summary>
/// Where a fixed number of threads wait for each other. A training step takes 50 to 200 µs and meets twice, so waiting
/// spins before it gives way to other threads. When one thread fails, <see cref="Abort"/> releases the rest.
/// </summary>
sealed class SpinBarrier(int threads)
{
    const int SpinsBeforeYield = 2000;

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
            _phase = phase + 1;
            return;
        }
        for (var spins = 0; _phase == phase; spins++)
        {
            if (_aborted)
                throw new OperationCanceledException("Another training thread has failed.");
            if (spins < SpinsBeforeYield)
                Thread.SpinWait(1);
            else
                Thread.Yield();
        }
    }

    /// <summary>Makes every thread that waits, now or later, throw.</summary>
    public void Abort() => _aborted = true;
}
