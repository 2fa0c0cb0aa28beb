using System.Runtime.InteropServices;
using System.Text;
using MnistMl.Commands;

namespace MnistMl.Tests.Commands;

/// <summary>Signals that come while others are dealt with, or when all is done. They are told of, not sent: the tests' process has many listeners.</summary>
public sealed class ConsoleCancellationTests
{
    [Fact]
    public void The_first_signal_cancels()
    {
        using var console = new ConsoleCancellation();

        Assert.True(IsHeeded(console, PosixSignal.SIGHUP));
        Assert.True(console.Token.IsCancellationRequested);
        Assert.Equal(129, console.ExitCode);
    }

    [Fact]
    public void One_on_its_way_when_all_is_done_ends_the_process_as_usual()
    {
        var console = new ConsoleCancellation();
        console.Dispose();

        Assert.False(IsHeeded(console, PosixSignal.SIGTERM));
        Assert.False(console.Token.IsCancellationRequested);
        Assert.Equal(0, console.ExitCode);
    }

    [Fact]
    public void The_work_may_end_while_the_first_is_acknowledged()
    {
        var log = new Acting();
        var console = new ConsoleCancellation(log, "Interrupted.");
        log.Act = console.Dispose;

        Assert.True(IsHeeded(console, PosixSignal.SIGTERM));
        Assert.True(console.Token.IsCancellationRequested);
    }

    [Fact]
    public void The_second_ends_the_process_even_where_the_first_waits_for_somebody_to_read_of_it()
    {
        var log = new Acting();
        using var console = new ConsoleCancellation(log, "Interrupted.");
        var isSecondHeeded = true;
        log.Act = () => isSecondHeeded = IsHeeded(console, PosixSignal.SIGINT);

        Assert.True(IsHeeded(console, PosixSignal.SIGTERM));
        Assert.False(isSecondHeeded);
        Assert.Equal(143, console.ExitCode);
    }

    [Fact]
    public void Nobody_has_to_read_of_it()
    {
        using var console = new ConsoleCancellation(new Acting { Act = () => throw new IOException() }, "Interrupted.");

        Assert.True(IsHeeded(console, PosixSignal.SIGTERM));
        Assert.True(console.Token.IsCancellationRequested);
    }

    static bool IsHeeded(ConsoleCancellation console, PosixSignal signal)
    {
        var context = new PosixSignalContext(signal);
        console.Handle(context);
        return context.Cancel;
    }

    /// <summary>Does something before the first line is written to it.</summary>
    sealed class Acting : TextWriter
    {
        public Action? Act { get; set; }

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value)
        {
            var act = Act;
            Act = null;
            act?.Invoke();
        }
    }
}
