using System.Runtime.ExceptionServices;

namespace MnistMl.Training;

/// <summary>Threads that do one piece of work together, and meet at a barrier as often as it asks them to.</summary>
/// <param name="threadCount">How many, this thread among them.</param>
sealed class ThreadTeam(int threadCount)
{
    readonly SpinBarrier _barrier = new(threadCount);
    Exception? _failure;

    /// <summary>How many threads there are.</summary>
    public int ThreadCount => threadCount;

    /// <summary>Waits until all threads are here.</summary>
    public void Meet() => _barrier.Wait();

    /// <summary>The part of some things that is a thread's: from the first up to, not including, the second.</summary>
    public static (int First, int End) Share(int count, int thread, int threadCount) =>
        ((int)((long)count * thread / threadCount), (int)((long)count * (thread + 1) / threadCount));

    /// <summary>Has every thread do the work, and waits for all. What fails on one, fails here, and ends the others.</summary>
    /// <param name="work">The work, given the thread's number: 0 for the calling thread.</param>
    /// <exception cref="MnistMlException">The system does not start so many threads.</exception>
    public void Run(Action<int> work)
    {
        var (own, others) = (work, new List<Thread>());
        try
        {
            for (var i = 1; i < threadCount; i++)
            {
                var thread = i;
                var other = new Thread(() => WorkOrAbort(work, thread)) { IsBackground = true, Name = $"Training {thread}" };
                other.Start();
                others.Add(other);
            }
        }
        catch (OutOfMemoryException e)
        {
            // Those that have started would wait for one that never comes.
            own = _ => throw new MnistMlException($"The system starts no more than {others.Count + 1} of {threadCount} threads. Train on fewer.", e);
        }
        WorkOrAbort(own, thread: 0);
        foreach (var other in others)
            other.Join();
        if (_failure != null)
            ExceptionDispatchInfo.Throw(_failure);
    }

    void WorkOrAbort(Action<int> work, int thread)
    {
        try
        {
            work(thread);
        }
        catch (Exception failure)
        {
            // The first failure is the cause; those after it come from the barrier.
            Interlocked.CompareExchange(ref _failure, failure, null);
            _barrier.Abort();
        }
    }
}
