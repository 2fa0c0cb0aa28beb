using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Numerics;
using MnistMl.Training;

namespace MnistMl.Tests.Training.Reference;

/// <summary>What the engine chooses at random, for a reference to choose the same: first weights, order of rows, dropout.</summary>
sealed unsafe class EngineChoices
{
    readonly TrainingOptions _options;
    readonly int _featureCount, _classCount;

    public EngineChoices(TrainingOptions options, int featureCount, IReadOnlyList<string> classNames)
    {
        (_options, _featureCount, _classCount) = (options, featureCount, classNames.Count);
        // A batch normalization would be part of the weights.
        var hidden = options.HiddenLayers.Select(
            layer => layer is Conv2D convolution ? convolution with { BatchNorm = false } : layer).ToArray();
        FirstNetwork = Create(hidden, new Random(options.Seed)).ToTrained(classNames, [.. Enumerable.Repeat(1f, featureCount)]);
    }

    /// <summary>The network before the first step, for numbers from 0 to 1.</summary>
    public TrainedNetwork FirstNetwork { get; }

    /// <summary>The order in which an epoch takes the rows.</summary>
    public int[] Order(int epoch, int rows)
    {
        var order = new int[rows];
        ExampleOrder.Fill(order, _options.Seed, epoch);
        return order;
    }

    /// <summary>
    /// What dropout keeps in a step, by layer of dropout, [rows][outputs]: what is left of ones.
    /// </summary>
    /// <param name="step">The step's number, from 0.</param>
    /// <param name="rows">Rows in the batch.</param>
    /// <param name="batchSize">The most rows in a batch.</param>
    public IEnumerable<bool[][]> Kept(int step, int rows, int batchSize)
    {
        var network = Create(_options.HiddenLayers, new Random(1));
        var dropping = network.Layers.Where(layer => layer.DropoutRate > 0).ToArray();
        var shares = Array.ConvertAll(dropping, layer => layer.DropoutRate);
        foreach (var layer in network.Layers)
            layer.DropoutRate = 0;
        foreach (var layer in network.Layers.OfType<TrainableLayer>())
        {
            new Span<float>(layer.Weights.Row(0), layer.Weights.RowCount * layer.Weights.Stride).Clear();
            new Span<float>(layer.Biases.Row(0), layer.Biases.RowCount * layer.Biases.Stride).Fill(1);
        }
        var batch = new Batch(network, batchSize, threads: 1, training: true)
        {
            RowCount = rows,
            Seed = (long)SplitMix64.For(_options.Seed, step, TrainingStep.DropoutStream).Next(),
        };
        return [.. dropping.Zip(shares, Kept)];

        bool[][] Kept(Layer layer, float share)
        {
            layer.DropoutRate = share;
            network.Forward(batch, new FloatMatrix(new float[rows * _featureCount], _featureCount), [.. Enumerable.Range(0, rows)], 0, rows);
            layer.DropoutRate = 0;
            return [.. Enumerable.Range(0, rows).Select(row => Enumerable.Range(0, layer.Outputs).Select(
                output => batch.Values(layer.Index + 1, row)[layer.Output.Offset(output)] != 0).ToArray())];
        }
    }

    FeedForwardNetwork Create(IReadOnlyList<LayerSpec> hidden, Random random) =>
        FeedForwardNetwork.Create([.. Enumerable.Repeat(1.0, _featureCount)], hidden, _classCount, random);
}
