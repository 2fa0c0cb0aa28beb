using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Inference;

/// <summary>Computes a network's probabilities for rows, a batch at a time. Keeps the room it works in: one a thread.</summary>
sealed unsafe class Scorer(FeedForwardNetwork network)
{
    const int BatchRows = 64;

    /// <summary>Rows that a thread takes at a time: which is free first takes the next, for none are equally fast.</summary>
    const int ChunkRows = 4 * BatchRows;

    readonly Batch _batch = new(network, BatchRows, threads: 1, training: false);
    readonly int[] _rows = new int[BatchRows];

    /// <summary>The probabilities of some rows.</summary>
    /// <param name="input">Where the rows are.</param>
    /// <param name="firstRow">The first to score.</param>
    /// <param name="probabilities">[rows to score, classes]</param>
    public void Score(InputRows input, int firstRow, Span<float> probabilities)
    {
        for (; probabilities.Length > 0; firstRow += BatchRows)
        {
            var rows = _rows.AsSpan(0, Math.Min(BatchRows, probabilities.Length / network.Classes));
            for (var row = 0; row < rows.Length; row++)
                rows[row] = firstRow + row;
            ScoreBatch(input, rows, probabilities);
            probabilities = probabilities[(rows.Length * network.Classes)..];
        }
    }

    /// <summary>The probabilities of rows that may lie anywhere.</summary>
    /// <param name="input">Where the rows are.</param>
    /// <param name="rows">Their numbers.</param>
    /// <param name="probabilities">[rows, classes]</param>
    public void Score(InputRows input, ReadOnlySpan<int> rows, Span<float> probabilities)
    {
        for (var start = 0; start < rows.Length; start += BatchRows)
        {
            var batch = rows.Slice(start, Math.Min(BatchRows, rows.Length - start));
            ScoreBatch(input, batch, probabilities[(start * network.Classes)..]);
        }
    }

    void ScoreBatch(InputRows input, ReadOnlySpan<int> rows, Span<float> probabilities)
    {
        var (classes, output) = (network.Classes, network.Layers.Length);
        network.ForwardShare(_batch, input, rows, thread: 0);
        network.Forward(_batch, input, rows, 0, rows.Length);
        for (var row = 0; row < rows.Length; row++)
        {
            var logits = _batch.Values(output, row);
            KernelSet.Best.Softmax(logits, classes, _batch.Stride(output));
            new ReadOnlySpan<float>(logits, classes).CopyTo(probabilities[(row * classes)..]);
        }
    }

    /// <summary>A trained network's probabilities for the rows of a data set.</summary>
    /// <returns>[rows, classes]</returns>
    public static float[] Score(TrainedNetwork trained, Dataset dataset)
    {
        var input = new PixelRows(dataset.PixelMemory, dataset.Features, scale: 1);
        return Score(FeedForwardNetwork.From(trained, input.Densities()), input, Environment.ProcessorCount);
    }

    /// <summary>The probabilities of all rows, shared out among threads.</summary>
    /// <returns>[rows, classes]</returns>
    public static float[] Score(FeedForwardNetwork network, InputRows input, int threads)
    {
        var probabilities = new float[(long)input.Rows * network.Classes];
        var chunks = (input.Rows + ChunkRows - 1) / ChunkRows;
        Parallel.For(
            0, chunks, new ParallelOptions { MaxDegreeOfParallelism = threads },
            () => new Scorer(network),
            (chunk, _, scorer) =>
            {
                var (first, end) = (chunk * ChunkRows, Math.Min(input.Rows, (chunk + 1) * ChunkRows));
                scorer.Score(input, first, probabilities.AsSpan((first * network.Classes)..(end * network.Classes)));
                return scorer;
            },
            _ => { });
        return probabilities;
    }
}
