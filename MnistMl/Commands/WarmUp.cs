using MnistMl.Data;
using MnistMl.Models;
using MnistMl.Pipelines;
using MnistMl.Training;

namespace MnistMl.Commands;

/// <summary>
/// Trains on made-up rows while the real ones are read, so that what a training step takes is compiled by the time it is
/// needed. What comes of it is thrown away.
/// </summary>
sealed class WarmUp : IDisposable
{
    /// <summary>So many that what is called once a step is called often enough to be compiled well.</summary>
    const int Steps = 320;

    readonly CancellationTokenSource _enough = new();

    /// <summary>Starts it.</summary>
    /// <param name="output">The file that the network is to be saved to.</param>
    /// <param name="options">What is to be trained, and how.</param>
    public WarmUp(string output, TrainingOptions options)
    {
        options = options with { Epochs = Steps, Threads = 1, Members = 1, Patience = null, Distillation = null };
        Training = Task.Run(() =>
        {
            try
            {
                var rows = MadeUp(options.BatchSize);
                ModelFile.RefuseUnwritable(options.HiddenLayers, options.Members, rows.Features, rows.Labels, ModelFile.IsOnnx(output));
                Pipeline.For(output).Train(rows, null, options, null, _enough.Token);
            }
            catch (MnistMlException)
            {
                // What does not fit these rows may fit the real ones; if not, that is said when they are there.
            }
        });
    }

    /// <summary>Its training, whose failures are those of the real one, too.</summary>
    public Task Training { get; }

    /// <summary>Ends it after the step under way.</summary>
    public void Dispose()
    {
        _enough.Cancel();
        Training.Wait();
        _enough.Dispose();
    }

    /// <summary>As many rows as a batch has, of the form of MNIST's, a fifth of each not zero.</summary>
    static Dataset MadeUp(int count)
    {
        const int features = 784, classes = 10;
        var random = new Random(1);
        var pixels = new byte[count * features];
        foreach (ref var pixel in pixels.AsSpan())
            pixel = (byte)(random.Next(5) == 0 ? 255 : 0);
        return new(
            pixels, Enumerable.Range(0, count).Select(row => row % classes).ToArray(), features,
            [.. Enumerable.Range(0, classes).Select(label => $"{label}")]);
    }
}
