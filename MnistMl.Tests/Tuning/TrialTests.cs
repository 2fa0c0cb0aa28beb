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
        var trial = Trial.Run(configuration, epochs: 1, rows, rows, "none/checkpoint", new Never(), TestContext.Current.CancellationToken)!;
        Assert.Null(trial.Accuracy);
        Assert.Contains("Train a smaller one", trial.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_ranks_last_however_many_epochs_it_was_to_have()
    {
        Trial failed = new("a", 8, 1, null, null, "It diverged."), good = new("b", 1, 1, 0.5, 1);
        Assert.Equal([good, failed], Trial.Rank([failed, good]));
    }

    [Fact]
    public void The_checksum_of_a_search_depends_on_pixels_and_labels()
    {
        string[] checksums = [Of(1, 0), Of(2, 0), Of(1, 1)];
        Assert.Equal(checksums, checksums.Distinct());

        static string Of(byte pixel, int label) => Search.ChecksumOf(new Dataset(new byte[] { pixel }, (int[])[label], 1, ["a", "b"]));
    }

    sealed class Never : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => Assert.Fail("It was trained.");
    }
}
