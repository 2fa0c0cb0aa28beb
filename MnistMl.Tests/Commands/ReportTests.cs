using System.Text.Json;
using System.Xml.Linq;
using MnistMl.Commands;
using MnistMl.Reporting;
using MnistMl.Tests.Data;

namespace MnistMl.Tests.Commands;

public sealed class ReportTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Train_and_evaluate_write_a_report_with_the_command_that_repeats_it()
    {
        var (data, model, html, markdown) = (WriteRows(), PathOf("model.zip"), PathOf("report.html"), PathOf("report.md"));
        string[] train =
            ["train", "--data", data, "--train-rows", "80", "--validation-rows", "20", "--network", "8", "--epochs", "3", "--output", model, "--report", html, "--json"];
        var trained = Run(train);
        var page = XElement.Parse(File.ReadAllText(html)["<!doctype html>\n".Length..]);
        Assert.Equal($"{CommandLine.Program} {Shell.Join(train)}", page.Descendants("code").Single().Value);
        Assert.StartsWith(AccuracyOf(trained.Output), page.Descendants("h1").Single().Value.Replace('\u00A0', ' '), StringComparison.Ordinal);
        Assert.Equal(3, page.Descendants("svg").Count(svg => svg.Parent!.Parent!.Attribute("class")?.Value == "charts"));
        Assert.Contains($"Report: {html}", trained.Error, StringComparison.Ordinal);

        var evaluated = Run("evaluate", "--model", model, "--data", data, "--report", markdown, "--json");
        Assert.StartsWith($"# {AccuracyOf(evaluated.Output)} of 100 test images are right", File.ReadAllText(markdown), StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_that_repeats_a_training_does_not_resume_it()
    {
        var train = TrainCommand.Create();
        Assert.Equal($"{CommandLine.Program} --seed 3 --report \"my report.html\"", CommandLine.Repeating(train.Parse(["--seed", "3", "--resume", "--report", "my report.html"])));
        Assert.Equal(CommandLine.Program, CommandLine.Repeating(train.Parse(["--resume"])));
    }

    [Theory]
    [InlineData("report.pdf", 2, "neither HTML nor Markdown")]
    [InlineData("missing/report.html", 1, "The report cannot be saved")]
    public void A_report_that_cannot_be_written_is_refused_before_the_work(string name, int exitCode, string message)
    {
        foreach (var command in (string[])["train", "evaluate"])
        {
            var refused = Run(exitCode, command, "--data", PathOf("not read.csv"), "--report", PathOf(name));
            Assert.Contains(message, refused.Error, StringComparison.Ordinal);
        }
    }

    static string AccuracyOf(string json) => Figures.Percent(JsonDocument.Parse(json).RootElement.GetProperty("microAccuracy").GetDouble());

    string PathOf(string name) => Path.Join(_folder.Path, name);

    /// <summary>A hundred images of 8 × 8 pixels, of rows and of columns of ink, some of them neither.</summary>
    string WriteRows()
    {
        var random = new Random(1);
        var path = PathOf("rows.csv");
        File.WriteAllLines(path, Enumerable.Range(0, 100).Select(row =>
        {
            var place = random.Next(8);
            var pixels = Enumerable.Range(0, 64).Select(pixel => row % 10 == 0 ? random.Next(256) : (row % 2 == 0 ? pixel / 8 : pixel % 8) == place ? 255 : 0);
            return $"{(row % 2 == 0 ? "row" : "column")},{string.Join(',', pixels)}";
        }));
        return path;
    }

    static (string Output, string Error) Run(params string[] arguments) => Run(0, arguments);

    static (string Output, string Error) Run(int exitCode, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var actual = CommandLine.Run(arguments, output, error);
        Assert.True(exitCode == actual, $"{error}");
        return ($"{output}", $"{error}");
    }
}
