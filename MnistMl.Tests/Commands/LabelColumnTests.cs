using MnistMl.Commands;

namespace MnistMl.Tests.Commands;

/// <summary>A table whose label cannot be told from its names and values is asked about, and the option answers.</summary>
public sealed class LabelColumnTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("mnistml-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_unclear_label_is_wrong_usage_until_the_option_says_which()
    {
        var (table, model) = (Path.Join(_folder, "table.csv"), Path.Join(_folder, "model.zip"));
        string[] train = ["train", "--data", table, "--train-rows", "40", "--network", "4", "--epochs", "1", "--output", model];
        // Two columns that may both be the class.
        File.WriteAllLines(table, [
            "pixel1,pixel2,pixel3,pixel4,kind,shape",
            .. Enumerable.Range(0, 50).Select(row => $"{row % 2 * 255},{row},0,9,{row % 2},{(row + 1) % 2}")]);

        var (unclear, _, error) = Run(train);
        var (clear, output, log) = Run([.. train, "--label-column", "kind"]);

        Assert.Equal(2, unclear);
        Assert.Contains("'kind'", error, StringComparison.Ordinal);
        Assert.Contains("--label-column", error, StringComparison.Ordinal);
        Assert.Equal(0, clear);
        Assert.Contains("Read 50 rows of 4 pixels, 2 classes", log, StringComparison.Ordinal);
        Assert.Contains("The label is column 5 ('kind')", log, StringComparison.Ordinal);
        Assert.Contains("Left out: column 6 ('shape')", log, StringComparison.Ordinal);
        Assert.Contains("--label-column kind", output, StringComparison.Ordinal);
        Assert.Equal(0, Run(["evaluate", "--model", model, "--data", table, "--label-column", "kind"]).ExitCode);
    }

    [Fact]
    public void Columns_of_classes_are_asked_about_with_the_option_that_reads_them()
    {
        var (table, model) = (Path.Join(_folder, "table.csv"), Path.Join(_folder, "model.zip"));
        string[] train = ["train", "--data", table, "--network", "4", "--epochs", "1", "--output", model];
        File.WriteAllLines(table, Enumerable.Range(0, 50).Select(row => $"0,{row * 5},7,9,{(row % 3 == 0 ? "1,0,0" : row % 3 == 1 ? "0,1,0" : "0,0,1")}"));

        var (unclear, _, error) = Run(train);

        Assert.Equal(2, unclear);
        Assert.EndsWith("If the label is in 3 columns, one for each class, as it seems: --one-hot 3.\n", error.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal(0, Run([.. train, "--one-hot", "3"]).ExitCode);
        Assert.Equal(50, Run(["predict", "--model", model, "--one-hot", "3", table]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    static (int ExitCode, string Output, string Error) Run(string[] arguments)
    {
        using StringWriter output = new(), error = new();
        return (CommandLine.Run(arguments, output, error), output.ToString(), error.ToString());
    }
}
