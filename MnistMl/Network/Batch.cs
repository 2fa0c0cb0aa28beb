using MnistMl.Network.Kernels;

namespace MnistMl.Network;

/// <summary>
/// Some rows on their way through a network: each layer's outputs, and, in training, the gradient δ of the loss by each
/// layer's outputs.
/// </summary>
sealed unsafe class Batch
{
    readonly AlignedArray<float>[] _values;
    readonly AlignedArray<float>[] _δ;
    readonly int[] _strides;
    readonly SparseRows[] _sparseRows = [];
    readonly AlignedArray<float>? _sums;

    /// <summary>Makes room for up to <paramref name="capacity"/> rows.</summary>
    /// <param name="network">The network.</param>
    /// <param name="capacity">The most rows at a time.</param>
    /// <param name="threads">Threads that work on the batch together.</param>
    /// <param name="training">Whether there will be a backward pass.</param>
    public Batch(FeedForwardNetwork network, int capacity, int threads, bool training)
    {
        (Capacity, Threads) = (capacity, threads);
        _strides = [KernelSet.Stride(network.Features), .. network.Layers.Select(layer => layer.OutputStride)];
        if (network.HasSparseInput)
            _sparseRows = [.. Enumerable.Range(0, threads).Select(_ => new SparseRows(capacity, network.Features))];
        if (network.Layers is [_, SplitDenseLayer split, ..])
        {
            SumsStride = capacity * (nint)split.OutputStride;
            _sums = new AlignedArray<float>(split.Groups * (long)SumsStride);
        }
        _values = [.. _strides.Select((stride, i) => new AlignedArray<float>(i == 0 && network.HasSparseInput ? 0 : (long)capacity * stride))];
        _δ = [.. _strides.Select((stride, i) => new AlignedArray<float>(i == 0 || !training ? 0 : (long)capacity * stride))];
    }

    /// <summary>The most rows at a time.</summary>
    public int Capacity { get; }

    /// <summary>Threads that work on the batch together.</summary>
    public int Threads { get; }

    /// <summary>Number of rows now in the batch.</summary>
    public int Rows { get; set; }

    /// <summary>The batch's rows, this thread's own copy, for a network whose first layer is a <see cref="SparseDenseLayer"/>.</summary>
    public SparseRows SparseRows(int thread) => _sparseRows[thread];

    /// <summary>[rows, outputs]: what a group of inputs adds to the outputs of a <see cref="SplitDenseLayer"/>.</summary>
    public float* Sums(int group) => _sums!.Pointer + group * SumsStride;

    /// <summary>Distance between the sums of one group and the next.</summary>
    public nint SumsStride { get; }

    /// <summary>Row length of the outputs of layer <paramref name="layer"/> − 1, padding included; 0 is the input.</summary>
    public int Stride(int layer) => _strides[layer];

    /// <summary>A row of the outputs of layer <paramref name="layer"/> − 1; 0 is the input.</summary>
    public float* Values(int layer, int row) => _values[layer].Pointer + (nint)row * _strides[layer];

    /// <summary>The loss's gradient by a row of the outputs of layer <paramref name="layer"/> − 1, from 1 on.</summary>
    public float* Δ(int layer, int row) => _δ[layer].Pointer + (nint)row * _strides[layer];
}
