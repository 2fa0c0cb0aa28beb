using MnistMl.Data;
using MnistMl.Runs;
using MnistMl.Training;

namespace MnistMl.Tests.Runs;

/// <summary>Two runs that were tested on the same six rows.</summary>
static class SampleRuns
{
    static readonly string[] _labels = ["7", "2", "1", "0", "4", "1"];

    public static ComparedRun First { get; } = new("runs/first")
    {
        MicroAccuracy = 4 / 6.0,
        MacroAccuracy = 0.7,
        LogLoss = 0.25,
        ExpectedCalibrationError = 0.03,
        RowsTested = 6,
        Parameters = 1234,
        Epochs = 4,
        TrainSeconds = 2.5,
        Seed = 1,
        TestHash = "x",
        History = [.. ((double[])[0.8, 0.4, 0.2, 0.1]).Select((loss, epoch) => new EpochSummary(epoch + 1, loss, 0.5, null, null, 1))],
        Predictions = new(_labels, ["7", "2", "1", "0", "9", "7"], [0.9f, 0.8f, 0.7f, 0.6f, 0.5f, 0.4f]),
    };

    public static ComparedRun Second { get; } = First with
    {
        Name = "b.json",
        MicroAccuracy = 5 / 6.0,
        TrainSeconds = null,
        Interrupted = true,
        History = [.. ((double[])[0.4, 0.1]).Select((loss, epoch) => new EpochSummary(epoch + 1, loss, 0.5, null, null, 1))],
        Predictions = new(_labels, ["7", "7", "1", "0", "4", "1"], [0.9f, 0.3f, 0.7f, 0.6f, 0.55f, 0.45f]),
    };

    /// <summary>Their test rows, as images of 8 × 8 pixels.</summary>
    public static Dataset Rows
    {
        get
        {
            var pixels = new byte[6 * 64];
            new Random(1).NextBytes(pixels);
            string[] classNames = ["0", "1", "2", "4", "7"];
            return new(pixels, Array.ConvertAll(_labels, label => Array.IndexOf(classNames, label)), 64, classNames);
        }
    }
}
