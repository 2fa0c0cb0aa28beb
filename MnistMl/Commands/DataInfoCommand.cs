using System.CommandLine;
using MnistMl.Data;
using MnistMl.Reporting;

namespace MnistMl.Commands;

/// <summary><c>data info</c>: says what is in data.</summary>
static class DataInfoCommand
{
    public const string Name = $"{DataCommand.Name} info";

    static readonly Argument<string> _input = new("FILE|FOLDER")
    {
        Description = $"Rows as for train; - reads standard input. {DataSplit.DefaultData}",
        Arity = ArgumentArity.ZeroOrOne,
    };

    static readonly Option<string> _test = new("--test")
    {
        Description = "Test rows, to look for duplicates in. [default: those of the data, else those that train would keep for the test]",
        HelpName = "FILE|FOLDER",
    };

    static readonly Option<bool> _json = CommonOptions.Json();

    static readonly Option<string> _image = new("--image")
    {
        Description = $"PNG file to save, with the first {ClassSheet.Columns} images of each class.",
        HelpName = "FILE",
    };

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("data info letters.csv", "Say what a file is read as, how many rows each class has, and whether rows are there twice."),
        ("data info fashion-mnist --image fashion.png", "Draw the first images of each class, too."),
        ("data info train.csv --test test.csv --json", "Count what two files have in common, for a script."),
    ];

    public static Command Create()
    {
        var command = new Command("info", "Print what data is read as: its rows, classes, range of pixels, order and duplicates.")
        {
            _input, DataSplit.Labels, _test, DataSplit.TestLabels,
        };
        foreach (var option in (Option[])[.. ReadingOptions.All, _image, _json])
            command.Options.Add(option);
        command.SetAction(parsed => Print(parsed));
        return command;
    }

    static int Print(ParseResult parsed)
    {
        var path = parsed.GetValue(_input) ?? BundledData.Find();
        var image = parsed.GetValue(_image);
        if (image != null)
            AtomicFile.ThrowIfUnwritable(image, "image");
        var source = DataPath.Open(path, parsed.GetValue(ReadingOptions.Prepare));
        var options = ReadingOptions.ColumnsOf(parsed);
        var all = DataPath.Read(source.ReadTraining, options, parsed.GetValue(DataSplit.Labels), ReadingOptions.TransformOf(parsed));
        var (train, test, origin) = ReadTest(parsed, path, source, options, all.Dataset);
        if (test.FeatureCount != train.FeatureCount)
            throw new MnistMlException($"The test rows have {test.FeatureCount} pixels, but the training rows have {train.FeatureCount}. Name others with {_test.Name}.");

        var summary = new DataSummary(path, all, train, test, origin);
        if (image != null)
            ClassSheet.Save(image, all, summary.ShownClasses);
        var output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(_json))
            ResultJson.Write(output, summary);
        else
            DataReport.Print(output, summary, image);
        return 0;
    }

    static (Dataset Train, Dataset Test, string Origin) ReadTest(
        ParseResult parsed, string path, DataSource source, TableOptions options, Dataset rows)
    {
        var transform = ReadingOptions.TransformOf(parsed);
        if (parsed.GetValue(_test) is { } named)
        {
            options = options with { SparseFeatureCount = rows.FeatureCount };
            return (rows, DataPath.Read(DataPath.Open(named, parsed.GetValue(ReadingOptions.Prepare)).ReadTest, options, parsed.GetValue(DataSplit.TestLabels), transform).Dataset, $"of {named}");
        }
        if (source.HasTestRows)
            return (rows, DataPath.Read(source.ReadTest, options, labels: null, transform).Dataset, $"of {path} itself");
        var (train, test, isRandom) = TrainPart.DefaultOf(rows).Split(rows, seed: 1);
        return (train, test, isRandom ? "that train draws at random, of each class alike" : "that train leaves for the test, the last ones");
    }
}
