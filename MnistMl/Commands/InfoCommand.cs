using System.CommandLine;
using MnistMl.Network;
using MnistMl.Reporting;
using Spectre.Console;

namespace MnistMl.Commands;

/// <summary><c>info</c>: prints the layers of a network, before any training.</summary>
static class InfoCommand
{
    public const string Name = "info";

    static readonly Option<string> _network = CommonOptions.Network();

    static readonly Option<int> _pixels = CommonOptions.WholeNumber("--pixels", "Pixels in a row.", atLeast: 1, byDefault: 784);

    static readonly Option<int> _classes = CommonOptions.WholeNumber("--classes", "Number of classes.", atLeast: 2, byDefault: 10);

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("info", "Show the default network."),
        ("info --network \"conv 24 5x5 /2, conv 48 5x5 /2, dense 128\"", "Show what a convolutional network comes to."),
    ];

    public static Command Create()
    {
        var command = new Command(Name, "Print a network's layers: their shapes, parameters and multiply-adds.")
        {
            _network, _pixels, _classes,
        };
        command.SetAction(parsed => Print(parsed));
        return command;
    }

    static int Print(ParseResult parsed)
    {
        var (hidden, pixels) = (Training.NetworkText.Parse(parsed.GetRequiredValue(_network)), parsed.GetValue(_pixels));
        var network = FeedForwardNetwork.Create(new double[pixels], hidden, parsed.GetValue(_classes), new Random(1));

        var table = new Table { Border = TableBorder.Horizontal };
        table.AddColumns("Layer", "Output", "Parameters", "Multiply-adds a row");
        table.Columns[2].RightAligned();
        table.Columns[3].RightAligned();
        foreach (var (layer, words) in network.Layers.Zip([.. hidden.Select(layer => $"{layer}"), "dense, softmax"]))
            table.AddRow(words, $"{layer.Output}", Figures.Count(layer.ParameterCount), Figures.Count(layer.MultiplyAdds));
        table.AddRow("all", "", Figures.Count(network.Layers.Sum(layer => layer.ParameterCount)), Figures.Count(network.Layers.Sum(layer => layer.MultiplyAdds)));
        table.AddRow("numbers saved for ML.NET", "", Figures.Count(network.AffineParameters), "");
        Terminal.Open(Console.Out).Write(table);
        return 0;
    }
}
