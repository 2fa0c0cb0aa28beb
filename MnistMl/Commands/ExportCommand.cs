using System.CommandLine;
using MnistMl.Files;
using MnistMl.Reporting;

namespace MnistMl.Commands;

/// <summary><c>export</c>: writes a saved model in another format.</summary>
static class ExportCommand
{
    public const string Name = "export";

    const string Onnx = "onnx", Zip = "zip", Pixels = "pixels", Image = "image", ImagePath = "path", Dark = "dark", Light = "light";

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

    static readonly Option<string> _input = new Option<string>("--input")
    {
        Description = $"What a zip takes: {Pixels}, as it was trained; {Image}, an image of ML.NET's; or {ImagePath}, the path of one.",
        HelpName = $"{Pixels}|{Image}|{ImagePath}",
        DefaultValueFactory = _ => Pixels,
    }.AcceptOnlyFromAmong(Pixels, Image, ImagePath);

    static readonly Option<string> _ink = new Option<string>("--ink")
    {
        Description = $"Ink of the images: {Light} on dark paper, as in MNIST, or {Dark} on light paper.",
        HelpName = $"{Light}|{Dark}",
        DefaultValueFactory = _ => Light,
    }.AcceptOnlyFromAmong(Light, Dark);

    static readonly Option<bool> _onnxInside = new("--onnx-inside")
    {
        Description = "Keep convolutions as ONNX inside of a zip: faster in ML.NET, but it takes more packages to load.",
    };

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("export", "Write mnist.zip as mnist.onnx."),
        ("export --model letters.zip --output site/letters.onnx", "Write another model to another folder."),
        ("export --model mnist.onnx", "Write mnist.onnx as mnist.zip, for ML.NET."),
        ("export --format zip --input image --ink dark --output images.zip", "Write a zip that takes images of dark ink on white paper."),
        ("export --model accurate.zip --format zip --onnx-inside --output fast.zip", "Write a zip with ONNX inside, which ML.NET runs faster."),
    ];

    public static Command Create()
    {
        var command = new Command(Name, "Write a saved model in another format: as ONNX, or for ML.NET.")
        {
            _model, _format, _output, _input, _ink, _onnxInside,
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
            if (result.GetResult(_ink) is { Implicit: false } && result.GetValue(_input) is null or Pixels)
                result.AddError($"{_ink.Name} is for images. Add {_input.Name} {Image} or {_input.Name} {ImagePath}.");
        });
        command.SetAction(parsed => Export(parsed));
        return command;
    }

    static int Export(ParseResult parsed)
    {
        var model = parsed.GetRequiredValue(_model);
        var columns = ColumnsOf(parsed);
        var format = parsed.GetValue(_format) ?? (columns != null || ModelFile.IsOnnx(model) ? Zip : Onnx);
        var output = parsed.GetValue(_output) ?? Path.ChangeExtension(model, format);
        if (columns != null && ModelFile.IsOnnx(output))
        {
            throw new MnistMlException($"{_input.Name} and {_onnxInside.Name} are for zips, and {output} is none. "
                + $"Name a zip with {_output.Name} FILE.zip.");
        }
        var network = ModelFile.Read(model);
        var folder = Environment.CurrentDirectory;
        if (Path.GetFullPath(output, folder) == Path.GetFullPath(model, folder))
            throw new MnistMlException($"{output} is the model itself. Name another file with --output FILE.");

        if (columns is { HasOnnxInside: true } && network.SpatialLayers.Count == 0)
            throw new MnistMlException($"{model} has no convolutions. Leave out {_onnxInside.Name}.");
        ModelFile.Write(network, output, columns);
        var size = Figures.Bytes(new FileInfo(output).Length);
        parsed.InvocationConfiguration.Output.WriteLine(
            $"Saved: {output} ({Figures.Count(network.Parameters)} parameters, {size}).");
        if (!ModelFile.IsOnnx(output) && (columns != null || network.HasMaxPooling))
        {
            parsed.InvocationConfiguration.Output.WriteLine(
                ModelPackages.Sentence(columns?.Images, columns is { HasOnnxInside: true } || network.HasMaxPooling));
        }
        return 0;
    }

    /// <summary>What the zip takes, and how it computes; null where nothing is said.</summary>
    static ModelColumns? ColumnsOf(ParseResult parsed)
    {
        var (input, onnxInside) = (parsed.GetRequiredValue(_input), parsed.GetValue(_onnxInside));
        var images = input == Pixels ? null : new ImageInput(input == ImagePath, parsed.GetRequiredValue(_ink) == Dark);
        return images == null && !onnxInside ? null : new(Images: images, HasOnnxInside: onnxInside);
    }
}
