using System.CommandLine;
using MnistMl.Models;
using MnistMl.Models.Onnx;
using MnistMl.Reporting;

namespace MnistMl.Commands;

/// <summary><c>export</c>: writes a saved model in another format.</summary>
static class ExportCommand
{
    public const string Name = "export";

    const string Onnx = "onnx";

    static readonly Option<string> _model = CommonOptions.Model();

    static readonly Option<string> _format = new Option<string>("--format", "-f")
    {
        Description = "The format to write: ONNX, for ONNX Runtime and others.",
        DefaultValueFactory = _ => Onnx,
    }.AcceptOnlyFromAmong(Onnx);

    static readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The file to write. [default: the model's name, with the format's ending]",
        HelpName = "FILE",
    };

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("export", "Write mnist.zip as mnist.onnx."),
        ("export --model letters.zip --format onnx --output site/letters.onnx", "Write another model to another place."),
    ];

    public static Command Create()
    {
        var command = new Command(Name, "Write a saved model in another format, for other programs than ML.NET's.")
        {
            _model, _format, _output,
        };
        command.SetAction(parsed => Export(parsed));
        return command;
    }

    static int Export(ParseResult parsed)
    {
        var model = parsed.GetRequiredValue(_model);
        var output = parsed.GetValue(_output) ?? Path.ChangeExtension(model, parsed.GetRequiredValue(_format));
        var network = ModelFile.Read(model);
        var folder = Environment.CurrentDirectory;
        if (Path.GetFullPath(output, folder) == Path.GetFullPath(model, folder))
            throw new MnistMlException($"{output} is the model itself. Name another file with --output FILE.");

        OnnxModelFile.Write(network, output);
        Console.WriteLine($"Saved: {output} ({Figures.Count(network.Parameters)} parameters, {Figures.Bytes(new FileInfo(output).Length)}).");
        return 0;
    }
}
