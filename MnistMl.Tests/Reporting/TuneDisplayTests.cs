using System.Text.RegularExpressions;
using MnistMl.Reporting;
using MnistMl.Tests.Tuning;
using MnistMl.Training;
using MnistMl.Tuning;
using Spectre.Console.Testing;

namespace MnistMl.Tests.Reporting;

public sealed class TuneDisplayTests : IDisposable
{
    static readonly NextTrial _next = new(TemporarySearch.Configurations(1).Single(), Rung: 1, Epochs: 2, Number: 3, Count: 7, SecondsUsed: 20);

    static readonly TrainingProgress _underWay = new(1, 2, 30_000, 60_000, 0.125, 0.9625, 0.05);

    static readonly Trial _trial = new("--schedule constant", 2, 5, 0.9712, 0.1234);

    readonly TemporarySearch _search = new();
    readonly Clock _clock = new();

    public void Dispose() => _search.Dispose();

    [Fact]
    public void What_is_not_a_terminal_gets_one_line_a_trial()
    {
        using var console = new TestConsole().SupportsAnsi(false).Width(200);
        Show(console, _next, _trial);
        Show(console, _next with { Rung = 0, Count = null }, _trial with { Epochs = 1, Accuracy = null, Loss = null, Failure = "It diverged." });
        Show(console, _next with { Rung = 0 }, null);
        Assert.Equal(
            """
            Rung 2/4, trial 3 of 7, 2 epochs   97.12 %  loss 0.1234  5.00 s  35.0 s left  --schedule constant
            Rung 1/4, trial 3, 1 epoch  failed  5.00 s  35.0 s left  --schedule constant

            """,
            console.Output);
    }

    [Fact]
    public void A_terminal_gets_a_line_for_the_trial_under_way_that_gives_way_to_what_it_came_to()
    {
        using var console = new TestConsole().EmitAnsiSequences().Width(120);
        Show(console, _next with { Rung = 0 }, _trial);
        var line = "Rung 1/4, trial 3 of about 7, epoch 1/2  37.0 s left  best so far 90.00 % (8 epochs)\e[K\n";
        Assert.Equal(
            line + "\e[1A\r" + line.Replace("37.0", "34.0", StringComparison.Ordinal)
            + "\e[1A\r\e[J" + "Rung 1/4, trial 3 of about 7, 2 epochs   97.12 %  loss 0.1234  5.00 s  35.0 s left  --schedule constant\n",
            console.Output);
    }

    [Fact]
    public void No_less_than_no_time_is_left()
    {
        using var console = new TestConsole().SupportsAnsi(false).Width(200);
        Show(console, _next with { SecondsUsed = 58 }, _trial);
        Assert.Contains("  0.00 s left  ", console.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(60)]
    public void The_line_under_way_never_fills_the_terminals(int width)
    {
        using var console = new TestConsole().EmitAnsiSequences().Width(width);
        Show(console, _next, null);
        var shown = Regex.Replace(console.Output, @"\e\[\d*[A-Z]|\r", "");
        Assert.All(shown.Split('\n'), line => Assert.True(line.Length < width));
    }

    /// <summary>A trial under way: two of its reports three seconds apart, another at once, and what it came to.</summary>
    void Show(TestConsole console, NextTrial next, Trial? trial)
    {
        using var log = _search.Open();
        if (log.Trials.Count == 0)
            log.Add(new Trial("a", 8, 20, 0.9, 0.3));
        var display = new TuneDisplay(console, seconds: 60, rungs: 4, _clock);
        display.Start(next, log);
        _clock.Seconds += 3;
        display.Report(_underWay);
        _clock.Seconds += 3;
        display.Report(_underWay);
        display.Report(_underWay);
        display.End(trial);
    }

    sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; } = 1000;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
