using System.CommandLine;
using MnistMl.Fetching;
using MnistMl.Reporting;

namespace MnistMl.Commands;

/// <summary><c>data fetch</c>: downloads a data set from OpenML.</summary>
static class DataFetchCommand
{
    public const string Name = $"{DataCommand.Name} fetch";

    static readonly Option<int> _id = CommonOptions.WholeNumber(
        "--id", "Number of a data set at openml.org: 554 is MNIST, 40996 Fashion-MNIST.", min: 1, byDefault: BundledData.OpenMlId);

    static readonly Option<string> _output = new("--output", "-o")
    {
        Description = "ARFF file to save, gzipped if its name ends in .gz. [default: NAME-ID.arff.gz in the user's folder of caches]",
        HelpName = "FILE",
    };

    static readonly Option<long> _maxSize = CommonOptions.Create(
        "--max-size", "SIZE", "The largest file to download, such as 500M or 2G.", ParseSize, byDefault: 2_000_000_000);

    // For another server of OpenML's kind, such as that of the tests.
    static readonly Option<Uri> _server = CommonOptions.Create("--server", "URL", "OpenML's address.", ParseServer);

    static readonly Option<bool> _quiet = CommonOptions.Quiet();

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("data fetch", "Download MNIST, once; train takes it where there is no other."),
        ("data fetch --id 40996 --output fashion.arff.gz", "Download Fashion-MNIST into a file."),
    ];

    public static Command Create()
    {
        _server.Hidden = true;
        var command = new Command("fetch", "Download a data set of images from OpenML.") { _id, _output, _maxSize, _server, _quiet };
        command.SetAction(parsed => Fetch(parsed));
        return command;
    }

    static int Fetch(ParseResult parsed)
    {
        var (id, server) = (parsed.GetValue(_id), parsed.GetValue(_server) ?? OpenMlDataset.DefaultServer);
        using var console = new ConsoleCancellation();
        using var client = new WebClient(server.IsLoopback, TimeProvider.System, Task.Delay);
        DatasetFetcher? fetcher = null;
        FetchedDataset fetched;
        try
        {
            fetched = DownloadDisplay.Show(
                parsed.GetValue(_quiet) ? null : Terminal.Open(parsed.InvocationConfiguration.Error), $"Data set {id}",
                progress => (fetcher = new(client, server, parsed.GetValue(_maxSize), progress)).Fetch(id, parsed.GetValue(_output), console.Token))
                .GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            parsed.InvocationConfiguration.Error.WriteLine(fetcher is { KeepsPart: true }
                ? "Interrupted. What has come is kept: the same command goes on from there."
                : "Interrupted: nothing is saved.");
            return console.ExitCode;
        }
        Report(parsed.InvocationConfiguration.Output, fetched, isDefault: id == BundledData.OpenMlId && parsed.GetValue(_output) == null);
        return 0;
    }

    static void Report(TextWriter output, FetchedDataset fetched, bool isDefault)
    {
        var (rows, description) = fetched.Data;
        output.WriteLine(string.Join(' ', description.Sentences));
        output.WriteLine($"{(fetched.IsNew ? "Saved" : "There already")}: {fetched.Path} "
            + $"({Figures.Count(rows.RowCount)} rows of {rows.FeatureCount} pixels, {rows.ClassNames.Count} classes, {Figures.Bytes(new FileInfo(fetched.Path).Length)}"
            + $"{(fetched.IsChecked ? "" : "; OpenML has no checksum of it")}).");
        string[] label = fetched.LabelColumn is { } column ? [ReadingOptions.LabelColumn.Name, column] : [];
        // Where there is no repository, train finds it.
        string[] data = isDefault && label.Length == 0 && BundledData.IsFetched ? [] : [DataSplit.Data.Name, fetched.Path, .. label];
        output.WriteLine($"Next:  {CommandLine.Program} {Shell.Join([TrainCommand.Name, .. data])}");
    }

    static long ParseSize(string text)
    {
        var factor = text.Length == 0 ? 1 : char.ToUpperInvariant(text[^1]) switch { 'K' => 1e3, 'M' => 1e6, 'G' => 1e9, _ => 1 };
        var number = OptionText.Number(factor > 1 ? text[..^1] : text, "a size above 0, such as 500M or 2G", size => size * factor is >= 1 and < long.MaxValue);
        return (long)(number * factor);
    }

    static Uri ParseServer(string text) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var server)
        && (server.Scheme == Uri.UriSchemeHttps || server.Scheme == Uri.UriSchemeHttp && server.IsLoopback)
            ? server
            : throw new MnistMlException($"'{text}' is no address of https.");
}
