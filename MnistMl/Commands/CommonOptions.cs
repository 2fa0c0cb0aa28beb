using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using MnistMl.Augmentation;
using MnistMl.Model;
using MnistMl.Training;

namespace MnistMl.Commands;

/// <summary>The options, and kinds of options, that several commands have.</summary>
static class CommonOptions
{
    public static Option<string> Model() => new("--model", "-m")
    {
        Description = "The model to use: a file that train or export saved.",
        HelpName = "FILE",
        DefaultValueFactory = _ => TrainCommand.DefaultOutput,
    };

    public static Option<bool> Json() => new("--json")
    {
        Description = "Print one JSON object, and nothing else, on standard output.",
    };

    public static Option<bool> Quiet() => new("--quiet", "-q") { Description = "Show no progress, only the result." };

    public static Option<string> Network() => new("--network")
    {
        Description = $"The hidden layers: {NetworkParser.Usage}",
        HelpName = "WORDS",
        CustomParser = result => ParseWords(result, "--network", NetworkParser.Parse).Text,
        DefaultValueFactory = _ => NetworkParser.Format(Recipe.Fast.Options.HiddenLayers),
    };

    public static Option<AugmentationOptions> Augment(AugmentationOptions byDefault) => new("--augment")
    {
        Description = $"How pictures are changed each time they are trained on: {AugmentationParser.Usage}",
        HelpName = "WORDS",
        CustomParser = result => ParseWords(result, "--augment", AugmentationOptions.Parse).Parsed,
        DefaultValueFactory = _ => byDefault,
    };

    /// <summary>Has an option take one of some words, and nothing else.</summary>
    public static Option<string> OneOf(Option<string> option, string[] words)
    {
        option.CompletionSources.Add(words);
        option.CustomParser = result =>
        {
            var word = result.Tokens.Single().Value;
            if (!words.Contains(word))
                result.AddError($"{option.Name} takes {Listed(words)}, but '{word}' was given.");
            return word;
        };
        return option;
    }

    /// <summary>The words as a sentence has them.</summary>
    public static string Listed(IEnumerable<string> words) => $"{string.Join(", ", words.SkipLast(1))} or {words.Last()}";

    public static Option<int> WholeNumber(string name, string description, int atLeast) => Between(name, description, atLeast, int.MaxValue);

    public static Option<int> WholeNumber(string name, string description, int atLeast, int byDefault, int atMost = int.MaxValue)
    {
        var option = Between(name, description, atLeast, atMost);
        option.DefaultValueFactory = _ => byDefault;
        return option;
    }

    static Option<int> Between(string name, string description, int atLeast, int atMost) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => ParseWholeNumber(result, result.Tokens.Single().Value, name, atLeast, atMost),
    };

    /// <param name="name">The option's name.</param>
    /// <param name="description">What it says.</param>
    /// <param name="wanted">What kind of number it takes, for people to read.</param>
    /// <param name="isWanted">Whether a number is of that kind. Infinity and what is not a number are not asked for.</param>
    /// <param name="byDefault">What it is where it is not given.</param>
    public static Option<double> Number(
        string name, string description, string wanted, Predicate<double> isWanted, double byDefault) => new(name)
        {
            Description = description,
            HelpName = "X",
            CustomParser = result => ParseNumber(result, name, wanted, isWanted),
            DefaultValueFactory = _ => byDefault,
        };

    /// <inheritdoc cref="Number(string, string, string, Predicate{double}, double)"/>
    public static Option<double?> Number(string name, string description, string wanted, Predicate<double> isWanted) => new(name)
    {
        Description = description,
        HelpName = "X",
        CustomParser = result => ParseNumber(result, name, wanted, isWanted),
    };

    static double ParseNumber(ArgumentResult result, string name, string wanted, Predicate<double> isWanted)
    {
        var text = result.Tokens.Single().Value;
        var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        if (!isNumber || !double.IsFinite(number) || !isWanted(number))
            result.AddError($"{name} takes {wanted}, but '{text}' was given.");
        return number;
    }

    static int ParseWholeNumber(ArgumentResult result, string text, string name, int atLeast, int atMost)
    {
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || number < atLeast || number > atMost)
        {
            var range = atMost < int.MaxValue ? $" from {atLeast} to {atMost}" : atLeast > int.MinValue ? $" from {atLeast} on" : "";
            result.AddError($"{name} takes a whole number{range}, but '{text}' was given.");
        }
        return number;
    }

    static (string Text, T? Parsed) ParseWords<T>(ArgumentResult result, string name, Func<string, T> parse) where T : class
    {
        var text = result.Tokens.Single().Value;
        try
        {
            return (text, parse(text));
        }
        catch (MnistMlException wrong)
        {
            result.AddError($"{name}: {wrong.Message}");
            return (text, null);
        }
    }
}
