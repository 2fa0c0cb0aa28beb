using MnistMl.Data;
using MnistMl.Evaluation;
using MnistMl.Files;
using MnistMl.Model;
using MnistMl.Pipelines;
using MnistMl.Training;

namespace MnistMl.Tests.MLNet;

/// <summary>The way through ML.NET and the way through the engine alone are to come to the same.</summary>
public sealed class MLNetPipelineTests
{
    static readonly TrainingOptions _options =
        new() { HiddenLayers = [24, 12], Epochs = 8, BatchSize = 32, LearningRate = 0.01 };

    readonly Pipeline _mlNet = new MLNetPipeline();
    readonly Pipeline _engine = new EnginePipeline();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Both_pipelines_train_the_same_network_bit_for_bit(bool sparse)
    {
        var (train, validation) = (Pictures(500, sparse), Pictures(100, sparse));

        var ours = _engine.Train(train, validation, _options, null, default);
        var theirs = _mlNet.Train(train, validation, _options with { Threads = 1 }, null, default);

        Assert.Equal(Bits(ours.Network), Bits(theirs.Network));
        Assert.Equal(ours.Network.Labels, theirs.Network.Labels);
        Assert.Equal(
            ours.History.Select(epoch => epoch with { Seconds = 0 }),
            theirs.History.Select(epoch => epoch with { Seconds = 0 }));
    }

    [Fact]
    public void Both_pipelines_give_the_same_figures_of_a_model_file()
    {
        var test = Pictures(1000, sparse: true);
        var trained = _engine.Train(Pictures(500, sparse: true), null, _options, null, default).Network;
        var path = Path.GetTempFileName();
        try
        {
            MLNetModelFile.Write(trained, path);
            var (ours, theirs) = (_engine.Load(path), _mlNet.Load(path));

            Assert.Equal(Bits(trained), Bits(ours.Network));
            Assert.Equal(Bits(trained), Bits(theirs.Network));
            Assert.Equal((false, true), (ours.IsMLNet, theirs.IsMLNet));
            var expected = ours.Evaluate(test);
            Assert.InRange(expected.MicroAccuracy, 0.5, 0.999);
            AssertAgreement(expected, theirs.Evaluate(test));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Files_that_cannot_be_read_are_reported_as_by_the_engine()
    {
        var broken = Path.GetTempFileName();
        try
        {
            File.WriteAllText(broken, "This is no model.");
            foreach (var path in new[] { broken, broken + ".missing" })
                Assert.Equal(Message(() => _engine.Load(path)), Message(() => _mlNet.Load(path)));
        }
        finally
        {
            File.Delete(broken);
        }

        static string Message(Action action) => Assert.Throws<MnistMlException>(action).Message;
    }

    [Fact]
    public void Cancelling_keeps_the_network_so_far()
    {
        var result = _mlNet.Train(Pictures(100, sparse: true), null, _options, null, new CancellationToken(canceled: true));

        Assert.True(result.IsCancelled);
        Assert.Equal(60, result.Network.Features);
    }

    [Fact]
    public void Its_name_has_the_version_of_the_package()
    {
        Assert.Matches(@"^ML\.NET \d+\.\d+\.\d+$", _mlNet.Name);
    }

    static void AssertAgreement(MulticlassMetrics expected, MulticlassMetrics actual)
    {
        Assert.Equal(expected.Labels, actual.Labels);
        Assert.Equal(expected.Rows, actual.Rows);
        Assert.Equal(expected.MicroAccuracy, actual.MicroAccuracy);
        Assert.Equal(expected.ConfusionMatrix, actual.ConfusionMatrix);
        Assert.Equal(expected.MacroAccuracy, actual.MacroAccuracy, 1e-12);
        Assert.Equal(expected.TopKAccuracy, actual.TopKAccuracy, 1e-12);
        Assert.Equal(expected.LogLoss, actual.LogLoss, 1e-4);
    }

    static IEnumerable<int> Bits(TrainedNetwork network) =>
        network.Layers.SelectMany(layer => layer.Weights.Concat(layer.Biases)).Select(BitConverter.SingleToInt32Bits);

    /// <summary>Pictures of four things, noisy enough to be mistaken; the labels are in no order.</summary>
    static Dataset Pictures(int rows, bool sparse)
    {
        const int features = 60;
        var random = new Random(rows);
        int[] classes = [.. Enumerable.Range(0, rows).Select(row => row % 4)];
        var ownPixels = classes.SelectMany(c => Enumerable.Range(0, features).Select(pixel => pixel % 4 == c));
        byte[] pixels = [.. ownPixels.Select(own =>
            sparse && random.Next(10) > (own ? 3 : 2) ? (byte)0 : (byte)random.Next(own ? 120 : 60, 200))];
        return new Dataset(pixels, classes, features, ["four", "one", "three", "two"]);
    }
}
