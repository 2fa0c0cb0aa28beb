using System.CommandLine;

namespace MnistMl.Commands;

/// <summary>Options, and kinds of options, of several commands.</summary>
static class CommonOptions
{
    public static Option<string> Model() => new("--model", "-m")
    {
        Description = "Model file, saved by train or export.",
        HelpName = "FILE",
        DefaultValueFactory = _ => TrainCommand.DefaultOutput,
    };

    public static Option<bool> Json() => new("--json")
    {
        Description = "Print one JSON object on standard output, and nothing else.",
    };

    public static Option<string> Report() => Create(
        "--report", "FILE", "Write a report: one HTML file with curves, confusions, mistakes and calibration, or Markdown if its name ends in .md.",
        Reporting.Document.Report.PathOf);

    public static Option<bool> Quiet() => new("--quiet", "-q") { Description = "Show no progress, only the result." };

    public static Option<int> WholeNumber(string name, string description, int min) =>
        Create(name, "N", description, text => OptionText.WholeNumber(text, min));

    public static Option<int> WholeNumber(string name, string description, int min, int byDefault) =>
        Create(name, "N", description, text => OptionText.WholeNumber(text, min), byDefault);

    /// <summary>Creates an option whose text is read by a function.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="helpName">What help calls its value.</param>
    /// <param name="description">What help says of it.</param>
    /// <param name="parse">Reads the text; throws a <see cref="MnistMlException"/> if it is wrong.</param>
    public static Option<T> Create<T>(
        string name, string helpName, string description, Func<string, T> parse) => new(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result =>
            {
                try
                {
                    return parse(result.Tokens.Single().Value);
                }
                catch (MnistMlException wrong)
                {
                    result.AddError($"{name}: {wrong.Message}");
                    return default;
                }
            },
        };

    /// <summary>Creates such an option with a default.</summary>
    public static Option<T> Create<T>(
        string name, string helpName, string description, Func<string, T> parse, T byDefault)
    {
        var option = Create(name, helpName, description, parse);
        option.DefaultValueFactory = _ => byDefault;
        return option;
    }
}
