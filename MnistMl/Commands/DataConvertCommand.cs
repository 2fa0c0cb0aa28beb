using System.CommandLine;
using System.Globalization;
using System.IO.Compression;
using MnistMl.Data;
using MnistMl.Reporting;
using MnistMl.Training;

namespace MnistMl.Commands;

/// <summary><c>data convert</c>: writes data in another format.</summary>
static class DataConvertCommand
{
    public const string Name = $"{DataCommand.Name} convert";

    const string All = "all", Train = "train", Test = "test";

    static readonly Argument<string> _input = new("INPUT") { Description = "Rows as for train: a file or folder; - reads standard input." };

    static readonly Argument<string> _output = new("OUTPUT")
    {
        Description = "File to write, by its name: .csv, .csv.gz or .npz; any other name without a dot is a new folder of IDX files.",
    };

    static readonly Option<string> _part = CommonOptions.Create(
        "--part", "PART", "Rows to write: all, train or test, where INPUT has both.",
        text => OptionText.OneOf(text, [All, Train, Test], word => word), byDefault: All);

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("data convert Data/mnist_784.csv.gz mnist.npz", "Write MNIST as Keras has it: x_train, y_train, x_test, y_test."),
        ("data convert fashion-mnist fashion.csv.gz", "Write a folder of IDX files as one table: training rows, then test rows."),
        ("data convert fashion-mnist fashion-test.csv --part test", "Write the test rows alone."),
        ("data convert letters.csv letters", "Write a folder of IDX files."),
    ];

    public static Command Create()
    {
        var command = new Command("convert", "Write data in another format: CSV, IDX or NPZ.") { _input, _output, DataSplit.Labels, _part };
        foreach (var option in ReadingOptions.All)
            command.Options.Add(option);
        command.SetAction(parsed => Convert(parsed));
        return command;
    }

    static int Convert(ParseResult parsed)
    {
        var (input, output) = (parsed.GetRequiredValue(_input), parsed.GetRequiredValue(_output));
        var format = FormatOf(output);
        if (format == "IDX")
            ArrayWriter.ThrowIfUnwritable(output);
        else
            AtomicFile.ThrowIfUnwritable(output, "data");
        var (train, test) = Read(input, parsed);
        if (parsed.GetRequiredValue(_part) is var part and not All)
        {
            if (test == null)
                throw new MnistMlException($"{input} does not say which rows are for the test. Leave out {_part.Name}.");
            (train, test) = (part == Train ? train : null, part == Test ? test : null);
        }
        if (train != null && test != null && train.Dataset.FeatureCount != test.Dataset.FeatureCount)
        {
            throw new MnistMlException(
                $"The training rows of {input} have {train.Dataset.FeatureCount} pixels, and the test rows {test.Dataset.FeatureCount}. "
                + $"Convert them apart, with {_part.Name}.");
        }

        LoadedData[] parts = [.. new[] { train, test }.OfType<LoadedData>()];
        switch (format)
        {
            case "IDX":
                ArrayWriter.WriteIdx(output, train, test);
                break;
            case "NPZ":
                AtomicFile.Write(output, "data", file => ArrayWriter.WriteNpz(file, train, test));
                break;
            default:
                AtomicFile.Write(output, "data", file => WriteTable(file, output, [.. parts.Select(data => data.Dataset)]));
                break;
        }
        Report(parsed.InvocationConfiguration.Output, output, format, train, test);
        return 0;
    }

    static (LoadedData? Train, LoadedData? Test) Read(string path, ParseResult parsed)
    {
        var source = DataPath.Open(path, parsed.GetValue(ReadingOptions.Prepare));
        var options = ReadingOptions.ColumnsOf(parsed);
        var transform = ReadingOptions.TransformOf(parsed);
        var read = DataPath.Read(source.ReadTraining, options, parsed.GetValue(DataSplit.Labels), transform);
        if (source.HasTestRows)
            return (read, DataPath.Read(source.ReadTest, options, labels: null, transform));
        if (TrainPart.DefaultOf(read.Dataset) is not { Count: { } count })
            return (read, null);
        var (train, test) = TrainTestSplit.InOrder(read.Dataset, count);
        return (read with { Dataset = train }, read with { Dataset = test });
    }

    static string FormatOf(string output)
    {
        if (IsNamed(".csv") || IsNamed(".csv.gz"))
            return "CSV";
        if (IsNamed(".npz"))
            return "NPZ";
        return Path.GetExtension(output) is "" or "." || Directory.Exists(output)
            ? "IDX"
            : throw new MnistMlException($"{output} says no format. Name a file that ends in .csv, .csv.gz or .npz, or a folder without a dot in its name, for IDX.");

        bool IsNamed(string end) => output.EndsWith(end, StringComparison.OrdinalIgnoreCase);
    }

    static void WriteTable(Stream file, string output, Dataset[] parts)
    {
        if (!output.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
        {
            TableWriter.Write(file, parts);
            return;
        }
        using var zipped = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true);
        TableWriter.Write(zipped, parts);
    }

    static void Report(TextWriter output, string path, string format, LoadedData? train, LoadedData? test)
    {
        var (rows, description) = train ?? test!;
        var counts = (train, test) switch
        {
            ({ } first, { } second) => $"{Figures.Count(first.Dataset.RowCount)} training rows, then {Figures.Count(second.Dataset.RowCount)} test rows",
            _ => $"{Figures.Count(rows.RowCount)} rows",
        };
        if (PixelValues.Bytes(rows) == null)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Pixels are of 256 values from {description.Range.Min:0.###} to {description.Range.Max:0.###}: what was between them is rounded."));
        }
        var image = description is { Height: { } height, Width: { } width } ? $"images of {height}×{width} pixels" : $"{description.FeatureCount} numbers a row";
        output.WriteLine($"Saved: {path} ({format}: {counts}, {image}).");
        string[] split = format == "CSV" && train != null && test != null ? [DataSplit.TrainRows.Name, $"{rows.RowCount}"] : [];
        var next = train == null ? EvaluateCommand.Name : TrainCommand.Name;
        output.WriteLine($"Next:  {CommandLine.Program} {Shell.Join([next, DataSplit.Data.Name, path, .. split])}");
    }
}
