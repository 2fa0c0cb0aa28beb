using MnistMl.Reporting;
using MnistMl.Tuning;
using Spectre.Console.Testing;

namespace MnistMl.Tests.Reporting;

public sealed class TuneReportTests
{
    static readonly Trial[] _trials =
    [
        new("--schedule constant", 2, 0.5, 0.9712, 0.1234),
        new("", 2, 0.4, 0.9, 0.3),
        new("--schedule constant", 1, 0.2, 0.8, 0.5),
        new("--learning-rate 9", 1, 0.1, null, null, "Training diverged."),
    ];

    [Fact]
    public void The_best_comes_first_each_settings_once_and_the_command_last()
    {
        var lines = Lines(new TuneResult("dotnet run -- train --schedule constant", [], false, 60, 1.2, [1, 2], _trials));
        var table = lines.Where(line => line.Contains("/2 ", StringComparison.Ordinal)).Select(Words).ToArray();
        Assert.Equal("2/2 2 97.12 % 0.1234 0.50 s --schedule constant", table[0]);
        Assert.Equal("2/2 2 90.00 % 0.3000 0.40 s (as at the start)", table[1]);
        Assert.Equal("1/2 1 failed - 0.10 s --learning-rate 9", table[2]);
        Assert.Contains("4 trials in 1.20 s of training, 1 of them not shown: tune.jsonl.", lines);
        Assert.Equal("dotnet run -- train --schedule constant", lines[^1]);
    }

    [Fact]
    public void The_table_has_at_most_20_configurations_and_counts_the_others()
    {
        var trials = Enumerable.Range(0, 25).Select(i => new Trial($"--seed {i}", 2, 0.1, 0.5, 0.5)).ToArray();
        var lines = Lines(new TuneResult("train", [], false, 60, 1.2, [1, 2], trials));
        Assert.Equal(20, lines.Count(line => line.Contains("--seed", StringComparison.Ordinal)));
        Assert.Contains("25 trials in 1.20 s of training, 5 of them not shown: tune.jsonl.", lines);
    }

    [Theory]
    [InlineData(true, "None was trained for all 4 epochs yet. The same command continues.")]
    [InlineData(false, "None was trained for all 4 epochs yet. The same command continues with a larger --budget.")]
    public void It_says_that_the_time_was_too_short(bool interrupted, string expected) =>
        Assert.Contains(expected, Lines(new TuneResult("train", [], interrupted, 60, 1.2, [1, 2, 4], _trials)));

    [Fact]
    public void On_narrow_terminals_settings_are_below_the_figures()
    {
        using var console = new TestConsole().Width(40);
        TuneReport.Write(console, new TuneResult("dotnet run -- train --schedule constant", [], false, 60, 1.2, [1, 2], _trials), "tune.jsonl");
        Assert.StartsWith(
            """
               Accuracy    Loss  Rung    Time
            1   97.12 %  0.1234   2/2  0.50 s
            2   90.00 %  0.3000   2/2  0.40 s
            3    failed       -   1/2  0.10 s

            1  --schedule constant
            2  (as at the start)
            3  --learning-rate 9

            4 trials
            """, console.Output, StringComparison.Ordinal);
    }

    static string Words(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    static string[] Lines(TuneResult result)
    {
        using var writer = new StringWriter();
        TuneReport.Write(Terminal.Open(writer), result, "tune.jsonl");
        return writer.ToString().TrimEnd().Split(Environment.NewLine);
    }
}
