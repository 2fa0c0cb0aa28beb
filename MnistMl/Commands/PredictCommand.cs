using System.CommandLine;
using System.Globalization;
using System.Text;
using MnistMl.Data;
using MnistMl.Numerics;
using MnistMl.Reporting;

namespace MnistMl.Commands;

/// <summary><c>predict</c>: predicts the class of each row of a file.</summary>
static class PredictCommand
{
    public const string Name = "predict";

    static readonly Option<string> _model = CommonOptions.Model();

    static readonly Argument<string> _rows = new("ROWS.csv")
    {
        Description = "CSV rows, labelled or not, or a folder of IDX files with test rows; - reads standard input.",
    };

    static readonly Option<bool> _json = CommonOptions.Json();

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("predict digits.csv", "Print the label and its probability for each row, separated by a tab."),
        ("predict -", "Read the rows from standard input."),
        ("predict --model letters.zip --json letters.csv", "Print one JSON object."),
    ];

    public static Command Create()
    {
        var command = new Command(Name, "Print the predicted label and its probability for each row of a file.")
        {
            _rows, _model, _json,
        };
        command.SetAction(parsed => Predict(parsed));
        return command;
    }

    static int Predict(ParseResult parsed)
    {
        var model = parsed.GetRequiredValue(_model);
        var classifier = LoadedModel.Load(model);
        var rows = Read(parsed.GetRequiredValue(_rows), classifier, model);
        var predictions = classifier.Probabilities(rows).Chunk(classifier.ClassNames.Count).Select((scores, row) =>
        {
            var best = ((ReadOnlySpan<float>)scores).IndexOfMax();
            return new Prediction(row + 1, classifier.ClassNames[best], scores[best]);
        });

        var output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(_json))
        {
            ResultJson.Write(output, model, [.. predictions]);
            return 0;
        }
        // Standard output is flushed with every write, so all lines are written at once.
        var lines = new StringBuilder();
        foreach (var prediction in predictions)
            lines.AppendLine(CultureInfo.InvariantCulture, $"{prediction.Label}\t{prediction.Probability:F4}");
        output.Write(lines);
        return 0;
    }

    static Dataset Read(string path, LoadedModel classifier, string model) => path == "-"
        ? DatasetFile.ReadForPrediction(Console.OpenStandardInput(), "standard input", classifier.FeatureCount)
        : DataPath.ReadForPrediction(path, classifier, model);
}
