using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using MnistMl.Augmentation;
using MnistMl.Data;
using MnistMl.Files;
using MnistMl.Training;

namespace MnistMl.Commands;

/// <summary>Parses the arguments of a command as <see cref="TrainingOptions"/>, and writes them again.</summary>
static class TrainingArguments
{
    /// <summary>Adds options of training to a command.</summary>
    public static void AddTo(Command command, IEnumerable<OptionBinding> bindings)
    {
        foreach (var binding in bindings)
            binding.AddTo(command);
        command.Validators.Add(result => Parse(result, result.AddError));
    }

    /// <summary>What to train, and how: the recipe, changed by the options that are given.</summary>
    /// <exception cref="MnistMlException">A teacher cannot be read.</exception>
    public static TrainingOptions Parse(ParseResult parsed)
    {
        var options = Parse(parsed.CommandResult, error => throw new UnreachableException(error));
        if (options.Distillation is not { } distillation)
            return options;
        var files = TrainingBindings.Teacher.Given(parsed.CommandResult)!;
        return options with { Distillation = distillation with { Teachers = [.. files.Select(ModelFile.Read)] } };
    }

    /// <summary>The recipe that is given, or the default.</summary>
    public static Recipe ParseRecipe(ParseResult parsed) =>
        TrainingBindings.Preset.Given(parsed.CommandResult) is { } names
            ? TrainingBindings.RecipeOf(names.Single())
            : Recipe.Fast;

    /// <summary>Images of more pixels take longer to augment than to train on.</summary>
    const int MaxAugmentedPixels = 256 * 256;

    /// <summary>Warns of images that take long to augment.</summary>
    public static void WarnOfLargeImages(TrainingOptions options, Dataset rows, TextWriter error)
    {
        if (options.Augmentation != AugmentationOptions.None && rows.FeatureCount > MaxAugmentedPixels)
        {
            CommandLine.PrintWarning(
                $"Images of {rows.FeatureCount:N0} pixels take long to augment. {TrainingBindings.Augment.Name} {AugmentationOptions.None} leaves them as they are.", error);
        }
    }

    /// <summary>Turns augmentation off for rows that cannot be augmented, unless it is given.</summary>
    public static TrainingOptions ForRows(TrainingOptions options, ParseResult parsed, Dataset rows) =>
        Augmenter.Takes(rows.FeatureCount) || TrainingBindings.Augment.Given(parsed.CommandResult) != null
            ? options
            : options with { Augmentation = AugmentationOptions.None };

    /// <summary>The options whose values a search varies: those that it can vary and that are not given.</summary>
    public static IReadOnlyList<OptionBinding> Searched(ParseResult parsed, Dataset rows)
    {
        return [.. TrainingBindings.All.Where(binding => binding.Draw != null && IsFree(binding)
            && (binding != TrainingBindings.Augment || Augmenter.Takes(rows.FeatureCount)))];

        bool IsFree(OptionBinding binding) => binding.Given(parsed.CommandResult) == null && binding.Parts.All(IsFree);
    }

    /// <summary>The arguments that say how options differ from others.</summary>
    /// <param name="options">The options.</param>
    /// <param name="from">The others, such as a recipe's; null to write everything.</param>
    public static IReadOnlyList<string> Write(TrainingOptions options, TrainingOptions? from = null)
    {
        var arguments = new List<string>();
        // What the arguments so far are read as: another optimizer, for instance, changes the learning rate.
        var read = from ?? options;
        foreach (var binding in TrainingBindings.All)
        {
            if (binding.Write(options) is { } text && (from == null || text != binding.Write(read)))
            {
                arguments.AddRange(binding.Name, text);
                read = binding.Set(read, text);
            }
        }
        return arguments;
    }

    static TrainingOptions Parse(CommandResult result, Action<string> fail) =>
        TrainingBindings.All.Aggregate(Recipe.Fast.Options, (options, binding) => binding.Read(options, result, fail));
}
