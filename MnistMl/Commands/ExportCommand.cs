using System.CommandLine;
using MnistMl.Files;
using MnistMl.Reporting;

namespace MnistMl.Commands;

/// <summary><c>export</c>: writes a saved model in another format.</summary>
static class ExportCommand
{
    public const string Name = "export";

    const string Onnx = "onnx", Zip = "zip";

    static readonly Option<string> _model = CommonOptions.Model();

    static readonly Option<string> _format = new Option<string>("--format", "-f")
    {
        Description = $"Format to write: {Onnx}, for ONNX Runtime and others, or {Zip}, for ML.NET. "
            + "[default: by the name of --output, else the one that the model is not in]",
        HelpName = $"{Onnx}|{Zip}",
    }.AcceptOnlyFromAmong(Onnx, Zip);

    static readonly Option<string> _output = new("--output", "-o")
    {
        Description = "File to write: ONNX if its name ends in .onnx, else a zip. "
            + "[default: the model's name with the format's extension]",
        HelpName = "FILE",
    };

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("export", "Write mnist.zip as mnist.onnx."),
        ("export --model letters.zip --output site/letters.onnx", "Write another model to another folder."),
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
            if (result.GetResult(_format) is { Tokens: [var format] }
                && result.GetResult(_output) is { Implicit: false, Tokens: [var output] }
                && format.Value == (ModelFile.IsOnnx(output.Value) ? Zip : Onnx))
            {
                result.AddError($"--format {format.Value} does not fit --output {output.Value}: "
                    + "names of ONNX files, and no others, end in .onnx.");
            }
        });
        command.SetAction(parsed => Export(parsed));
        return command;
    }

    static int Export(ParseResult parsed)
    {
        var model = parsed.GetRequiredValue(_model);
        var output = parsed.GetValue(_output)
            ?? Path.ChangeExtension(model, parsed.GetValue(_format) ?? (ModelFile.IsOnnx(model) ? Zip : Onnx));
        var network = ModelFile.Read(model);
        var folder = Environment.CurrentDirectory;
        if (Path.GetFullPath(output, folder) == Path.GetFullPath(model, folder))
            throw new MnistMlException($"{output} is the model itself. Name another file with --output FILE.");

        ModelFile.Write(network, output);
        var size = Figures.Bytes(new FileInfo(output).Length);
        parsed.InvocationConfiguration.Output.WriteLine(
            $"Saved: {output} ({Figures.Count(network.Parameters)} parameters, {size}).");
        return 0;
    }
}
