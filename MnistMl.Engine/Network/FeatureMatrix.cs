using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace MnistMl.Network;

/// <summary>The examples that a network is trained on or scores, in whatever form they are stored.</summary>
abstract unsafe class FeatureMatrix
{
    /// <summary>Number of rows.</summary>
    public abstract int RowCount { get; }

    /// <summary>Length of a row.</summary>
    public abstract int FeatureCount { get; }

    /// <summary>Copies a row to a batch whose rows are mostly zeros.</summary>
    public abstract void Load(int row, SparseBatch batch, int batchRow);

    /// <summary>Copies a row to a batch.</summary>
    /// <param name="row">The row.</param>
    /// <param name="destination">[features]</param>
    public abstract void Load(int row, float* destination);

    /// <summary>Appends all rows to a hash, to know them again.</summary>
    public void AppendTo(IncrementalHash hash)
    {
        var values = new float[FeatureCount];
        fixed (float* first = values)
        {
            for (var row = 0; row < RowCount; row++)
            {
                Load(row, first);
                hash.AppendData(MemoryMarshal.AsBytes<float>(values));
            }
        }
    }

    /// <summary>The same rows in a form that many sparse loads are faster from.</summary>
    public virtual FeatureMatrix Compact() => this;

    /// <summary>
    /// Prefetches a row that will be loaded soon: the order is random, which no hardware prefetcher foresees.
    /// </summary>
    public virtual void Prefetch(int row) { }

    /// <summary>Prefetches some bytes, which may move meanwhile.</summary>
    protected static void Prefetch(byte* bytes, nint length)
    {
        const int CacheLine = 64;
        if (!Sse.IsSupported)
            return;
        for (var end = bytes + length; bytes < end; bytes += CacheLine)
            Sse.Prefetch1(bytes);
    }

    /// <summary>For each feature the share of the rows in which it is not zero, from a sample of them.</summary>
    /// <returns>[features], 0 to 1.</returns>
    public double[] Densities()
    {
        const int MaxSampled = 1000;
        var sampled = Math.Min(MaxSampled, RowCount);
        var batch = new SparseBatch(SparseBatch.Block, FeatureCount);
        var counts = new int[FeatureCount];
        for (var start = 0; start < sampled; start += SparseBatch.Block)
        {
            var rows = Math.Min(SparseBatch.Block, sampled - start);
            for (var row = 0; row < rows; row++)
                Load((int)((long)(start + row) * RowCount / sampled), batch, row);
            batch.CountNonZeros(counts, rows);
        }
        return Array.ConvertAll(counts, count => (double)count / sampled);
    }
}
