using System.Diagnostics;
using MnistMl.Data;
using MnistMl.Pipelines;
using MnistMl.Reporting;

namespace MnistMl.Commands;

/// <summary>What <c>train</c> and <c>evaluate</c> end with: the model is tested, and the result printed.</summary>
static class TestReport
{
    /// <summary>Tests a classifier and prints the result.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="test">The rows to test on.</param>
    /// <param name="model">The file that the classifier is saved in.</param>
    /// <param name="training">How it was trained; null where it was loaded.</param>
    /// <param name="json">Whether the result is for a script.</param>
    /// <param name="next">Arguments of the command to try next.</param>
    /// <param name="output">Where to print.</param>
    public static void Print(Classifier classifier, Dataset test, string model, TrainingRun? training, bool json, string next, TextWriter output)
    {
        var clock = Stopwatch.StartNew();
        var metrics = classifier.Evaluate(test);
        var run = new RunResult
        {
            Metrics = metrics,
            EvaluateSeconds = clock.Elapsed.TotalSeconds,
            MLNet = classifier.IsMLNet,
            Model = model,
            ModelBytes = new FileInfo(model).Length,
            Parameters = classifier.Network.Parameters,
            Training = training,
        };
        if (json)
            ResultJson.Write(output, run);
        else
            new ConsoleReport(Terminal.Open(output)).Write(run, $"{CommandLine.Program} {next}");
    }
}
