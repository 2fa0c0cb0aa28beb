using MnistMl.Reporting;
using MnistMl.Training;
using Spectre.Console;
using Spectre.Console.Testing;

namespace MnistMl.Tests.Reporting;

public class ProgressDisplayTests
{
    // Drawn by the tests, and when the display is disposed of, but never in between.
    static readonly TimeSpan _never = Timeout.InfiniteTimeSpan;

    static readonly TrainingProgress _underWay = new(3, 10, 30_000, 60_000, 0.125, 0.9625, 0.05);

    static readonly TrainingProgress _validated =
        new(3, 10, 60_000, 60_000, 0.125, 0.9625, 0.1, new EpochSummary(3, 0.125, 0.9625, 0.0625, 0.975, 0.25));

    static readonly TrainingProgress _afterwards = new(4, 10, 30_000, 60_000, 0.125, 0.9625, 0.25);

    static readonly TrainingProgress _last =
        new(10, 10, 60_000, 60_000, 0.0625, 1, 75, new EpochSummary(10, 0.0625, 1, null, null, 75));

    [Fact]
    public void What_is_not_a_terminal_gets_one_line_an_epoch()
    {
        using var console = new TestConsole().SupportsAnsi(false);

        using (var display = new ProgressDisplay(console))
        {
            display.Report(_underWay);
            display.Report(_validated);
            display.Report(_last);
        }

        Assert.Equal(
            """
            Epoch  3/10  loss 0.1250  accuracy  96.25 %  validation 0.0625  97.50 %  0.25 s
            Epoch 10/10  loss 0.0625  accuracy 100.00 %  75.0 s

            """,
            console.Output);
    }

    [Fact]
    public void Of_several_networks_it_says_which_is_under_way()
    {
        using var console = new TestConsole().EmitAnsiSequences().Width(120);

        using (var display = new ProgressDisplay(console, _never))
        {
            display.Report(_underWay with { NetworkNumber = 2, NetworkCount = 10 });
            display.Draw();
            display.Report(_last with { NetworkNumber = 10, NetworkCount = 10 });
        }

        Assert.Equal(
            "Network  2/10  Epoch  3/10  loss 0.1250  accuracy  96.25 %  \e[38;5;2m━━━\e[0m\e[2m─────────────────────\e[0m"
            + "  600,000 examples/s\e[K\n\e[1A\r\e[J"
            + "Network 10/10  Epoch 10/10  loss 0.0625  accuracy 100.00 %  75.0 s\n",
            console.Output);
    }

    [Fact]
    public void A_terminal_gets_a_bar_that_gives_way_to_the_line_of_the_epoch()
    {
        using var console = new TestConsole().EmitAnsiSequences();

        using (var display = new ProgressDisplay(console, _never))
        {
            display.Report(_underWay);
            display.Draw();
            display.Draw();
            display.Report(_underWay with { Seconds = 0.05000001 });
            display.Draw();
            display.Report(_validated);
        }

        var bar = "Epoch  3/10  loss 0.1250  acc  96.25 %  \e[38;5;2m━━━━━━\e[0m\e[2m──────────────────\e[0m"
            + "  600,000/s\e[K\n";
        Assert.Equal(
            bar + "\e[1A\r" + bar
            + "\e[1A\r\e[J" + "Epoch  3/10  loss 0.1250  accuracy  96.25 %  validation 0.0625  97.50 %  0.25 s\n",
            console.Output);
    }

