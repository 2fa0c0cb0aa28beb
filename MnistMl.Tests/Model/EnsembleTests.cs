using MnistMl.Data;
using MnistMl.Files;
using MnistMl.Model;
using MnistMl.Tests.Data;
using MnistMl.Tests.Inference;

namespace MnistMl.Tests.Model;

public sealed class EnsembleTests
{
    [Theory]
    [InlineData("none", "none")]
    [InlineData("6", "3", "1")]
    [InlineData("6,4,5", "3,7,2")]
    [InlineData("conv 3 3x3", "conv 5 3x3")]
    [InlineData("conv 3 3x3 +1, conv 2 2x3 /2", "conv 1 3x3 +1, conv 4 2x3 /2", "conv 2 3x3 +1, conv 2 2x3 /2")]
    [InlineData("conv 3 3x3, average 2x2 /2, conv 4 2x2, 5, 4", "conv 2 3x3, average 2x2 /2, conv 5 2x2, 3, 6")]
    [InlineData("conv 3 3x3, max 2x2 /2, dropout 0.2, 5", "conv 4 3x3, max 2x2 /2, 2")]
    public void Its_logits_are_the_mean_of_its_members(params string[] members)
    {
        var networks = members.Select((words, i) => Networks.Images(i + 1, NetworkParser.Parse(words), featureCount: 81)).ToArray();
        var rows = new Dataset(
            Enumerable.Range(0, 81 * 20).Select(i => (byte)(i * i * 7)).ToArray(), ReadOnlyMemory<int>.Empty, 81, networks[0].ClassNames);

        var ensemble = Ensemble.Of(networks);

        var (scores, scoresOfMembers) = (Scoring.Of(ensemble, rows), networks.Select(network => Scoring.Of(network, rows)).ToArray());
        for (var row = 0; row < rows.RowCount; row++)
        {
            // The mean of logits is, but for a factor, the geometric mean of probabilities.
            var means = Enumerable.Range(row * 3, 3)
                .Select(i => Math.Exp(scoresOfMembers.Average(member => Math.Log(member[i])))).ToArray();
            for (var i = 0; i < 3; i++)
                Assert.Equal(means[i] / means.Sum(), scores[(row * 3) + i], 1e-5);
        }
        Assert.NotEqual(scores, scoresOfMembers[0]);
    }

    [Fact]
    public void Files_hold_it_as_any_other_network()
    {
        var ensemble = Ensemble.Of([.. Enumerable.Range(1, 2).Select(seed => Networks.Images(seed, NetworkParser.Parse("conv 3 3x3 /2, conv 4 2x2, 5")))]);
        foreach (var name in (string[])["ensemble.zip", "ensemble.onnx"])
        {
            using var folder = new TemporaryFolder();
            var path = Path.Combine(folder.Path, name);
            ModelFile.Write(ensemble, path);
            Networks.AssertSame(ensemble, ModelFile.Read(path));
        }
    }

    [Fact]
    public void Of_one_network_it_is_that_network()
    {
        var network = Networks.Random(1, 4, 3, 2);
        Assert.Same(network, Ensemble.Of([network]));
    }

    [Fact]
    public void Networks_that_differ_in_more_than_widths_are_refused()
    {
        var network = Networks.Images(1, NetworkParser.Parse("conv 3 3x3, average 2x2 /2, 5"));
        string[] others = ["conv 3 3x3, 5", "conv 3 3x3, average 2x2 /2, 5, 5", "conv 3 3x3, max 2x2 /2, 5", "conv 3 3x3 +1, average 2x2 /2, 5", "5"];
        foreach (var other in others)
            Refused("have the same layers", network, Networks.Images(2, NetworkParser.Parse(other)));
        Refused("take the same rows", network, Networks.Images(2, NetworkParser.Parse("conv 3 3x3, average 2x2 /2, 5"), featureCount: 100));
        Refused("have the same labels", Networks.Random(1, 4, 2), new TrainedNetwork(Networks.Random(2, 4, 2).Layers, ["a", "b"]));
        Refused("at least one");

        static void Refused(string why, params TrainedNetwork[] networks) => Assert.Contains(
            why, Assert.Throws<ArgumentException>(() => Ensemble.Of(networks)).Message, StringComparison.Ordinal);
    }
}
