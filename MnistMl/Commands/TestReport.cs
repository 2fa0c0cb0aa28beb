using System.Diagnostics;
using MnistMl.Data;
using MnistMl.Reporting;

namespace MnistMl.Commands;

/// <summary>The end of <c>train</c> and <c>evaluate</c>: the model is tested, and the result printed.</summary>
/// <param name="File">The file that the model is saved in.</param>
/// <param name="Model">The model.</param>
/// <param name="Training">How it was trained; null if it was loaded.</param>
/// <param name="Data">What the data was read as.</param>
/// <param name="Split">Which rows were for what; null if the model was loaded.</param>
/// <param name="Warnings">What seems to be wrong with the rows to test on.</param>
sealed record TestReport(
    string File, LoadedModel Model, TrainingRun? Training, DescriptionJson Data, SplitJson? Split, IReadOnlyList<string> Warnings)
{
    /// <summary>The accuracy after each corruption of the test rows; empty if it was not measured.</summary>
    public IReadOnlyList<CorruptedAccuracy> Robustness { get; init; } = [];

    /// <summary>Tests the model, and prints and returns the result.</summary>
    /// <param name="test">The rows to test on.</param>
    /// <param name="json">Whether to print JSON.</param>
    /// <param name="next">The arguments of the command to try next.</param>
    /// <param name="output">Where to print.</param>
    /// <returns>The result.</returns>
    public RunResult Print(Dataset test, bool json, string next, TextWriter output)
    {
        var clock = Stopwatch.StartNew();
        var run = new RunResult
        {
            Metrics = Model.Evaluate(test),
            EvaluateSeconds = clock.Elapsed.TotalSeconds,
            ClassNames = Model.ClassNames,
            UnknownClasses = [.. test.ClassNames.Skip(Model.ClassNames.Count)],
            Model = File,
            ModelBytes = new FileInfo(File).Length,
            Parameters = Model.Network?.Parameters,
            Training = Training,
            Data = Data,
            Split = Split,
            Warnings = Warnings,
            Robustness = Robustness,
        };
        if (json)
            ResultJson.Write(output, run);
        else
            new ConsoleReport(Terminal.Open(output)).Write(run, $"{CommandLine.Program} {next}");
        return run;
    }
}
