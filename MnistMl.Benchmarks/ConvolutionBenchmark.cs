using System.Diagnostics;
using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Numerics;
using MnistMl.Optimizers;

namespace MnistMl.Benchmarks;

/// <summary>
/// Convolutions of several shapes, each on one thread, compared with the processor's peak rate of multiply-adds.
/// </summary>
static unsafe class ConvolutionBenchmark
{
    const int Rows = 64, Repeats = 15;

    static readonly (Volume Input, Window Window, int Channels)[] _shapes =
    [
        (new(28, 28, 1, 1), new(5, 5, 2), 16),
        (new(28, 28, 1, 1), new(5, 5, 2), 32),
        (new(28, 28, 1, 1), new(5, 5, 1, 2), 32),
        (new(28, 28, 1, 1), new(3, 3), 32),
        (new(12, 12, 16), new(5, 5, 2), 32),
        (new(14, 14, 24), new(5, 5, 2, 2), 48),
        (new(26, 26, 32), new(5, 5, 2), 32),
        (new(26, 26, 32), new(3, 3), 32),
        (new(24, 24, 32), new(3, 3, 1, 1), 64),
        (new(11, 11, 32), new(3, 3), 64),
        (new(9, 9, 64), new(5, 5, 2), 64),
        (new(12, 12, 64), new(3, 3, 1, 1), 64),
    ];

    public static void Run()
    {
        Benchmarks.Print($"| input | window | channels | forward | ∂weights | ∂input | backward | Adam, µs per step |");
        Benchmarks.Print($"|---|---|---:|---:|---:|---:|---:|---:|");
        foreach (var (input, window, channels) in _shapes)
            Measure(input, window, channels);
    }

    static void Measure(Volume input, Window window, int channels)
    {
        // The first layer of a network has no input gradient. Any other needs a layer before it, which is not measured.
        var isFirst = input.ChannelStride == 1;
        var image = new Volume(input.Height, input.Width, 1, 1);
        Layer[] before = isFirst ? [] : [new ConvolutionLayer(0, image, new(1, 1), input.Channels, relu: false)];
        var layer = new ConvolutionLayer(before.Length, input, window, channels, relu: true);
        var optimizer = new Adam();
        layer.Initialize(new Random(1));
        layer.PrepareTraining(optimizer.Moments, averaged: false);
        var network = new FeedForwardNetwork([.. before, layer]);
        var batch = new Batch(network, Rows, threads: 1, training: true) { RowCount = Rows };
        var gradient = new AlignedArray<float>(layer.GradientLength);
        Fill(batch.Values(layer.Index, 0), Rows * batch.Stride(layer.Index));
        Fill(batch.Δ(layer.Index + 1, 0), Rows * layer.OutputStride);

        var operations = 2e-9 * Rows * layer.Output.Positions * layer.Weights.RowCount * channels;
        var results = new List<double[]>();
        for (var i = -3; i < Repeats; i++)
        {
            double[] measured =
            [
                FusedMultiplyAdds.Rate(),
                operations / Seconds(ByGroup(layer.Forward)),
                operations / Seconds(ByGroup(layer.SumWeightGradient)),
                isFirst ? 0 : operations / Seconds(ByGroup(layer.InputGradient)),
                Seconds(ByGroup(layer.Backward)),
                1e6 * Seconds(() => layer.Update(batch, new(optimizer, 1e-9, 1), gradient.Pointer, 0)),
            ];
            if (i >= 0)
                results.Add(measured);
        }

        double[] medians = [.. Enumerable.Range(0, results[0].Length).Select(i => results.Select(r => r[i]).Median())];
        var peak = medians[0];
        var rates = string.Join(" | ", medians[1..4].Select(
            rate => FormattableString.Invariant($"{rate,5:F0} {rate / peak,5:P0}")));
        var backward = operations * (isFirst ? 1 : 2) / medians[4] / peak;
        Benchmarks.Print($"| {input} | {window} | {channels} | {rates} | {backward:P0} | {medians[5]:F0} |");

        Action ByGroup(Action<Batch, int, int> work) => () =>
        {
            for (var row = 0; row < Rows; row += batch.GroupRows)
                work(batch, row, batch.GroupRows);
        };
    }

    static double Seconds(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    static void Fill(float* numbers, int count)
    {
        var random = new Random(1);
        for (var i = 0; i < count; i++)
            numbers[i] = (float)random.NextDouble() - 0.5f;
    }
}
