namespace MnistMl.Network;

/// <summary>The rows a network learns from or scores, in whatever form they are kept.</summary>
abstract unsafe class InputRows
{
    /// <summary>Number of rows.</summary>
    public abstract int Rows { get; }

    /// <summary>Length of a row.</summary>
    public abstract int Features { get; }

    /// <summary>Copies the features of a row that <paramref name="batch"/> is for, zeros left out.</summary>
    public abstract void Load(int row, SparseRows batch, int batchRow);

    /// <summary>Copies a row to a batch, zeros and all.</summary>
    /// <param name="row">The row.</param>
    /// <param name="destination">[features]</param>
    public abstract void Load(int row, float* destination);

    /// <summary>The same rows in a form that many sparse loads are faster from.</summary>
    public virtual InputRows Compact() => this;

    /// <summary>Has the processor fetch a row that will be loaded soon.</summary>
    public virtual void Prefetch(int row) { }

    /// <summary>The share of the features that are not zero, from a sample of the rows.</summary>
    public double Density()
    {
        const int Sample = 1000;
        var batch = new SparseRows(1, 0, Features);
        var (sampled, nonZeros) = (0, 0L);
        for (long i = 0; i < Math.Min(Sample, Rows); i++)
        {
            Load((int)(i * Rows / Math.Min(Sample, Rows)), batch, 0);
            for (var entry = batch.Row(0); entry->Index < Features; entry++)
                nonZeros++;
            sampled++;
        }
        return (double)nonZeros / ((long)sampled * Features);
    }
}
