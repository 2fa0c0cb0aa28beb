using System.Diagnostics;
using System.Globalization;
using MnistMl.Data;
using MnistMl.Network;
using MnistMl.Numerics;
using MnistMl.Optimizers;
using MnistMl.Training;

namespace MnistMl.Benchmarks;

/// <summary>
/// Where the time of a training step goes: the step's parts, one after the other on one thread, with the operations and
/// the rate of each.
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
        profile.Measure(network, network.HasSparseInput ? set.Input.Compact() : set.Input, train, network.HasSparseInput ? densities.Sum() : densities.Length);
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

        for (var step = 0; step < WarmupSteps + Steps; step++)
        {
            var start = step % (train.RowCount / BatchSize - 1) * BatchSize;
            var rows = order.AsMemory(start, BatchSize);
            Time("load, forward by weights", network.HasSparseInput ? network.Layers.Take(2).Sum(Operations) : 0, () => network.ForwardShare(batch, input, rows.Span, 0));
            Time("forward by rows", network.Layers.Skip(network.HasSparseInput ? 2 : 0).Sum(Operations), () =>
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
            Time("backward by rows", network.Layers.Skip(network.HasSparseInput ? 2 : 1).Sum(Operations), () => network.Backward(batch, 0, BatchSize));
            Time("backward by weights", network.HasSparseInput ? network.Layers.Skip(1).Take(1).Sum(Operations) : 0, () =>
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
