namespace MnistMl.Network;

/// <summary>
/// A batch's input to a <see cref="SparseDenseLayer"/>: each thread's share of the features of all rows, and the sums of
/// their products with the weights, group by group of features.
/// </summary>
sealed unsafe class SparseInput
{
    readonly SparseRows[] _shares;
    readonly AlignedArray<float> _sums;

    public SparseInput(SparseDenseLayer layer, int capacity, int threads)
    {
        _shares = new SparseRows[threads];
        for (var thread = 0; thread < threads; thread++)
        {
            var (first, end) = layer.Share(thread, threads);
            _shares[thread] = new SparseRows(capacity, first, end);
        }
        GroupStride = (nint)capacity * layer.OutputStride;
        _sums = new AlignedArray<float>(layer.Groups * (long)GroupStride);
    }

    /// <summary>Distance between the sums of one group and the next.</summary>
    public nint GroupStride { get; }

    /// <summary>The rows' features that a thread works on.</summary>
    public SparseRows Share(int thread) => _shares[thread];

    /// <summary>[rows, outputs]: the sums of a group.</summary>
    public float* Sums(int group) => _sums.Pointer + group * GroupStride;
}
