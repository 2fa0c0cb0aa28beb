using MnistMl.Model;
using MnistMl.Training;

namespace MnistMl.Tests.Training;

public sealed class EarlyStoppingTests
{
    static readonly TrainedNetwork[] _networks =
        [.. Enumerable.Range(0, 9).Select(_ => new TrainedNetwork([new AffineLayer(1, 1, [0], [0])], ["one"]))];

    [Theory]
    [InlineData("better to the end", 2, "80 90 95 97 98", null, 5)]
    [InlineData("never again as good", 2, "80 90 85 85 99", 4, 2)]
    [InlineData("better in time", 2, "80 90 85 91 85 85 99", 6, 4)]
    [InlineData("more patient", 3, "80 90 85 85 99 85", null, 5)]
    [InlineData("none is good", 1, "0 0 0", 2, 1)]
    public void It_stops_when_nothing_got_better_for_so_long_and_keeps_the_best(
        string why, int patience, string accuracies, int? stop, int best)
    {
        var stopping = new EarlyStopping(patience);
        int? stopped = null;
        foreach (var (i, accuracy) in accuracies.Split(' ').Select(int.Parse).Index())
        {
            if (stopping.ShouldStop(Epoch(i + 1, accuracy / 100.0, loss: 1), () => _networks[i]))
            {
                stopped = i + 1;
                break;
            }
        }

        Assert.True(stopped == stop, why);
        Assert.Equal(best, stopping.Best?.Epoch);
        Assert.Same(_networks[best - 1], stopping.Network);
    }

    [Fact]
    public void Of_equal_accuracies_the_one_with_the_lower_loss_is_better()
    {
        (double Accuracy, double Loss)[] epochs = [(0.9, 3.0), (0.9, 2.0), (0.9, 2.5), (0.9, 2.0), (0.8, 1.0)];
        var stopping = new EarlyStopping(patience: epochs.Length);
        foreach (var (i, (accuracy, loss)) in epochs.Index())
            stopping.ShouldStop(Epoch(i + 1, accuracy, loss), () => _networks[i]);
        Assert.Equal(2, stopping.Best?.Epoch);
    }

    static EpochSummary Epoch(int number, double accuracy, double loss) => new(number, 0, 0, loss, accuracy, 0);
}
