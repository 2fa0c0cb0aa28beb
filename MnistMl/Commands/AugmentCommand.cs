using System.CommandLine;
using MnistMl.Augmentation;
using MnistMl.Reporting;

namespace MnistMl.Commands;

/// <summary><c>augment</c>: draws augmented images.</summary>
static class AugmentCommand
{
    public const string Name = "augment";

    static readonly Option<AugmentationOptions> _augment = CommonOptions.Create(
        "--augment", "STRENGTHS", $"Augmentation to draw: {AugmentationParser.Usage}", AugmentationOptions.Parse,
        byDefault: AugmentationOptions.Parse("rotate 10, shift 1, scale 0.1, shear 0.1, elastic 34 4"));

    static readonly Option<string> _data = new("--data", "-d")
    {
        Description = $"Images, of which the first of each class is drawn. {DataSplit.DefaultData}",
        HelpName = "FILE|FOLDER",
    };

    static readonly Option<int> _seed = CommonOptions.WholeNumber(
        "--seed", "Random seed: the same seed draws the same images.", min: int.MinValue, byDefault: 1);

    static readonly Option<string> _output = new("--output", "-o")
    {
        Description = "PNG file to save.",
        HelpName = "FILE",
        DefaultValueFactory = _ => "augmented.png",
    };

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("augment", "Draw augmented.png: a digit of each class, and beside it nine augmented copies."),
        ("augment --augment \"shift 2\"", "See digits shifted by up to two pixels."),
        ("augment --augment \"elastic 34 4, erase 0.5\" --seed 2",
            "Distort as Simard did; erase part of half the digits."),
    ];

    public static Command Create()
    {
        var command = new Command(Name, "Draw augmented images.") { _augment, _data, _seed, _output };
        foreach (var option in ReadingOptions.All)
            command.Options.Add(option);
        command.SetAction(parsed => Draw(parsed));
        return command;
    }

    static int Draw(ParseResult parsed)
    {
        var options = parsed.GetRequiredValue(_augment);
        var output = parsed.GetRequiredValue(_output);
        var data = DataPath.Open(parsed.GetValue(_data) ?? BundledData.Find(), parsed.GetValue(ReadingOptions.Prepare)).ReadTraining(ReadingOptions.ColumnsOf(parsed)).Dataset;
        data = ReadingOptions.TransformOf(parsed).Apply(data);
        AugmentedSheet.Save(output, data, options, parsed.GetValue(_seed));
        parsed.InvocationConfiguration.Output.WriteLine(
            $"Saved: {output} ({data.ClassNames.Count} classes; the original on the left, then: {options}).");
        return 0;
    }
}
