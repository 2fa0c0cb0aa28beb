using MnistMl.Reporting;
using MnistMl.Training;
using Spectre.Console;
using Spectre.Console.Testing;

namespace MnistMl.Tests.Reporting;

public class ConsoleReportTests
{
    static readonly double[] _losses = [0.8, 0.5, 0.3, 0.1];

    [Fact]
    public void Training_is_reported_with_the_headline_last()
    {
        Assert.Equal(
            """
            Confusion matrix (a row for each truth, a column for each prediction)
                 cat  dog  owl  cow
            cat    3    1    ·    ·
            dog    ·    2    ·    ·
            owl    ·    1    1    ·
            cow    ·    ·    ·    ·

            Classes
                 Rows  Precision    Recall       F1
            cat     4   100.00 %   75.00 %  85.71 %
            dog     2    50.00 %  100.00 %  66.67 %
            owl     2   100.00 %   50.00 %  66.67 %
            cow     0          -         -        -

            Accuracy             75.00 %  6 of 8 rows
            Macro-accuracy       75.00 %  mean recall of the classes
            Top-3 accuracy      100.00 %
            Log-loss              0.8724  nats a row
            Log-loss reduction    0.1610  0: no better than the classes' shares, 1: perfect

            Trained on 60,000 rows in 2.75 s (epochs: 2, threads: 2, seed: 1).
            Tested on 8 rows in 0.25 s.
            Saved: pets.zip (109,386 parameters, 431 kB).
            Next:  mnistml serve pets.zip

            """,
            Report(SampleRun.Trained("cat", "dog", "owl", "cow"), new TestConsole()));
    }

    [Fact]
    public void Reliability_is_a_table_of_the_ranges_that_have_rows()
    {
        var report = Report(SampleRun.Calibrated("cat", "dog", "owl"), new TestConsole());

        Assert.Contains(
            """

            Reliability (predictions by their probability, and how many of them are right)
            Probability          Rows     Mean     Right
            50.00 % to 75.00 %      6  62.50 %   50.00 %
            81.25 % to 100.00 %     2  87.50 %  100.00 %


            """, report, StringComparison.Ordinal);
        Assert.Contains("\nCalibration error    12.50 %  probability against accuracy; by chance 16.49 %\n", report, StringComparison.Ordinal);
        Assert.Contains("\nCalibrated on the validation rows: logits are divided by 1.250.\n", report, StringComparison.Ordinal);
    }

    [Fact]
    public void An_evaluation_is_summed_up_without_training()
    {
        Assert.EndsWith(
            """

            Tested on 8 rows in 0.25 s.
            Model: pets.zip (109,386 parameters, 431 kB).
            Next:  mnistml serve pets.zip

            """,
            Report(SampleRun.Evaluated("cat", "dog", "owl", "cow"), new TestConsole()));
    }

