using System.Diagnostics;
using System.Globalization;
using MnistMl.Data;
using MnistMl.Network;
using MnistMl.Numerics;
using MnistMl.Optimizers;
using MnistMl.Training;

namespace MnistMl.Benchmarks;

/// <summary>
/// A profile of a training step: the time of each part, run one after another on one thread, and its rate.
/// </summary>
sealed unsafe class StepProfile
{
    const int BatchSize = 64, Steps = 2000, WarmupSteps = 300;

    static readonly Adam _optimizer = new();

    readonly Dictionary<string, (double Operations, List<double> Microseconds)> _parts = [];

    public static void Run(Dataset train, IReadOnlyList<int> hidden)
    {
        var set = TrainingSet.From(train);
        var densities = set.Input.Densities();
        var network = FeedForwardNetwork.Create(densities, [.. hidden], train.ClassNames.Count, new Random(1));

        var profile = new StepProfile();
        var (input, nonZeros) = network.HasSparseInput
            ? (set.Input.Compact(), densities.Sum())
            : (set.Input, densities.Length);
        profile.Measure(network, input, train, nonZeros);
        profile.Print($"784-{string.Join('-', hidden)}-10, batch {BatchSize}, one thread, medians of {Steps} steps");
    }

    void Measure(FeedForwardNetwork network, FeatureMatrix input, Dataset train, double nonZeros)
    {
        network.PrepareTraining(_optimizer.Moments, averaged: false);
        var batch = new Batch(network, BatchSize, threads: 1, training: true) { RowCount = BatchSize };
        var gradient = new AlignedArray<float>(network.GradientLength);
        var output = network.Layers.Length;
        var order = Enumerable.Range(0, train.RowCount).ToArray();
        new Random(1).Shuffle(order);
        // With sparse input, the threads share the weights of the first two layers, and the rows of the others.
        var (byWeights, byRows) = network.HasSparseInput
            ? (network.Layers[..2], network.Layers[2..])
            : ([], network.Layers);

        for (var step = 0; step < WarmupSteps + Steps; step++)
        {
            var start = step % (train.RowCount / BatchSize - 1) * BatchSize;
            var rows = order.AsMemory(start, BatchSize);
            Time("load, forward by weights", byWeights.Sum(Operations), () =>
                network.ForwardShare(batch, input, rows.Span, 0));
            Time("forward by rows", byRows.Sum(Operations), () =>
                network.Forward(batch, input, rows.Span, 0, BatchSize));
            Time("softmax", 0, () =>
            {
                for (var row = 0; row < BatchSize; row++)
                {
                    SoftmaxCrossEntropy.Backward(
                        batch.Values(output, row), batch.Δ(output, row), train.Labels[rows.Span[row]],
                        network.ClassCount, batch.Stride(output), BatchSize);
                }
            });
            // The first layer has no input gradient.
            Time("backward by rows", byRows.Where(layer => layer.Index > 0).Sum(Operations), () =>
                network.Backward(batch, 0, BatchSize));
            Time("backward by weights", byWeights.Where(layer => layer.Index > 0).Sum(Operations), () =>
                network.SparseInput?.Backward(batch, thread: 0));
            foreach (var layer in network.Layers.OfType<TrainableLayer>())
            {
                Time($"gradient, Adam {layer.Index}", Operations(layer), () =>
                    layer.Update(batch, new OptimizerStep(_optimizer, 0.001, step + 1), gradient.Pointer, 0));
                if (layer is not SparseDenseLayer)
                    continue;
                Time("next rows fetched", 0, () =>
                {
                    foreach (var row in order.AsSpan(start + BatchSize, BatchSize))
                        input.Prefetch(row);
                });
            }

            void Time(string part, double operations, Action work)
            {
                var began = Stopwatch.GetTimestamp();
                work();
                if (step >= WarmupSteps)
                    Add(part, operations, Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            }
        }

        double Operations(Layer layer) => 2 * BatchSize * (layer.Index == 0 ? nonZeros : layer.Inputs) * layer.Outputs;
    }

    void Add(string part, double operations, double microseconds)
    {
        if (!_parts.TryGetValue(part, out var entry))
            _parts[part] = entry = (operations, []);
        entry.Microseconds.Add(microseconds);
    }

    void Print(string title)
    {
        Console.WriteLine(title);
        var total = 0.0;
        foreach (var (part, (operations, microseconds)) in _parts)
        {
            var median = microseconds.Order().ElementAt(microseconds.Count / 2);
            total += median;
            var rate = operations > 0 ? $"{operations / median / 1e3,8:F1} GFLOP/s" : "";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{part,-20} {median,8:F1} µs {rate}"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"step",-20} {total,8:F1} µs"));
    }
}
