using System.Globalization;
using System.Text;

namespace MnistMl.Benchmarks;

/// <summary>
/// What the recipes came to, from the runs recorded in docs/runs: docs/recipes.md and the picture of their learning curves.
/// Trains nothing itself.
/// </summary>
static class RecipeReport
{
    public static void Run()
    {
        var docs = Directory.GetParent(Path.GetFullPath(Commands.BundledData.Find()))!.Parent!.CreateSubdirectory("docs").FullName;
        var runs = RecordedRun.ReadAll(Path.Join(docs, "runs"));
        var page = new StringBuilder("""
            # What the recipes come to

            Written by `dotnet run --project MnistMl.Benchmarks -- recipes` from the runs in [runs](runs), each of which is what
            `train --seed N --json` printed with the options that [results.md](results.md) has for its name; there it says how the recipes
            were chosen, too. Accuracy is on the test rows, which no run has seen before. Times over a minute were not taken alone
            on the machine, and most on one thread; results.md has those of two idle ones.

            | | test accuracy, mean | by seed | log-loss | training, s | parameters |
            |---|---:|---|---:|---:|---:|

            """);
        foreach (var group in runs.Where(run => !run.IsValidation).GroupBy(run => run.Name).OrderBy(group => Seconds(group)))
        {
            var accuracies = group.Select(run => string.Create(CultureInfo.InvariantCulture, $"{100 * run.Accuracy:F2}"));
            page.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {group.Key} | {100 * group.Average(run => run.Accuracy):F2} % | {string.Join(", ", accuracies)} | {group.Average(run => run.LogLoss):F4} | {Seconds(group):F1} | {group.First().Parameters:N0} |");
        }
        page.Append("""

            ![Learning curves: error on validation rows over training time](learning-curves.svg)

            Error on training rows that were kept out of training for this picture alone, after each epoch: 10,000 of them, by halves 30,000.

            """);
        File.WriteAllText(Path.Join(docs, "recipes.md"), page.ToString());
        File.WriteAllText(Path.Join(docs, "learning-curves.svg"), LearningCurves.Draw([.. runs.Where(run => run.IsValidation)]));
    }

    static double Seconds(IEnumerable<RecordedRun> runs) => runs.Select(run => run.Seconds).Median();
}
