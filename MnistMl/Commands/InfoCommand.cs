using System.CommandLine;
using System.CommandLine.Parsing;
using MnistMl.Files;
using MnistMl.Model;
using MnistMl.Reporting;
using Spectre.Console;

namespace MnistMl.Commands;

/// <summary><c>info</c>: prints the layers of a network, untrained or of a saved model.</summary>
static class InfoCommand
{
    public const string Name = "info";

    static readonly Option<string> _model = new("--model", "-m")
    {
        Description = "Model file, to print its layers.",
        HelpName = "FILE",
    };

    static readonly Option<int> _pixels = CommonOptions.WholeNumber(
        "--pixels", "Pixels of an image.", min: 1, byDefault: 784);

    static readonly Option<int> _classes = CommonOptions.WholeNumber(
        "--classes", "Number of classes.", min: 2, byDefault: 10);

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("info", "Show the default network."),
        ("info --network \"conv 24 5x5 /2, conv 48 5x5 /2, dense 128\"", "Show a convolutional network."),
        ("info --model mnist.zip", "Show the layers of a saved model."),
    ];

    public static Command Create()
    {
        var command = new Command(Name, "Print a network's layers: their shapes, parameters and multiply-adds.")
        {
            _model,
        };
        TrainingArguments.AddTo(command, [TrainingBindings.Network]);
        command.Options.Add(_pixels);
        command.Options.Add(_classes);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_model) == null)
                return;
            foreach (var other in result.Children.OfType<OptionResult>())
            {
                if (other.Option != _model)
                    result.AddError($"{other.Option.Name} does not go with {_model.Name}, which has its own network.");
            }
        });
        command.SetAction(parsed => Print(parsed));
        return command;
    }

    static int Print(ParseResult parsed)
    {
        var network = parsed.GetValue(_model) is { } model ? ModelFile.Read(model) : null;
        var layers = network?.Shapes ?? LayerShape.Of(
            parsed.GetValue(_pixels), TrainingArguments.Parse(parsed).HiddenLayers, parsed.GetValue(_classes));
        var zipSize = network == null ? ZipSize.Of(layers) : ZipSize.Of(network);

        var console = Terminal.Open(parsed.InvocationConfiguration.Output);
        ConsoleTable.Write(
            console, ["Layer", "Output", "Parameters", "Multiply-adds"],
            [
                .. layers.Select((layer, i) => (Cell[])
                [
                    i < layers.Length - 1 ? $"{layer.Options}" : "dense, softmax", $"{layer.Output}",
                    Figures.Count(layer.Parameters), Figures.Count(layer.MultiplyAdds),
                ]),
                ["all", "", Figures.Count(layers.Sum(layer => layer.Parameters)), Figures.Count(layers.Sum(layer => layer.MultiplyAdds))],
            ], texts: 2);
        console.WriteLine(Array.Exists(layers, layer => layer.Options is MaxPooling2D)
            ? "Saved for ML.NET with ONNX inside."
            : $"Numbers saved for ML.NET: {Figures.Count(zipSize.InFile)}.");
        return 0;
    }
}
