using System.Diagnostics;
using System.Globalization;
using MnistMl.Data;
using MnistMl.Network;
using MnistMl.Training;

namespace MnistMl.Benchmarks;

/// <summary>
/// Where the time of a training step goes: the step's parts, one after the other on one thread, with the operations and
/// the rate of each.
/// </summary>
static unsafe class StepProfile
{
    const int BatchSize = 64, Steps = 2000, WarmUpSteps = 300;

    public static void Run(Dataset train, IReadOnlyList<int> hidden)
    {
        var set = TrainingSet.From(train);
        var density = set.Input.Density();
        if (density < 0.5) set = set with { Input = set.Input.Compact() };
        var network = FeedForwardNetwork.Create(set.Input.Features, hidden, train.Labels.Count, density, new Random(1));
        foreach (var layer in network.Layers)
            layer.AllocateMoments();
        var batch = new Batch(network, BatchSize, training: true) { Rows = BatchSize };
        var gradient = new AlignedArray<float>(network.Layers.Max(layer => layer.GradientLength));
        var output = network.Layers.Count;
        var nonZeros = density < 0.5 ? density * set.Input.Features : set.Input.Features;
        var random = new Random(1);

        var parts = new Dictionary<string, (double Operations, List<double> Microseconds)>();
        int[] nextRows = [.. Enumerable.Range(0, BatchSize)];
        for (var step = 0; step < WarmUpSteps + Steps; step++)
        {
            var rows = nextRows;
            nextRows = [.. Enumerable.Range(0, BatchSize).Select(_ => random.Next(train.Rows))];

            Time("load", 0, () =>
            {
                for (var row = 0; row < BatchSize; row++)
                {
                    batch.Load(set.Input, rows[row], row);
                    set.Input.Prefetch(nextRows[row]);
                }
            });
            foreach (var layer in network.Layers)
                Time($"forward {layer.Index}", 2 * BatchSize * Inputs(layer) * layer.Outputs, () => layer.Forward(batch, 0, BatchSize));
            Time("softmax", 0, () =>
            {
                for (var row = 0; row < BatchSize; row++)
                {
                    SoftmaxCrossEntropy.Backward(
                        batch.Values(output, row), batch.Δ(output, row), train.Classes[rows[row]],
                        network.Classes, batch.Stride(output), BatchSize);
                }
            });
            foreach (var layer in network.Layers.Reverse())
                Time($"backward {layer.Index}", layer.Index == 0 ? 0 : 2 * BatchSize * layer.Inputs * layer.Outputs, () => layer.Backward(batch, 0, BatchSize));
            foreach (var layer in network.Layers)
            {
                Time($"prepare {layer.Index}", 0, () => layer.PrepareGradient(batch, 0, layer.Inputs));
                Time($"gradient {layer.Index}", 2 * BatchSize * Inputs(layer) * layer.Outputs, () =>
                {
                    for (var row = 0; row < layer.Inputs; row += 16)
                        layer.WeightGradient(batch, row, Math.Min(16, layer.Inputs - row), gradient.Pointer);
                });
                Time($"gradient and Adam {layer.Index}", 2 * BatchSize * Inputs(layer) * layer.Outputs, () => layer.Update(batch, new Adam(0.001, step + 1), gradient.Pointer, 0, 1));
            }

            void Time(string part, double operations, Action work)
            {
                var start = Stopwatch.GetTimestamp();
                work();
                if (step < WarmUpSteps)
                    return;
                if (!parts.TryGetValue(part, out var entry))
                    parts[part] = entry = (operations, []);
                entry.Microseconds.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }
        }

        double Inputs(Layer layer) => layer.Index == 0 ? nonZeros : layer.Inputs;

        var total = 0.0;
        Console.WriteLine($"784-{string.Join('-', hidden)}-10, batch {BatchSize}, one thread, medians of {Steps} steps");
        foreach (var (part, (operations, microseconds)) in parts)
        {
            var median = microseconds.Order().ElementAt(microseconds.Count / 2);
            total += part.StartsWith("gradient ", StringComparison.Ordinal) && !part.Contains("Adam", StringComparison.Ordinal) || part.StartsWith("prepare", StringComparison.Ordinal) ? 0 : median;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{part,-20} {median,8:F1} µs {operations / median / 1e3,8:F1} GFLOP/s"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"step",-20} {total,8:F1} µs"));
    }
}
