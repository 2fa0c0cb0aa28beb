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

    /// <summary>For each feature the share of the rows in which it is not zero, from a sample of them.</summary>
    /// <returns>[features], 0 to 1.</returns>
    public double[] Densities()
    {
        const int MostSampled = 1000;
        var sampled = Math.Min(MostSampled, Rows);
        var batch = new SparseRows(1, 0, Features);
        var densities = new double[Features];
        for (long i = 0; i < sampled; i++)
        {
            Load((int)(i * Rows / sampled), batch, 0);
            for (var entry = batch.Row(0); entry->Index < Features; entry++)
                densities[entry->Index] += 1.0 / sampled;
        }
        return densities;
    }
}
