using System.Collections.Concurrent;
using MnistMl.Training;

namespace MnistMl.Tests.Training;

public sealed class SpinBarrierTests
{
    static readonly TimeSpan _limit = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Nobody_goes_on_before_all_have_come(int threads)
    {
        const int phases = 2000;
        var barrier = new SpinBarrier(threads);
        var (done, tooEarly) = (new int[threads], 0);

        Run(threads, thread =>
        {
            for (var phase = 1; phase <= phases; phase++)
            {
                Volatile.Write(ref done[thread], phase);
                // Longer than anyone spins, now and then: the others sleep, and are woken.
                if (phase % 500 == thread)
                    Thread.Sleep(2);
                barrier.Wait();
                for (var other = 0; other < threads; other++)
                {
                    if (Volatile.Read(ref done[other]) < phase)
                        Interlocked.Increment(ref tooEarly);
                }
                barrier.Wait();
            }
        });

        Assert.Equal(0, tooEarly);
        Assert.All(done, phase => Assert.Equal(phases, phase));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public void Who_waits_is_released_when_another_fails(int milliseconds)
    {
        var barrier = new SpinBarrier(3);
        var released = 0;

        Run(3, thread =>
        {
            if (thread == 0)
            {
                Thread.Sleep(milliseconds);
                barrier.Abort();
                return;
            }
            Assert.Throws<OperationCanceledException>(barrier.Wait);
            Interlocked.Increment(ref released);
        });

        Assert.Equal(2, released);
    }

    [Fact]
    public void Who_comes_after_another_has_failed_does_not_wait()
    {
        var barrier = new SpinBarrier(2);
        barrier.Abort();
        Run(1, _ => Assert.Throws<OperationCanceledException>(barrier.Wait));
    }

    static void Run(int count, Action<int> work)
    {
        var failures = new ConcurrentQueue<Exception>();
        var threads = Enumerable.Range(0, count).Select(number => new Thread(() => RunOne(number)) { IsBackground = true }).ToArray();
        foreach (var thread in threads)
            thread.Start();
        Assert.All(threads, thread => Assert.True(thread.Join(_limit), "A thread waits forever."));
        Assert.Empty(failures);

        void RunOne(int number)
        {
            try
            {
                work(number);
            }
            catch (Exception failure)
            {
                failures.Enqueue(failure);
            }
        }
    }
}
