using MnistMl.Network;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Inference;

/// <summary>Computes a network's probabilities for rows, a batch at a time. Keeps the room it works in: one a thread.</summary>
sealed unsafe class BatchPredictor(FeedForwardNetwork network)
{
    /// <summary>Rows that go through the layers together.</summary>
    public const int BatchRows = 64;

    readonly Batch _batch = new(network, BatchRows, threads: 1, training: false);
    readonly int[] _rows = new int[BatchRows];

    /// <summary>The probabilities of some rows.</summary>
    /// <param name="input">Where the rows are.</param>
    /// <param name="firstRow">The first to score.</param>
    /// <param name="probabilities">[rows to score, classes]</param>
    public void Predict(FeatureMatrix input, int firstRow, Span<float> probabilities)
    {
        for (; probabilities.Length > 0; firstRow += BatchRows)
        {
            var rows = _rows.AsSpan(0, Math.Min(BatchRows, probabilities.Length / network.ClassCount));
            for (var row = 0; row < rows.Length; row++)
                rows[row] = firstRow + row;
            PredictBatch(input, rows, probabilities);
            probabilities = probabilities[(rows.Length * network.ClassCount)..];
        }
    }

    /// <summary>The probabilities of rows that may lie anywhere.</summary>
    /// <param name="input">Where the rows are.</param>
    /// <param name="rows">Their numbers.</param>
    /// <param name="probabilities">[rows, classes]</param>
    public void Predict(FeatureMatrix input, ReadOnlySpan<int> rows, Span<float> probabilities)
    {
        for (var start = 0; start < rows.Length; start += BatchRows)
        {
            var batch = rows.Slice(start, Math.Min(BatchRows, rows.Length - start));
            PredictBatch(input, batch, probabilities[(start * network.ClassCount)..]);
        }
    }

    void PredictBatch(FeatureMatrix input, ReadOnlySpan<int> rows, Span<float> probabilities)
    {
        var (classCount, output) = (network.ClassCount, network.Layers.Length);
        network.ForwardShare(_batch, input, rows, thread: 0);
        network.Forward(_batch, input, rows, 0, rows.Length);
        for (var row = 0; row < rows.Length; row++)
        {
            var logits = _batch.Values(output, row);
            KernelSet.Best.Softmax(logits, classCount, _batch.Stride(output));
            new ReadOnlySpan<float>(logits, classCount).CopyTo(probabilities[(row * classCount)..]);
        }
    }
}
