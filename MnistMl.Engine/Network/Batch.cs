using MnistMl.Numerics;

namespace MnistMl.Network;

/// <summary>
/// A mini-batch in a network: each layer's outputs, and, in training, the gradient δ of the loss by each
/// layer's outputs.
/// </summary>
sealed unsafe class Batch
{
    /// <summary>
    /// Groups of rows, whose gradients are partial sums: as many as threads can share, yet the same for any number of
    /// threads, so that results are rounded alike.
    /// </summary>
    public const int MaxGroups = 8;

    readonly AlignedArray<float>[] _values;
    readonly AlignedArray<float>[] _δ;
    readonly int[] _strides;
    readonly SparseBatch[] _sparseBatches = [];
    readonly AlignedArray<float>[][] _scratch;

    /// <summary>Makes room for up to <paramref name="capacity"/> rows.</summary>
    /// <param name="network">The network.</param>
    /// <param name="capacity">The most rows at a time.</param>
    /// <param name="threads">Threads that work on the batch together.</param>
    /// <param name="training">Whether there will be a backward pass.</param>
    public Batch(FeedForwardNetwork network, int capacity, int threads, bool training)
    {
        (Capacity, Threads, IsTraining) = (capacity, threads, training);
        GroupRows = GroupRowsOf(capacity, network.Layers.Max(layer => layer.MinGroupRows));
        _strides = [network.Layers[0].Input.Stride, .. network.Layers.Select(layer => layer.OutputStride)];
        if (network.HasSparseInput)
            _sparseBatches = Array.ConvertAll(new int[threads], _ => new SparseBatch(capacity, network.FeatureCount));
        _scratch = [.. network.Layers.Select(
            layer => Array.ConvertAll(layer.ScratchLengths(this), length => new AlignedArray<float>(length)))];
        _values = [.. _strides.Select((stride, layer) => Rows(stride, layer > 0 || !network.HasSparseInput))];
        _δ = [.. _strides.Select((stride, layer) => Rows(stride, layer > 0 && training))];

        AlignedArray<float> Rows(int stride, bool areThere) => new(areThere ? (long)capacity * stride : 0);
    }

    /// <summary>Rows in a group of a batch.</summary>
    /// <param name="capacity">The most rows of the batch.</param>
    /// <param name="minGroupRows">The least of a group, if the batch has as many.</param>
    public static int GroupRowsOf(int capacity, int minGroupRows) =>
        Math.Min(capacity, Math.Max(minGroupRows, (capacity + MaxGroups - 1) / MaxGroups));

    /// <summary>The most rows at a time.</summary>
    public int Capacity { get; }

    /// <summary>Threads that work on the batch together.</summary>
    public int Threads { get; }

    /// <summary>Whether there is a backward pass.</summary>
    public bool IsTraining { get; }

    /// <summary>Seed of a training step's random numbers.</summary>
    public long Seed { get; set; }

    /// <summary>Number of rows now in the batch.</summary>
    public int RowCount { get; set; }

    /// <summary>
    /// The batch's rows, this thread's own copy, for a network whose first layer is a <see cref="SparseDenseLayer"/>.
    /// </summary>
    public SparseBatch SparseBatch(int thread) => _sparseBatches[thread];

    /// <summary>Rows in a group, but for the last, which may have fewer.</summary>
    public int GroupRows { get; }

    /// <summary>Number of groups now in the batch.</summary>
    public int Groups => GroupsOf(RowCount);

    /// <summary>The rows of a thread, whole groups: from the first up to, not including, the second.</summary>
    /// <param name="rows">Rows in the batch.</param>
    /// <param name="thread">The thread's number, from 0.</param>
    public (int First, int End) Share(int rows, int thread)
    {
        return (First(thread), First(thread + 1));

        int First(int thread) => Math.Min(rows, GroupsOf(rows) * thread / Threads * GroupRows);
    }

    int GroupsOf(int rows) => (rows + GroupRows - 1) / GroupRows;

    /// <summary>
    /// One of the buffers that a layer asked for (<see cref="Layer.ScratchLengths"/>), zero at first.
    /// </summary>
    public float* Scratch(int layer, int buffer) => _scratch[layer][buffer].Pointer;

    /// <summary>
    /// The part of such a buffer that belongs to the group of a row, if it is divided among <see cref="MaxGroups"/>.
    /// </summary>
    public float* GroupScratch(int layer, int buffer, int row) =>
        Scratch(layer, buffer) + (nint)(row / GroupRows) * GroupScratchStride(layer, buffer);

    /// <summary>Distance between the parts of one group and the next.</summary>
    public int GroupScratchStride(int layer, int buffer) => _scratch[layer][buffer].Length / MaxGroups;

    /// <summary>
    /// Row length of the outputs of layer <paramref name="layer"/> − 1, padding included; 0 is the input. Those of a
    /// <see cref="SparseDenseLayer"/> may lie in several groups, one after the other: see
    /// <see cref="SparseDenseLayer.GroupValues"/>.
    /// </summary>
    public int Stride(int layer) => _strides[layer];

    /// <summary>A row of the outputs of layer <paramref name="layer"/> − 1; 0 is the input.</summary>
    public float* Values(int layer, int row) => _values[layer].Pointer + (nint)row * _strides[layer];

    /// <summary>The loss's gradient by a row of the outputs of layer <paramref name="layer"/> − 1, from 1 on.</summary>
    public float* Δ(int layer, int row) => _δ[layer].Pointer + (nint)row * _strides[layer];
}
