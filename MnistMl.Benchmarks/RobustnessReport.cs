using System.Globalization;
using MnistMl.Data;
using MnistMl.Inference;
using MnistMl.Training;

namespace MnistMl.Benchmarks;

/// <summary>
/// How many of the validation digits, the last 10,000 of MNIST's 60,000 training images, models read that never saw them, after
/// each <see cref="Corruption"/>; or of the test digits, for the figures of models that are trained and chosen.
/// </summary>
static class RobustnessReport
{
    const int ValidationRows = 10_000;

    /// <summary>The argument that asks for the test digits.</summary>
    const string Test = "--test";

    /// <summary>The recipes that are trained where no models are given: those that take seconds.</summary>
    static readonly Recipe[] _quickRecipes = [Recipe.Baseline, Recipe.Fast];

    /// <param name="arguments">Model files, each trained with <c>--validation-rows 10000</c>; none to train quick ones.</param>
    public static int Run(IReadOnlyList<string> arguments)
    {
        string[] models = [.. arguments.Where(argument => argument != Test)];
        var (train, test) = Benchmarks.ReadMnist();
        var digits = arguments.Contains(Test) ? test : train.Slice(train.RowCount - ValidationRows, ValidationRows);
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
        var predictors = models.Select(Predictor.Load).ToArray();
        var names = models.Select(Path.GetFileNameWithoutExtension).ToArray();
        Benchmarks.Print($"| corruption | {string.Join(" | ", names)} |");
        Benchmarks.Print($"|---|{string.Concat(names.Select(_ => "---:|"))}");
        foreach (var corruption in Corruption.All)
        {
            var pixels = new byte[digits.RowCount * digits.FeatureCount];
            Parallel.For(0, digits.RowCount, row =>
                corruption.Apply(digits.Row(row).ToArray()).CopyTo(pixels, row * digits.FeatureCount));
            var accuracies = predictors.Select(model =>
                string.Create(CultureInfo.InvariantCulture, $"{100 * Accuracy(model, pixels, digits):F2} %"));
            Benchmarks.Print($"| {corruption.Name} | {string.Join(" | ", accuracies)} |");
        }
    }

    static double Accuracy(Predictor model, byte[] pixels, Dataset digits)
    {
        var classes = model.ClassNames.Count;
        var probabilities = new float[digits.RowCount * classes];
        model.Probabilities(pixels, probabilities);
        return Enumerable.Range(0, digits.RowCount).Average(row =>
        {
            var own = probabilities.AsSpan(row * classes, classes);
            return model.ClassNames[own.IndexOf(own.ToArray().Max())] == digits.ClassNames[digits.Labels[row]] ? 1.0 : 0;
        });
    }

    static string Train(string recipe, TemporaryFolder folder)
    {
        Benchmarks.Progress($"training {recipe}");
        var path = folder.Path($"{recipe}.zip");
        string[] arguments = ["train", "--recipe", recipe, "--validation-rows", $"{ValidationRows}", "--quiet", "--output", path];
        return Commands.CommandLine.Run(arguments, TextWriter.Null, Console.Error) == 0
            ? path
            : throw new MnistMlException($"There is no model of {recipe} to test.");
    }
}
