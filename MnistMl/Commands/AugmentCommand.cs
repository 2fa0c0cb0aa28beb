using System.CommandLine;
using MnistMl.Augmentation;
using MnistMl.Reporting;

namespace MnistMl.Commands;

/// <summary><c>augment</c>: draws what <c>--augment</c> makes of pictures.</summary>
static class AugmentCommand
{
    public const string Name = "augment";

    const int Columns = 10;

    static readonly Option<AugmentationOptions> _augment = CommonOptions.Augment(
        byDefault: AugmentationOptions.Parse("rotate 10, shift 1, scale 0.1, shear 0.1, elastic 34 4"));

    static readonly Option<string> _data = new("--data", "-d")
    {
        Description = "The rows: the first of each class is drawn. [default: the repository's Data/mnist_784.csv.gz]",
        HelpName = "FILE|FOLDER",
    };

    static readonly Option<int> _seed = CommonOptions.WholeNumber(
        "--seed", "Seed of what is changed: the same seed gives the same picture.", atLeast: int.MinValue, byDefault: 1);

    static readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The PNG file to save the picture to.",
        HelpName = "FILE",
        DefaultValueFactory = _ => "augmented.png",
    };

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("augment", "Draw augmented.png: a digit of each class, and nine changed ones beside each."),
        ("augment --augment \"shift 2\"", "See what it is to move digits by up to two pixels."),
        ("augment --augment \"elastic 34 4, erase 0.5\" --seed 2", "Distort as Simard did, and erase a part of every other digit."),
    ];

    public static Command Create()
    {
        var command = new Command(Name, "Draw pictures as --augment changes them, to look at.") { _augment, _data, _seed, _output };
        command.SetAction(parsed => Draw(parsed));
        return command;
    }

    static int Draw(ParseResult parsed)
    {
        var options = parsed.GetRequiredValue(_augment);
        var output = parsed.GetRequiredValue(_output);
        var data = DataPath.ReadTraining(parsed.GetValue(_data) ?? BundledData.Find());
        var augmenter = new Augmenter(options, data.FeatureCount, parsed.GetValue(_seed));
        var sheet = new ContactSheet(data.ClassNames.Count, Columns, augmenter.Size);
        var changed = new byte[data.FeatureCount];
        for (var label = 0; label < data.ClassNames.Count; label++)
        {
            var row = data.Labels.IndexOf(label);
            sheet.Place(label, 0, data.Row(row));
            for (var epoch = 1; epoch < Columns; epoch++)
            {
                augmenter.Apply(data.Row(row), changed, epoch, row);
                sheet.Place(label, epoch, changed);
            }
        }

        AtomicFile.Write(output, "picture", file => PngFile.Write(file, sheet.Pixels, sheet.Width));
        parsed.InvocationConfiguration.Output.WriteLine($"Saved: {output} ({data.ClassNames.Count} classes; unchanged on the left, then: {options}).");
        return 0;
    }
}