    [Fact]
    public void On_a_terminal_hits_are_green_errors_redden_with_their_share_and_zeros_are_dim()
    {
        var report = Report(SampleRun.Evaluated("a", "b", "c"), Coloured());

        Assert.Contains(
            "\n\e[2ma\e[0m  \e[1;38;5;2m3\e[0m  \e[38;2;255;0;0m1\e[0m  \e[2m·\e[0m\n",
            report,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Top_k_accuracy_is_left_out_where_it_holds_every_class()
    {
        Assert.DoesNotContain("Top-3", Report(SampleRun.Evaluated("a", "b", "c"), new TestConsole()));
    }

    [Fact]
    public void A_log_loss_reduction_that_rows_of_one_class_do_not_have_is_a_dash()
    {
        var run = SampleRun.OfOneClass("a", "b", "c");
        Assert.False(double.IsFinite(run.Metrics.LogLossReduction));

        Assert.Contains("\nLog-loss reduction         -  0: no better", Report(run, new TestConsole()), StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_are_numbered_where_their_labels_are_too_long_for_the_terminal()
    {
        string[] breeds = ["Dalmatian", "Great Dane", "Saint Bernard", "Newfoundland", "Rottweiler"];

        var report = Report(SampleRun.Evaluated(breeds), Plain(60));

        Assert.Contains(
            """

                             1  2  3  4  5
            1 Dalmatian      3  1  ·  ·  ·
            2 Great Dane     ·  2  ·  ·  ·
            3 Saint Bernard  ·  1  1  ·  ·
            4 Newfoundland   ·  ·  ·  ·  ·
            5 Rottweiler     ·  ·  ·  ·  ·

            """,
            report);
    }

    [Theory]
    [InlineData(46, true)]
    [InlineData(45, false)]
    public void A_matrix_without_room_gives_way_to_the_worst_confusions(int width, bool isMatrix)
    {
        string[] letters = [.. Enumerable.Range('a', 15).Select(letter => $"{(char)letter}")];

        var report = Report(SampleRun.Evaluated(letters), Plain(width));

        Assert.Equal(isMatrix, report.Contains("\n   a  b  c  d  e  f  g  h  i  j  k  l  m  n  o\na  3  1  ·", StringComparison.Ordinal));
        Assert.Equal(!isMatrix, report.Contains("Truth  Predicted  Rows\na              b     1\nc              b     1\n\nClasses\n", StringComparison.Ordinal));
    }

    [Fact]
    public void On_forty_columns_no_table_is_wrapped_and_what_does_not_fit_is_left_out()
    {
        var report = Report(SampleRun.Calibrated("cat", "dog", "owl"), Plain(40));

        Assert.Contains("\nProbability  Rows     Mean     Right\nto 75.00 %      6  62.50 %   50.00 %\nto 100.00 %     2  87.50 %  100.00 %\n", report, StringComparison.Ordinal);
        Assert.Contains("\nLog-loss reduction    0.1610\n", report, StringComparison.Ordinal);
        Assert.Contains("\nAccuracy             75.00 %\n", report, StringComparison.Ordinal);
        Assert.All(report.Split('\n'), line => Assert.InRange(line.Length, 0, 40));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_losses_of_all_epochs_are_a_sparkline(bool isUnicode)
    {
        var run = SampleRun.Trained("cat", "dog", "owl");
        using var console = Plain(80);
        console.Profile.Capabilities.Unicode = isUnicode;

        var report = Report(run with { Training = run.Training! with { History = [.. _losses.Select((loss, epoch) => new EpochSummary(epoch + 1, loss, 0, 2 * loss, 0, 1))] } }, console);

        Assert.Equal(isUnicode, report.Contains("\nLoss  █▅▃▁  0.8000 to 0.1000\nValidation  █▅▃▁  1.6000 to 0.2000\n", StringComparison.Ordinal));
        Assert.Equal(isUnicode, report.Contains("0.8000", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(30)]
    [InlineData(40)]
    [InlineData(59)]
    public void Tables_of_wide_class_names_end_and_are_no_wider_than_the_narrowest_terminal(int width)
    {
        var run = SampleRun.Calibrated("手書きの数字の零", "á rather long label", "😀😀😀😀😀😀😀😀😀😀") with { Robustness = [new("stretched to the full box", 0.5)] };
        var report = Report(run with { Training = run.Training! with { History = [.. Enumerable.Range(1, 50).Select(epoch => new EpochSummary(epoch, 1.0 / epoch, 0, 1, 0, 1))] } }, Plain(width));

        Assert.All(report.Split('\n').Where(line => !line.StartsWith("Next:", StringComparison.Ordinal)), line => Assert.InRange(line.GetCellWidth(), 0, width));
        Assert.Equal(width <= 40, report.Contains("\n手書...", StringComparison.Ordinal));
        Assert.Equal(width == 40, report.Contains("\n手書...         3         1        ·\n", StringComparison.Ordinal));
        Assert.Equal(width >= 30, report.Split('\n').Any(line => line.StartsWith("Loss  ", StringComparison.Ordinal) && line.EndsWith("▁  1.0000 to 0.0200", StringComparison.Ordinal)));
    }

    [Fact]
    public void Robustness_is_a_table_if_it_was_measured()
    {
        var report = Report(SampleRun.Evaluated("a", "b", "c") with { Robustness = [new("none", 0.75), new("turned by 20°", 0.5)] }, new TestConsole());
        Assert.Contains(
            """

            Robustness (accuracy on the same rows, corrupted)
            Corruption     Accuracy
            none            75.00 %
            turned by 20°   50.00 %


            """, report, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    public void Tables_of_many_long_labels_are_no_wider_than_the_terminal(int width)
    {
        string[] classNames = [.. Enumerable.Range(1, 26).Select(number => $"A rather long label, no. {number} of 26")];

        var report = Report(SampleRun.Evaluated(classNames), Plain(width));

        var rows = report.Split('\n').Where(line => line.Contains("A rather")).ToArray();
        // Two confusions, and the classes.
        Assert.Equal(2 + 26, rows.Length);
        Assert.All(rows, row => Assert.InRange(row.Length, 0, width));
    }

    [Fact]
    public void What_is_not_a_terminal_is_not_wrapped_nor_coloured()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var path = new string('x', 500) + ".zip";

        new ConsoleReport(Terminal.Open(writer))
            .Write(SampleRun.Evaluated("a", "b", "c") with { Model = path }, "next");

        Assert.Contains($"\nModel: {path} (", writer.ToString());
        Assert.DoesNotContain('\e', writer.ToString());
    }

    [Fact]
    public void The_next_command_is_one_line_to_copy_on_any_terminal()
    {
        using var console = Plain(40);
        var command = string.Join(' ', Enumerable.Repeat("a word", 20));
        new ConsoleReport(console).Write(SampleRun.Evaluated("a", "b", "c"), command);
        Assert.EndsWith($"Next:  {command}\n", console.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\e[31mred", "?[31mred")]
    [InlineData("0123456789012345678901234567😀", "0123456789012345678901234567😀")]
    [InlineData("01234567890123456789012345😀89012", "01234567890123456789012345...")]
    public void Labels_are_shown_without_control_characters_and_never_by_half_a_letter(string label, string shown) =>
        Assert.Contains($"\n{shown} ", Report(SampleRun.Evaluated(label, "b", "c"), Plain(90)), StringComparison.Ordinal);

    static TestConsole Plain(int width) => new TestConsole().Width(width);

    static TestConsole Coloured() => new TestConsole().EmitAnsiSequences();

    static string Report(RunResult result, TestConsole console)
    {
        new ConsoleReport(console).Write(result, "mnistml serve pets.zip");
        return console.Output;
    }
}
