using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Training;
using MnistMl.Tuning;

namespace MnistMl.Tests.Tuning;

public sealed class TrialTests
{
    [Fact]
    public void A_network_that_is_too_large_for_a_file_is_not_trained_but_fails()
    {
        var rows = new Dataset(new byte[4 * 784], (int[])[0, 1, 0, 1], 784, ["a", "b"]);
        var configuration = new Configuration("", new TrainingOptions { HiddenLayers = NetworkParser.Parse("conv 64 5x5, conv 128 5x5") });
        var trial = Trial.Run(configuration, epochs: 1, rows, rows, new Never(), TestContext.Current.CancellationToken)!;
        Assert.Null(trial.Accuracy);
        Assert.Contains("Train a smaller one", trial.Failure, StringComparison.Ordinal);
    }

    sealed class Never : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => Assert.Fail("It was trained.");
    }
}
