using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Numerics;
using MnistMl.Training;

namespace MnistMl.Tests.Training.Reference;

/// <summary>What the engine chooses at random, for a reference to choose the same: first weights, order of rows, dropout.</summary>
sealed unsafe class EngineChoices
{
    readonly TrainingOptions _options;
    readonly int _features, _classes;
    readonly Random _random;

    public EngineChoices(TrainingOptions options, int features, IReadOnlyList<string> labels)
    {
        (_options, _features, _classes, _random) = (options, features, labels.Count, new Random(options.Seed));
        // A batch normalization would be part of the weights.
        var hidden = options.HiddenLayers.Select(
            layer => layer is ConvolutionOptions convolution ? convolution with { Normalized = false } : layer).ToArray();
        FirstNetwork = Create(hidden, _random).ToTrained(labels, [.. Enumerable.Repeat(1f, features)]);
    }

    /// <summary>The network before the first step, for numbers from 0 to 1.</summary>
    public TrainedNetwork FirstNetwork { get; }

    /// <summary>Puts the rows into the next epoch's order.</summary>
    public void Shuffle(int[] order) => _random.Shuffle(order);

    /// <summary>
    /// What dropout keeps in a step, by layer of dropout, [rows][outputs]: what is left of ones.
    /// </summary>
    /// <param name="step">The step's number, from 0.</param>
    /// <param name="rows">Rows in the batch.</param>
    /// <param name="batchSize">The most rows in a batch.</param>
    public IEnumerable<bool[][]> Kept(int step, int rows, int batchSize)
    {
        var network = Create(_options.HiddenLayers, new Random(1));
        var dropping = network.Layers.Where(layer => layer.Dropout > 0).ToArray();
        var shares = Array.ConvertAll(dropping, layer => layer.Dropout);
        foreach (var layer in network.Layers)
        {
            layer.Dropout = 0;
            new Span<float>(layer.Weights.Row(0), layer.Weights.Rows * layer.Weights.Stride).Clear();
            new Span<float>(layer.Biases.Row(0), layer.Biases.Rows * layer.Biases.Stride).Fill(1);
        }
        var batch = new Batch(network, batchSize, threads: 1, training: true)
        {
            Rows = rows,
            Seed = (long)SplitMix64.For(_options.Seed, step, row: 0).Next(),
        };
        return [.. dropping.Zip(shares, Kept)];

        bool[][] Kept(Layer layer, float share)
        {
            layer.Dropout = share;
            network.Forward(batch, new FloatRows(new float[rows * _features], _features), [.. Enumerable.Range(0, rows)], 0, rows);
            layer.Dropout = 0;
            return [.. Enumerable.Range(0, rows).Select(row => Enumerable.Range(0, layer.Outputs).Select(
                output => batch.Values(layer.Index + 1, row)[layer.Output.Offset(output)] != 0).ToArray())];
        }
    }

    FeedForwardNetwork Create(IReadOnlyList<LayerOptions> hidden, Random random) =>
        FeedForwardNetwork.Create([.. Enumerable.Repeat(1.0, _features)], hidden, _classes, random);
}
