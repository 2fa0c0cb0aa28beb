using MnistMl.Network.Kernels;

namespace MnistMl.Network;

/// <summary>
/// Some rows on their way through a network: the input, each layer's outputs, and, in training, the gradient δ of the
/// loss by each layer's outputs.
/// </summary>
sealed unsafe class Batch
{
    readonly AlignedArray<float>[] _values;
    readonly AlignedArray<float>[] _δ;
    readonly int[] _strides;

    /// <summary>Makes room for up to <paramref name="capacity"/> rows.</summary>
    public Batch(FeedForwardNetwork network, int capacity, bool training)
    {
        Capacity = capacity;
        _strides = [KernelSet.Stride(network.Features), .. network.Layers.Select(layer => layer.OutputStride)];
        if (network.HasSparseInput)
            SparseInput = new SparseRows(capacity, network.Features);
        _values = [.. _strides.Select((stride, i) => new AlignedArray<float>(i == 0 && network.HasSparseInput ? 0 : (long)capacity * stride))];
        _δ = [.. _strides.Select((stride, i) => new AlignedArray<float>(i == 0 || !training ? 0 : (long)capacity * stride))];
    }

    public int Capacity { get; }

    /// <summary>Number of rows now in the batch.</summary>
    public int Rows { get; set; }

    /// <summary>The input of a network whose first layer takes sparse rows, else null.</summary>
    public SparseRows? SparseInput { get; }

    /// <summary>Row length of the outputs of layer <paramref name="layer"/> − 1, padding included; 0 is the input.</summary>
    public int Stride(int layer) => _strides[layer];

    /// <summary>A row of the outputs of layer <paramref name="layer"/> − 1; 0 is the input.</summary>
    public float* Values(int layer, int row) => _values[layer].Pointer + (nint)row * _strides[layer];

    /// <summary>The loss's gradient by a row of the outputs of layer <paramref name="layer"/> − 1, from 1 on.</summary>
    public float* Δ(int layer, int row) => _δ[layer].Pointer + (nint)row * _strides[layer];

    /// <summary>Takes a row as the batch's row <paramref name="batchRow"/>.</summary>
    public void Load(InputRows input, int row, int batchRow)
    {
        if (SparseInput != null)
            input.Load(row, SparseInput, batchRow);
        else
            input.Load(row, Values(0, batchRow));
    }
}
