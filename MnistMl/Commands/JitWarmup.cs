using Microsoft.ML;
using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Training;

namespace MnistMl.Commands;

/// <summary>
/// Trains on made-up rows while the real ones are read, so that what a training step takes is compiled by the time it is
/// needed. What comes of it is thrown away.
/// </summary>
sealed class JitWarmup : IDisposable
{
    /// <summary>So many that what is called once a step is called often enough to be compiled well.</summary>
    const int Steps = 320;

    /// <summary>Weights of a network that takes longer to set up than its methods to compile.</summary>
    const long TooMany = 4_000_000;

    const int MaxRows = 64, Features = 784, Classes = 10;

    readonly CancellationTokenSource _enough = new();

    /// <summary>Starts it.</summary>
    /// <param name="output">The file that the network is to be saved to.</param>
    /// <param name="options">What is to be trained, and how.</param>
    public JitWarmup(string output, TrainingOptions options)
    {
        options = options with { Epochs = Steps, NumberOfThreads = 1, EnsembleSize = 1, Patience = null, Distillation = null };
        Training = Task.Factory.StartNew(
            () => Train(output, options), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Its training; null where there was none.</summary>
    public Task<TrainingResult?> Training { get; }

    /// <summary>Ends it after the step under way.</summary>
    public void Dispose()
    {
        _enough.Cancel();
        Training.Wait();
        _enough.Dispose();
    }

    TrainingResult? Train(string output, TrainingOptions options)
    {
        try
        {
            var rows = MadeUp(Math.Min(options.BatchSize, MaxRows));
            return LayerShape.Of(Features, options.HiddenLayers, Classes).Sum(layer => layer.Parameters) < TooMany
                ? Pipeline.Fit(new MLContext(seed: 1), rows, null, Pipeline.Options(options, output, null, _enough.Token)).Training
                : null;
        }
        catch (Exception)
        {
            // What fails here may do with the real rows; if not, the real training says why.
            return null;
        }
    }

    /// <summary>Rows of the form of MNIST's, a fifth of each not zero.</summary>
    static Dataset MadeUp(int count)
    {
        var random = new Random(1);
        var pixels = new byte[count * Features];
        foreach (ref var pixel in pixels.AsSpan())
            pixel = (byte)(random.Next(5) == 0 ? 255 : 0);
        return new(
            pixels, Enumerable.Range(0, count).Select(row => row % Classes).ToArray(), Features,
            [.. Enumerable.Range(0, Classes).Select(label => $"{label}")]);
    }
}