    [Fact]
    public void A_terminal_without_Unicode_gets_a_bar_of_ASCII()
    {
        using var console = new TestConsole().EmitAnsiSequences();
        console.Profile.Capabilities.Unicode = false;
        using (var display = new ProgressDisplay(console, _never))
        {
            display.Report(_underWay);
            display.Draw();
        }
        Assert.Contains("\e[38;5;2m======\e[0m\e[2m------------------\e[0m", console.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40, "Epoch  4/10  loss 0.1250  2.93 s left")]
    [InlineData(60, "Epoch  4/10  loss 0.1250  acc  96.25 %  ━━────  2.93 s left")]
    [InlineData(80, "Epoch  4/10  loss 0.1250  acc  96.25 %  val  97.50 %  120,000/s  2.93 s left")]
    [InlineData(120, "Epoch  4/10  loss 0.1250  ▁           accuracy  96.25 %  validation  97.50 %  ━━──────  120,000 examples/s  2.93 s left")]
    public void The_line_that_lives_has_what_is_most_important_first_and_no_more_than_fits(int width, string line)
    {
        using var console = new TestConsole().Width(width);

        using (var display = new ProgressDisplay(console, _never))
        {
            // From 0.05 s on, a tenth of the training took 0.45 s, and 65 % are left.
            display.Report(_underWay);
            display.Report(_validated);
            display.Report(_afterwards);
            display.Draw();
        }

        Assert.Equal(line, console.Output.Split('\n')[1]);
    }

    [Theory]
    [InlineData(40, "Epoch  3/10  loss 0.1250  val  97.50 %")]
    [InlineData(60, "Epoch  3/10  loss 0.1250  acc  96.25 %  val  97.50 %  0.25 s")]
    [InlineData(80, "Epoch  3/10  loss 0.1250  accuracy  96.25 %  validation 0.0625  97.50 %  0.25 s")]
    public void The_line_of_an_epoch_is_never_two(int width, string line)
    {
        using var console = new TestConsole().Width(width);

        using (var display = new ProgressDisplay(console, _never))
            display.Report(_validated);

        Assert.Equal(line + "\n", console.Output);
    }

    [Fact]
    public void The_time_left_of_a_training_that_was_resumed_is_told_from_what_it_does_since()
    {
        using var console = new TestConsole().Width(40);

        using (var display = new ProgressDisplay(console, _never))
        {
            // 8.5 epochs were done before, and a half since, in a second.
            display.Report(new(9, 10, 30_000, 60_000, 0.125, 0.9625, 5));
            display.Draw();
            display.Report(new(9, 10, 60_000, 60_000, 0.125, 0.9625, 6));
            display.Draw();
        }

        Assert.Equal("Epoch  9/10  loss 0.1250  acc  96.25 %" + "Epoch  9/10  loss 0.1250  2.00 s left", console.Output);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(50)]
    [InlineData(65)]
    [InlineData(80)]
    [InlineData(200)]
    public void The_bar_never_fills_the_line(int width)
    {
        using var console = new TestConsole().Width(width);

        using (var display = new ProgressDisplay(console, _never))
        {
            display.Report(_underWay);
            display.Draw();
        }

        Assert.InRange(console.Output.TrimEnd('\n').Length, Math.Min(width - 1, 60), width - 1);
    }

    [Fact]
    public void Training_does_not_wait_for_a_terminal_that_does_not_answer()
    {
        using var stuck = new StuckWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(stuck) });

        using (var display = new ProgressDisplay(console, TimeSpan.FromMilliseconds(1)))
        {
            display.Report(_validated);
            stuck.HasBeenWrittenTo.Wait(TestContext.Current.CancellationToken);
            display.Report(_last);
            stuck.MayGoOn.Set();
        }
    }

    [Fact]
    public void Training_goes_on_where_progress_can_be_written_no_longer()
    {
        using var full = new FullWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(full) });

        using var display = new ProgressDisplay(console);
        display.Report(_validated);
    }

    sealed class StuckWriter : StringWriter
    {
        public ManualResetEventSlim HasBeenWrittenTo { get; } = new();

        public ManualResetEventSlim MayGoOn { get; } = new();

        public override void Write(string? value)
        {
            HasBeenWrittenTo.Set();
            MayGoOn.Wait();
        }
    }

    sealed class FullWriter : StringWriter
    {
        public override void Write(string? value) => throw new IOException("No space left on device");
    }
}
