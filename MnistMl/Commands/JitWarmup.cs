using Microsoft.ML;
using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Training;

namespace MnistMl.Commands;

/// <summary>
/// Trains on synthetic rows while the real ones are read, so that the code of a training step is compiled by the time
/// it is needed. The result is discarded.
/// </summary>
sealed class JitWarmup : IDisposable
{
    /// <summary>
    /// Enough to compile every method of a step. More, for the JIT to optimize them, would slow the reading down by more than is won.
    /// </summary>
    const int Steps = 4;

    /// <summary>A network of more parameters takes longer to set up than its code to compile.</summary>
    const long MaxParameters = 4_000_000;

    const int MaxRows = 64, Features = 784, Classes = 10;

    readonly CancellationTokenSource _enough = new();

    /// <summary>Starts training.</summary>
    /// <param name="output">The file that the network will be saved to.</param>
    /// <param name="options">What will be trained, and how.</param>
    public JitWarmup(string output, TrainingOptions options)
    {
        options = options with
        {
            Epochs = Steps,
            NumberOfThreads = 1,
            EnsembleSize = 1,
            Patience = null,
            Distillation = null,
            CheckpointPath = null,
            Resume = false,
        };
        Training = Task.Factory.StartNew(
            () => Train(output, options),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Its result; null if nothing was trained.</summary>
    public Task<TrainingResult?> Training { get; }

    /// <summary>Ends training after the current step.</summary>
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
            var rows = SyntheticRows(Math.Min(options.BatchSize, MaxRows));
            var layers = LayerShape.Of(Features, options.HiddenLayers, Classes);
            if (layers.Sum(layer => layer.Parameters) >= MaxParameters)
                return null;
            var trainer = Pipeline.Options(options, output, progress: null, _enough.Token);
            return Pipeline.Fit(new MLContext(seed: 1), rows, validationRows: null, trainer).Training;
        }
        catch (Exception)
        {
            // The real rows may do. If not, the real training reports why.
            return null;
        }
    }

    /// <summary>Images of MNIST's size, of which a fifth of the pixels is not zero.</summary>
    static Dataset SyntheticRows(int count)
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
