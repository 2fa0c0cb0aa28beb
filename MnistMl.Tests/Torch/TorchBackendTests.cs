using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Files;
using MnistMl.MLNet;
using MnistMl.Model;
using MnistMl.Tests.Data;
using MnistMl.Tests.MLNet;
using MnistMl.Tests.Model;
using MnistMl.Torch;
using MnistMl.Training;
using Options = MnistMl.MLNet.NeuralNetworkMulticlassTrainer.Options;

namespace MnistMl.Tests.Torch;

/// <summary>Whole trainings by libtorch, from the rows to the zip.</summary>
public sealed class TorchBackendTests(ITestOutputHelper output) : LibTorchTests
{
    static readonly Dataset _mnist = DatasetFile.Read(BundledData.Find()), _validation = _mnist.Slice(50_000, 200);

    [Fact]
    public void The_recipe_baseline_comes_to_the_accuracy_of_ours() =>
        AssertSameAccuracy(Recipe.Baseline.Options, rows: 60_000, tolerance: 0.005);

    [Fact]
    public void A_convolutional_network_on_augmented_images_comes_to_the_accuracy_of_ours() => AssertSameAccuracy(
        Recipe.Accurate.Options with { HiddenLayers = NetworkParser.Parse("conv 8 5x5 /2 bn, conv 16 3x3 /2 bn, dropout 0.2, dense 32"), Epochs = 4 },
        rows: 6000, tolerance: 0.02);

    [Theory]
    [InlineData("16", 0)]
    [InlineData("conv 6 5x5 /2 bn, average 2x2, dropout 0.1, dense 16", 0.9)]
    public void ML_NET_scores_the_zip_as_libtorch_scored_the_network(string network, double emaDecay)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Join(folder.Path, "torch.zip");
        var result = Train(_mnist.Slice(0, 1000), Quick(network) with { EmaDecay = emaDecay, Calibrate = false });

        ModelFile.Write(result.Network, path);

        var context = new MLContext();
        var labels = _validation.Labels.ToArray();
        var scores = context.Model.Load(path, out _).Transform(new DatasetView(_validation)).GetColumn<float[]>("Score");
        var loss = scores.Zip(labels, (probabilities, label) => -Math.Log(probabilities[label])).Average();
        Assert.Equal(result.History[^1].ValidationLoss!.Value, loss, 1e-4);
    }

    [Fact]
    public void In_a_pipeline_it_scores_as_ours_does_and_the_log_says_the_device()
    {
        var context = new MLContext(seed: 1);
        var messages = new List<string>();
        context.Log += (_, message) => messages.Add(message.Message);
        var data = Flower.Prepared(context);
        var options = new Options { HiddenLayers = [8], Epochs = 5, BatchSize = 16, Seed = 2 };

        var ours = Scores(options);
        Assert.DoesNotContain(messages, message => message.Contains("Device", StringComparison.Ordinal));
        var torchs = Scores(options with { Backend = Backend });

        Assert.Single(messages, message => message.EndsWith($" Device: {Backend.Device}.", StringComparison.Ordinal));
        Assert.All(ours.Zip(torchs), pair => Assert.Equal(pair.First, pair.Second, 1e-3));

        float[] Scores(Options options) => [.. context.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(data).Transform(data)
            .GetColumn<float[]>("Score").SelectMany(scores => scores)];
    }

    [Fact]
    public void A_GPU_that_is_not_there_is_the_processor_or_an_error_as_the_context_says()
    {
        var context = new MLContext(seed: 1);
        var trainer = context.MulticlassClassification.Trainers.NeuralNetwork(
            new Options { HiddenLayers = [4], Epochs = 1, Backend = new TorchBackend() });
        var data = Flower.Prepared(context);
        context.GpuDeviceId = 99;

        Assert.Contains("GPU", Assert.Throws<MnistMlException>(() => trainer.Fit(data)).Message, StringComparison.Ordinal);
        context.FallbackToCpu = true;
        Assert.Equal("cpu", trainer.Fit(data).Training!.Device);
        (context.GpuDeviceId, context.FallbackToCpu) = (null, false);
        Assert.Equal("cpu", trainer.Fit(data).Training!.Device);
    }

    [Fact]
    public void Ensembles_early_stopping_and_cancellation_are_as_with_ours()
    {
        var rows = _mnist.Slice(0, 300);
        var ensemble = Train(rows, Quick("8") with { EnsembleSize = 2 });
        Assert.Equal([1, 2], ensemble.History.Select(epoch => epoch.NetworkNumber).Distinct());
        Assert.Equal(16, ensemble.Network.Layers[0].Outputs);

        var stopped = Train(rows, Quick("8") with { Patience = 1, LearningRate = 0.5, Epochs = 30 });
        Assert.True(stopped.History.Count < 30);
        Assert.Equal(stopped.History.MaxBy(epoch => epoch.ValidationAccuracy)!.Epoch, stopped.BestEpoch);

        using var source = new CancellationTokenSource();
        var cancelled = Trainer.Train(rows, null, Quick("8"), new Cancelling(source), source.Token);
        Assert.True(cancelled.IsCancelled);
        Assert.Single(cancelled.History);
    }

    [Fact]
    public void Garbage_may_be_collected_at_any_time()
    {
        var options = Quick("16") with { Epochs = 30, EmaDecay = 0.9, Calibrate = false };
        var expected = Train(_mnist.Slice(0, 2000), options);
        using var over = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!over.Token.WaitHandle.WaitOne(millisecondsTimeout: 1))
                GC.Collect(0);
        });
        collector.Start();

        try
        {
            Networks.AssertSame(expected.Network, Train(_mnist.Slice(0, 2000), options).Network);
        }
        finally
        {
            over.Cancel();
            collector.Join();
        }
    }

    [Fact]
    public void A_training_that_diverges_says_so() => Assert.Throws<DivergedException>(
        () => Train(_mnist.Slice(0, 300), Quick("8") with { LearningRate = 1e30, Schedule = new ConstantRate() }));

    static TrainingOptions Quick(string network) => new()
    {
        HiddenLayers = NetworkParser.Parse(network),
        Epochs = 3,
        NumberOfThreads = 1,
        Backend = Backend,
    };

    static TrainingResult Train(Dataset rows, TrainingOptions options) => Trainer.Train(rows, _validation, options);

    void AssertSameAccuracy(TrainingOptions options, int rows, double tolerance)
    {
        var (ours, torchs) = (Accuracy(options), Accuracy(options with { Backend = Backend, NumberOfThreads = 1 }));
        output.WriteLine($"Accuracy of ours {ours:P2}, of libtorch's {torchs:P2}");
        Assert.InRange(torchs - ours, -tolerance, tolerance);

        double Accuracy(TrainingOptions options) =>
            Trainer.Train(_mnist.Slice(0, rows), _mnist.Slice(60_000, 10_000), options).History[^1].ValidationAccuracy!.Value;
    }

    sealed class Cancelling(CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Completed != null)
                source.Cancel();
        }
    }
}
