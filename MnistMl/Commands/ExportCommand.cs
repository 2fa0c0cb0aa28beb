using MnistMl.Reporting;
using System.CommandLine;
using MnistMl.Files;

namespace MnistMl.Commands;

/// <summary><c>export</c>: writes a saved model in another format.</summary>
static class ExportCommand
{
    public const string Name = "export";

    const string Onnx = "onnx", Zip = "zip";

    static readonly Option<string> _model = CommonOptions.Model();

    static readonly Option<string> _format = CommonOptions.OneOf(new("--format", "-f")
    {
        Description = $"The format to write: {Onnx}, for ONNX Runtime and others, or {Zip}, for ML.NET. [default: that of --output's ending, else the one that the model is not in]",
        HelpName = $"{Onnx}|{Zip}",
    }, [Onnx, Zip]);

    static readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The file to write: ONNX where its name ends in .onnx, else a zip. [default: the model's name, with the format's ending]",
        HelpName = "FILE",
    };

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("export", "Write mnist.zip as mnist.onnx."),
        ("export --model letters.zip --output site/letters.onnx", "Write another model to another place."),
        ("export --model mnist.onnx", "Write mnist.onnx as mnist.zip, for ML.NET."),
    ];

    public static Command Create()
    {
        var command = new Command(Name, "Write a saved model in another format: as ONNX, or for ML.NET.")
        {
            _model, _format, _output,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(_format) is { Tokens: [var format] } && result.GetResult(_output) is { Implicit: false, Tokens: [var output] }
                && format.Value == (ModelFile.IsOnnx(output.Value) ? Zip : Onnx))
            {
                result.AddError($"--format {format.Value} does not go with --output {output.Value}: ONNX files, and no others, have names that end in .onnx.");
            }
        });
        command.SetAction(parsed => Export(parsed));
        return command;
    }

    static int Export(ParseResult parsed)
    {
        var model = parsed.GetRequiredValue(_model);
        var output = parsed.GetValue(_output) ?? Path.ChangeExtension(model, parsed.GetValue(_format) ?? (ModelFile.IsOnnx(model) ? Zip : Onnx));
        var network = ModelFile.Read(model);
        var folder = Environment.CurrentDirectory;
        if (Path.GetFullPath(output, folder) == Path.GetFullPath(model, folder))
            throw new MnistMlException($"{output} is the model itself. Name another file with --output FILE.");

        ModelFile.Write(network, output);
        parsed.InvocationConfiguration.Output.WriteLine($"Saved: {output} ({Figures.Count(network.Parameters)} parameters, {Figures.Bytes(new FileInfo(output).Length)}).");
        return 0;
    }
}
