using System.Globalization;
using System.Text;

namespace MnistMl.Benchmarks;

/// <summary>
/// The results of the recipes, from the runs recorded in docs/runs: writes docs/recipes.md and a plot of the learning
/// curves. It does not train.
/// </summary>
static class RecipeReport
{
    public static void Run()
    {
        var dataFolder = Directory.GetParent(Path.GetFullPath(Commands.BundledData.Find()))!;
        var docs = dataFolder.Parent!.CreateSubdirectory("docs").FullName;
        var runs = RecordedRun.ReadAll(Path.Join(docs, "runs"));
        var page = new StringBuilder("""
            # Results of the recipes

            Written by `dotnet run --project MnistMl.Benchmarks -- recipes` from the files in [runs](runs). Each is the
            output of `train --seed N --json` with the options that [results.md](results.md) lists under its name;
            results.md also says how the recipes were chosen. Accuracy is that on the test set, which no run has used in
            training. Most runs shared the machine with others, and took a multiple of their time; results.md has times
            on two idle cores. Runs marked 1.0 are of that version, whose order of examples was another.

            | | test accuracy, mean | by seed | log-loss | training, s | parameters |
            |---|---:|---|---:|---:|---:|

            """);
        foreach (var group in runs.Where(run => !run.IsValidation).GroupBy(run => run.Name).OrderBy(Seconds))
        {
            var (accuracy, logLoss) = (group.Average(run => run.Accuracy), group.Average(run => run.LogLoss));
            var accuracies = string.Join(
                ", ", group.Select(run => FormattableString.Invariant($"{100 * run.Accuracy:F2}")));
            var (seconds, parameters) = (Seconds(group), group.First().Parameters);
            page.Append(CultureInfo.InvariantCulture, $"| {group.Key} | {100 * accuracy:F2} % | {accuracies} ");
            page.AppendLine(CultureInfo.InvariantCulture, $"| {logLoss:F4} | {seconds:F1} | {parameters:N0} |");
        }
        page.Append("""

            ![Learning curves: error on validation rows over training time](learning-curves.svg)

            The error is that on validation rows after each epoch: 10,000 of the training rows, for accurate-by-halves
            30,000, which were kept out of training only for this plot.

            """);
        File.WriteAllText(Path.Join(docs, "recipes.md"), page.ToString());
        File.WriteAllText(
            Path.Join(docs, "learning-curves.svg"), LearningCurves.Draw([.. runs.Where(run => run.IsValidation)]));
    }

    static double Seconds(IEnumerable<RecordedRun> runs) => runs.Select(run => run.Seconds).Median();
}
