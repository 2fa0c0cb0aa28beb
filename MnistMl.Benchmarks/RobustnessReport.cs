using MnistMl.Data;
using MnistMl.Reporting;
using MnistMl.Training;

namespace MnistMl.Benchmarks;

/// <summary>
/// How many of the validation digits, the last 10,000 of MNIST's 60,000 training images, models read that never saw them, after
/// each <see cref="Corruption"/>; or of the test digits, for the figures of models that are trained and chosen.
/// </summary>
static class RobustnessReport
{
    /// <summary>The argument that asks for the test digits.</summary>
    const string Test = "--test";

    /// <summary>The recipes that are trained where no models are given: those that take seconds.</summary>
    static readonly Recipe[] _quickRecipes = [Recipe.Baseline, Recipe.Fast];

    /// <param name="arguments">Model files, each trained with <c>--train-rows 50000</c>; none to train quick ones.</param>
    public static int Run(IReadOnlyList<string> arguments)
    {
        string[] models = [.. arguments.Where(argument => argument != Test)];
        var (train, test) = Benchmarks.ReadMnist();
        var digits = arguments.Contains(Test) ? test : train.Slice(Benchmarks.RowsBeforeValidation, train.RowCount - Benchmarks.RowsBeforeValidation);
        using var folder = new TemporaryFolder();
        try
        {
            Report(models.Length > 0 ? models : [.. _quickRecipes.Select(recipe => Train(recipe.Name, folder))], digits);
            return 0;
        }
        catch (MnistMlException failure)
        {
            Console.Error.WriteLine($"Error: {failure.Message}");
            return 1;
        }
    }

    static void Report(IReadOnlyList<string> models, Dataset digits)
    {
        var tested = models.Select(LoadedModel.Load).Select(model => Robustness.Of(model, digits.WithClassNames(model.ClassNames))).ToArray();
        var names = models.Select(Path.GetFileNameWithoutExtension).ToArray();
        Benchmarks.Print($"| corruption | {string.Join(" | ", names)} |");
        Benchmarks.Print($"|---|{string.Concat(names.Select(_ => "---:|"))}");
        foreach (var (index, corruption) in Corruption.All.Index())
            Benchmarks.Print($"| {corruption.Name} | {string.Join(" | ", tested.Select(accuracies => Figures.Percent(accuracies[index].Accuracy)))} |");
    }

    static string Train(string recipe, TemporaryFolder folder)
    {
        Benchmarks.Progress($"training {recipe}");
        var path = folder.Path($"{recipe}.zip");
        string[] arguments = ["train", "--recipe", recipe, "--train-rows", $"{Benchmarks.RowsBeforeValidation}", "--quiet", "--output", path];
        return Commands.CommandLine.Run(arguments, TextWriter.Null, Console.Error) == 0
            ? path
            : throw new MnistMlException($"There is no model of {recipe} to test.");
    }
}
