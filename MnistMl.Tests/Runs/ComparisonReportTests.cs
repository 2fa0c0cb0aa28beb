using System.Text.Json;
using MnistMl.Runs;
using MnistMl.Training;
using Spectre.Console;
using Spectre.Console.Testing;

namespace MnistMl.Tests.Runs;

public sealed class ComparisonReportTests
{
    [Fact]
    public void Runs_are_a_table_curves_on_one_scale_a_test_and_the_rows_that_tell()
    {
        Assert.Equal(
            """
            A  runs/first
            B  b.json  (interrupted)

               Accuracy  Log-loss  Training  Epochs  Parameters  Calibration error  Macro-accuracy  Test rows  Seed
            A   66.67 %    0.2500    2.50 s       4       1,234             3.00 %         70.00 %          6     1
            B   83.33 %    0.2500         -       4       1,234             3.00 %         70.00 %          6     1

            Training loss 0.8000 to 0.1000
            A  █▆▃▁
            B  ▆▁

            A and B: 1 rows only A gets right, 2 only B; McNemar's test: p = 1, the difference may be chance.

            Row  Truth             A             B
              2      2  2  80.00 %    7  30.00 % ×
              5      4  9  50.00 % ×  4  55.00 %
              6      1  7  40.00 % ×  1  45.00 %


            """, Lines(Report(120, SampleRuns.First, SampleRuns.Second)));
    }

    [Fact]
    public void On_forty_columns_it_has_what_is_most_important()
    {
        var report = Report(40, SampleRuns.First, SampleRuns.Second);
        Assert.Contains("\n   Accuracy  Log-loss  Training  Epochs\n", report, StringComparison.Ordinal);
        Assert.Contains("\nA  █▆▃▁\nB  ▆▁\n", report, StringComparison.Ordinal);
        Assert.All(report.Split('\n'), line => Assert.InRange(line.Length, 0, 40));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    public void Wide_class_names_wrap_no_line(int width)
    {
        RowPredictions Long(RowPredictions of) => of with { Labels = [.. of.Labels.Select(Name)], Predicted = [.. of.Predicted.Select(Name)] };
        static string Name(string label) => $"数字 {label}, a long name";
        var report = Report(
            width, SampleRuns.First with { Predictions = Long(SampleRuns.First.Predictions!) }, SampleRuns.Second with { Predictions = Long(SampleRuns.Second.Predictions!) });

        Assert.Equal(width >= 40, report.Contains("\nRow     Truth           A           B\n  2  数字 ...  数字 ...    数字 ... ×\n", StringComparison.Ordinal));
        Assert.All(report.Split('\n'), line => Assert.InRange(line.GetCellWidth(), 0, width));
    }

    [Fact]
    public void Long_trainings_are_drawn_so_that_epochs_stay_below_each_other()
    {
        ComparedRun Of(int epochs) => new("r") { History = [.. Enumerable.Range(1, epochs).Select(epoch => new EpochSummary(epoch, Math.Exp(-epoch), 0, null, null, 1))] };
        var lines = Report(43, Of(400), Of(100)).Split('\n');
        Assert.Equal([40 + 3, 10 + 3], lines.SkipWhile(line => !line.StartsWith("Training loss", StringComparison.Ordinal)).Skip(1).Take(2).Select(line => line.Length));
    }

    [Fact]
    public void The_better_run_is_told_and_of_the_rows_that_tell_first_those_that_the_other_is_surest_of()
    {
        string[] labels = [.. Enumerable.Repeat("7", 12)];
        float[] sureness = [.. Enumerable.Range(0, 12).Select(row => row % 5 / 10f + row / 100f)];
        var right = SampleRuns.First with { Predictions = new(labels, labels, sureness) };
        var wrong = SampleRuns.First with { Predictions = new(labels, [.. labels.Select(_ => "1")], sureness) };
        int[] expected = [.. Enumerable.Range(0, 12).OrderByDescending(row => sureness[row]).Take(10)];

        Assert.Equal("A is better", new Comparison([right, wrong]).Verdict);
        Assert.Equal("B is better", new Comparison([wrong, right]).Verdict);
        Assert.Equal(expected, new Comparison([right, wrong]).TellingRows(1));
        Assert.Equal(expected, new Comparison([wrong, right]).TellingRows(1));
    }

    [Fact]
    public void Runs_that_were_not_tested_on_the_same_rows_are_said_not_to_compare()
    {
        Assert.Contains("A and B were tested on different rows", Report(120, SampleRuns.First, SampleRuns.Second with { TestHash = "y" }), StringComparison.Ordinal);
        var others = SampleRuns.Second.Predictions! with { Labels = ["7", "2", "1", "0", "4", "9"] };
        Assert.Contains("A and B were tested on different rows", Report(120, SampleRuns.First, SampleRuns.Second with { Predictions = others }), StringComparison.Ordinal);
        Assert.Contains("is known of runs and models", Report(120, SampleRuns.First, SampleRuns.Second with { Predictions = null }), StringComparison.Ordinal);
    }

    [Fact]
    public void JSON_has_figures_tests_and_rows()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        new Comparison([SampleRuns.First, SampleRuns.Second, SampleRuns.Second with { Name = "c", Predictions = null, History = [] }]).WriteJson(writer);

        var json = JsonDocument.Parse(writer.ToString()).RootElement;
        Assert.Equal(["runs/first", "b.json", "c"], json.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("name").GetString()));
        Assert.Equal(0.1, json.GetProperty("runs")[1].GetProperty("history")[1].GetProperty("trainLoss").GetDouble());
        Assert.False(json.GetProperty("runs")[2].TryGetProperty("history", out _));
        var test = Assert.Single(json.GetProperty("mcNemar").EnumerateArray());
        Assert.Equal("b.json", test.GetProperty("second").GetString());
        Assert.Equal(1, test.GetProperty("probability").GetDouble());
        Assert.Equal("[2]", test.GetProperty("onlyFirst").GetRawText());
        Assert.Equal("[5,6]", test.GetProperty("onlySecond").GetRawText());
        var text = RepositoryFile.Read("docs/json.md");
        Assert.All(
            json.EnumerateObject().Concat(test.EnumerateObject()).Concat(json.GetProperty("runs")[0].EnumerateObject()),
            property => Assert.Contains($"`{property.Name}`", text, StringComparison.Ordinal));
    }

    static string Report(int width, params ComparedRun[] runs)
    {
        using var console = new TestConsole().Width(width);
        new ComparisonReport(console).Write(new(runs));
        return console.Output;
    }

    static string Lines(string text) => string.Join('\n', text.Split('\n').Select(line => line.TrimEnd()));
}
