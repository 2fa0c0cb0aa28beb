#if MLNET
using Microsoft.ML;
using MnistMl.Data;
using MnistMl.Evaluation;
using MnistMl.MLNet;
using MnistMl.Models;
using MnistMl.Pipelines;
using MnistMl.Training;
#endif

namespace MnistMl.Tests.MLNet;

/// <summary>The way through ML.NET and the way through the engine alone are to come to the same.</summary>
public sealed class MLNetPipelineTests
{
#if MLNET
    static readonly TrainingOptions _options =
        new() { HiddenLayers = [24, 12], Epochs = 8, BatchSize = 32, LearningRate = 0.01 };

    readonly Pipeline _mlNet = new MLNetPipeline();
    readonly Pipeline _engine = new EnginePipeline();
#endif

    [MLNetTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Both_pipelines_train_the_same_network_bit_for_bit(bool sparse)
    {
#if MLNET
        var (train, validation) = (Pictures(500, sparse), Pictures(100, sparse));

        var (ours, ourResult) = _engine.Train(train, validation, _options, null, default);
        var (theirs, theirResult) = _mlNet.Train(train, validation, _options with { Threads = 1 }, null, default);

        Assert.Equal(Bits(ours.Network), Bits(theirs.Network));
        Assert.Equal(ours.Network.Labels, theirs.Network.Labels);
        Assert.Equal(
            ourResult.History.Select(epoch => epoch with { Seconds = 0 }),
            theirResult.History.Select(epoch => epoch with { Seconds = 0 }));
#endif
    }

    [MLNetFact]
    public void Both_pipelines_give_the_same_figures()
    {
#if MLNET
        var (train, test) = (Pictures(500, sparse: true), Pictures(1000, sparse: true));

        var ours = _engine.Train(train, null, _options, null, default).Item1.Evaluate(test);
        var theirs = _mlNet.Train(train, null, _options, null, default).Item1.Evaluate(test);

        Assert.InRange(ours.MicroAccuracy, 0.5, 0.999);
        AssertAgreement(ours, theirs);
#endif
    }

    [MLNetFact]
    public void Each_pipeline_loads_what_either_has_saved()
    {
#if MLNET
        var (train, test) = (Pictures(500, sparse: true), Pictures(1000, sparse: true));
        Classifier[] trained =
        [
            _engine.Train(train, null, _options, null, default).Item1,
            _mlNet.Train(train, null, _options, null, default).Item1,
        ];
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var expected = trained[0].Evaluate(test);
            foreach (var classifier in trained)
            {
                var path = Path.Join(folder.FullName, "model.zip");
                classifier.Save(path);
                Assert.Equal("model.zip", Assert.Single(folder.GetFiles()).Name);
                foreach (var pipeline in new[] { _engine, _mlNet })
                {
                    var loaded = pipeline.Load(path);
                    Assert.Equal(Bits(trained[0].Network), Bits(loaded.Network));
                    AssertAgreement(expected, loaded.Evaluate(test));
                    loaded.Save(path);
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
#endif
    }

    [MLNetFact]
    public void A_saved_model_takes_pixels_alone_and_predicts_texts()
    {
#if MLNET
        var path = Path.GetTempFileName();
        try
        {
            _mlNet.Train(Pictures(100, sparse: true), null, _options, null, default).Item1.Save(path);
            var context = new MLContext();
            var model = context.Model.Load(path, out var input);

            Assert.Equal("Pixels", Assert.Single(input).Name);
            var output = model.GetOutputSchema(input);
            Assert.Equal(
                ["Pixels", "PredictedLabel", "Score"],
                output.Where(column => !column.IsHidden).Select(column => column.Name).Order());
            Assert.Equal(typeof(ReadOnlyMemory<char>), output["PredictedLabel"].Type.RawType);
        }
        finally
        {
            File.Delete(path);
        }
#endif
    }

    [MLNetFact]
    public void Files_that_cannot_be_read_or_written_are_reported_as_by_the_engine()
    {
#if MLNET
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var missing = Path.Join(folder.FullName, "missing", "model.zip");
            var broken = Path.Join(folder.FullName, "broken.zip");
            File.WriteAllText(broken, "This is no model.");
            var trained = _mlNet.Train(Pictures(100, sparse: true), null, _options, null, default).Item1;

            Assert.Equal(Message(() => _engine.Load(missing)), Message(() => _mlNet.Load(missing)));
            Assert.Equal(Message(() => _engine.Load(broken)), Message(() => _mlNet.Load(broken)));
            foreach (var path in new[] { missing, folder.FullName })
                Assert.StartsWith($"The model cannot be saved as '{path}'", Message(() => trained.Save(path)));
            Assert.Single(folder.GetFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        static string Message(Action action) => Assert.Throws<MnistMlException>(action).Message;
#endif
    }

    [MLNetFact]
    public void Cancelling_keeps_the_network_so_far()
    {
#if MLNET
        var pictures = Pictures(100, sparse: true);

        var (classifier, result) = _mlNet.Train(pictures, null, _options, null, new CancellationToken(canceled: true));

        Assert.True(result.IsCancelled);
        Assert.Equal(100, classifier.Evaluate(pictures).Rows);
#endif
    }

    [MLNetFact]
    public void Its_name_has_the_version_of_the_package()
    {
#if MLNET
        Assert.Matches(@"^ML\.NET \d+\.\d+\.\d+$", _mlNet.Name);
        Assert.True(_mlNet.IsMLNet);
#endif
    }

#if MLNET
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
#endif
}
